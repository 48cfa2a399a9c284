"""Sightings out of XML: a stanza, who saw it, when."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from typing import Any

from ringback.calls import CallBook, Sighting
from ringback.findings import Evidence
from ringback.stanza import Jid, from_text
from ringback.wire.events import Direction, FramePlace

CREATOR = "11111111111111:1@lid"
DEVICE = "22222222222222:17@lid"
OTHER_DEVICE = "22222222222222:16@lid"
PHONE = "22222222222222@lid"
CALL_ID = "CALLID-0001"

CALLER, CALLEE, THIRD = 1, 2, 3
"""Connections of the usual cast."""

_SESSION = f'call-id="{CALL_ID}" call-creator="{CREATOR}"'


def preaccept(*, inside: str = "", session: str = _SESSION, stanza_id: str = "P-1", **addresses: str) -> str:
    """A pre-accept; `to_` and `from_` are its addresses, `to_` the creator where none is given."""
    spelled = addresses or {"to_": CREATOR}
    attrs = " ".join(f'{name.rstrip("_")}="{value}"' for name, value in spelled.items())
    return f'<call {attrs} id="{stanza_id}"><preaccept {session}>{inside}</preaccept></call>'


def action(tag: str, *, stanza_id: str, attrs: str = "", inside: str = "", **addresses: str) -> str:
    """Any other action of the same call."""
    spelled = " ".join(f'{name.rstrip("_")}="{value}"' for name, value in addresses.items())
    return f'<call {spelled} id="{stanza_id}"><{tag} {_SESSION} {attrs}>{inside}</{tag}></call>'


def offer_to(*devices: str, stanza_id: str = "O-1") -> str:
    """The caller's copy of an offer to these devices of one account."""
    rung = "".join(f'<to jid="{device}"><enc v="2" type="pkmsg">0a0b</enc></to>' for device in devices)
    return action("offer", stanza_id=stanza_id, to_=PHONE, inside=f"<destination>{rung}</destination>")


class Tape:
    """Hands out sightings with rising times and message numbers, a second apart, from `start` on."""

    def __init__(self, start: float = 1000.0, *, capture: str = "synthetic.flow") -> None:
        self._clock = itertools.count(start)
        self._messages: dict[int, itertools.count[int]] = {}
        self._capture = capture

    def sent(self, xml: str, connection: int = CALLEE, **more: Any) -> Sighting:
        return self.seen(xml, Direction.CLIENT, connection, **more)

    def delivered(self, xml: str, connection: int = CALLER, **more: Any) -> Sighting:
        return self.seen(xml, Direction.SERVER, connection, **more)

    def seen(
        self,
        xml: str,
        direction: Direction,
        connection: int,
        *,
        at: float | None = None,
        owner: str | None = None,
        trailing: int = 0,
        complete: bool = True,
    ) -> Sighting:
        tick = next(self._clock)
        number = next(self._messages.setdefault(connection, itertools.count()))
        place = FramePlace(direction, frame=number, message=number, at=tick if at is None else at)
        evidence = Evidence(self._capture, connection, f"flow-{connection}", place)
        return Sighting(
            from_text(xml), evidence, None if owner is None else Jid.parse(owner), trailing, complete
        )


def book_of(sightings: Iterable[Sighting]) -> CallBook:
    book = CallBook()
    for sighting in sightings:
        book.add(sighting)
    return book


Script = Callable[[Tape], list[Sighting]]
"""A play for a tape: its sightings in order of time."""

ACK = f'<ack from="{CREATOR}" class="call" type="preaccept" id="P-1"/>'
RINGING = preaccept(from_=DEVICE)
OFFER_IN = action("offer", stanza_id="O-1", from_=CREATOR)
PN_CREATOR = "15550000001:1@s.whatsapp.net"


def good_call(tape: Tape) -> list[Sighting]:
    """A call from both ends in which nothing is wrong."""
    return [
        tape.sent(offer_to(PHONE, DEVICE), CALLER),
        tape.delivered(OFFER_IN, CALLEE),
        tape.sent(preaccept(), CALLEE),
        tape.delivered(ACK, CALLEE),
        tape.delivered(RINGING, CALLER),
        tape.sent(f'<ack to="{DEVICE}" id="P-1" class="call"/>', CALLER),
        tape.sent(action("accept", stanza_id="A-1", to_=CREATOR), CALLEE),
        tape.delivered(action("accept", stanza_id="A-1", from_=DEVICE), CALLER),
        tape.sent(
            action(
                "terminate",
                stanza_id="T-1",
                to_=PHONE,
                inside=f'<destination><to jid="{PHONE}"/></destination>',
            ),
            CALLER,
        ),
    ]
