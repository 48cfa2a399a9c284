"""Material for exports: calls of made-up clients, with identities that are easy to find again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ringback.calls import Sighting
from ringback.export.material import Material
from ringback.questions.evidence import ClientFacts
from ringback.spec.load import load_specification
from ringback.spec.model import Specification
from support.sightings import (
    CALLEE,
    CALLER,
    CREATOR,
    DEVICE,
    OFFER_IN,
    PHONE,
    Tape,
    book_of,
    good_call,
    offer_to,
    preaccept,
)
from support.weighing import shipped

WEB = ClientFacts("WEB", "2.3000.1015901307", 17)
ANDROID = ClientFacts("ANDROID", "2.25.37.76", 1)
CLIENTS = {CALLER: ANDROID, CALLEE: WEB}
COB = (
    '<audio enc="opus" rate="16000"/><audio enc="opus" rate="8000"/>'
    '<encopt keygen="2"/><capability ver="1">0105f709e4bb13</capability>'
)
"""Children of an audio pre-accept, as a Web client sends them, with one codec more."""


def material_of(
    sightings: Iterable[Sighting],
    clients: Mapping[int, ClientFacts] = CLIENTS,
    specification: Specification | None = None,
) -> Material:
    """The calls that the sightings show."""
    calls = book_of(sightings).calls.values()
    return Material.of(calls, clients, specification or load_specification(None))


def good_material() -> Material:
    """One call seen from both ends in which nothing is wrong."""
    return material_of(good_call(Tape()))


def wide_call(tape: Tape) -> list[Sighting]:
    """A call seen from both ends whose pre-accept has children that the shipped file does not know."""
    return [
        tape.sent(offer_to(PHONE, DEVICE), CALLER),
        tape.delivered(OFFER_IN, CALLEE),
        tape.sent(preaccept(inside=COB), CALLEE),
        tape.delivered(preaccept(from_=DEVICE, inside=COB), CALLER),
    ]


def from_captures(*names: str, specification: Specification | None = None) -> Material:
    """What these shipped captures show."""
    seen = shipped(*names)
    return Material.of(seen.calls, seen.clients, specification or load_specification(None))


def heard_in(calls: int, *, inside: str = "") -> list[Sighting]:
    """As many calls, each with a pre-accept of one device as the caller was handed it."""
    return [
        Tape(1000.0 * number, capture=f"{number}.flows").delivered(
            preaccept(
                session=f'call-id="{number:032X}" call-creator="{CREATOR}"', inside=inside, from_=DEVICE
            )
        )
        for number in range(calls)
    ]
