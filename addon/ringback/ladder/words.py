"""An arrow in one sentence: what a screen reader says, and what is shown where the pointer rests."""

from __future__ import annotations

from collections.abc import Iterator

from ringback.ladder.model import Answer, Arrow, Copy, Ladder, delta, duration
from ringback.view.visible import cropped

_LONGEST = 80
_MOST = 12
"""Deliveries and answers that are told."""


def sentence(ladder: Ladder, arrow: Arrow) -> str:
    """`preaccept at 12:00:03.412Z, +0.344 s from the offer, from B:17@lid to the server, ...`: one line."""
    return ", ".join(_parts(ladder, arrow))


def shown(text: str, longest: int = _LONGEST) -> str:
    """Text of a ladder, visible and cropped."""
    return cropped(text, longest, "…", measured=False)


def _parts(ladder: Ladder, arrow: Arrow) -> Iterator[str]:
    yield f"{shown(arrow.label)} at {arrow.clock}"
    if delta(arrow.since_offer):
        yield f"{delta(arrow.since_offer)} s from the offer"
    if arrow.sender is not None:
        unseen = "" if arrow.sent is not None else " (not seen)"
        yield f"from {_lane(ladder, arrow.sender)} to the server{unseen}"
    yield from _some([_delivery(ladder, copy) for copy in arrow.deliveries], "deliveries")
    if not arrow.deliveries:
        yield "delivery not seen"
    yield from _some([_answer(ladder, answer) for answer in arrow.answers], "answers")
    if arrow.severity is not None:
        yield f"worst finding: {arrow.severity.value}"


def _some(told: list[str], what: str) -> Iterator[str]:
    yield from told[:_MOST]
    if len(told) > _MOST:
        yield f"{len(told) - _MOST} more {what}"


def _delivery(ladder: Ladder, copy: Copy) -> str:
    after = "" if copy.delay is None else f" after {duration(copy.delay)}"
    times = f" {copy.times} times" if copy.times > 1 else ""
    return f"delivered to {_lane(ladder, copy.lane)}{times}{after}"


def _answer(ladder: Ladder, answer: Answer) -> str:
    verb = "sent by" if answer.sent else "delivered to"
    after = "" if answer.delay is None else f" after {duration(answer.delay)}"
    return f"{shown(answer.words)} {verb} {_lane(ladder, answer.lane)}{after}"


def _lane(ladder: Ladder, index: int) -> str:
    return shown(ladder.lanes[index].name)
