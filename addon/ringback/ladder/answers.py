"""Answers of an arrow put together: those of one kind at one lane are told once."""

from __future__ import annotations

from collections.abc import Iterator

from ringback.ladder.model import Answer, duration
from ringback.ladder.words import shown

_LONGEST_ERROR = 20


def grouped(answers: tuple[Answer, ...]) -> Iterator[tuple[int, bool, str, bool]]:
    """The lane, whether its client sent them, `2 receipts 56 ms`, and whether they complain of an error.

    The time is that of the first.
    """
    groups: dict[tuple[int, bool, str, str], list[Answer]] = {}
    for answer in answers:
        groups.setdefault((answer.lane, answer.sent, answer.kind, answer.error), []).append(answer)
    for (lane, sent, kind, error), group in groups.items():
        told = (
            f"{len(group)} {kind}s" if len(group) > 1 else kind,
            f"error {shown(error, _LONGEST_ERROR)}" if error else "",
            "" if group[0].delay is None else duration(group[0].delay),
        )
        yield lane, sent, " ".join(filter(None, told)), bool(error)
