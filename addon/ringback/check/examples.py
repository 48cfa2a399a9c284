"""The examples of the codes: short captures in text, which the tests run and `docs/findings.md` shows."""

from __future__ import annotations

from dataclasses import dataclass, field

from ringback.wire.events import Direction

CALLER, CALLEE = 1, 2
"""Connections of the examples: the caller's client and the ringing callee's."""

SESSION = 'call-id="CALLID-0001" call-creator="A:1@lid"'


@dataclass(frozen=True, slots=True)
class Line:
    """One stanza as one connection saw it; its line number is its time."""

    direction: Direction
    connection: int
    text: str
    """XML, or for a frame that is no stanza its plaintext in hex, flag byte included."""
    trailing: int = 0
    """Bytes that followed the stanza in its frame."""

    @property
    def is_hex(self) -> bool:
        """Whether `text` is hex."""
        return not self.text.startswith("<")


@dataclass(frozen=True, slots=True)
class Example:
    """A few lines of one capture, in order of time, and what the specification is given to say."""

    lines: tuple[Line, ...]
    types: dict[str, str] = field(default_factory=dict)
    """Attribute paths to types, in place of the shipped file's."""
    occurrences: dict[str, str] = field(default_factory=dict)
    """Child paths to occurrences, likewise."""
    enums: dict[str, tuple[str, ...]] = field(default_factory=dict)
    directions: tuple[str, ...] = ()
    """The file's directions, likewise where there are any."""
    wire_format: str = ""
    """The block of a spec part that the stanzas are judged by as well."""
    flow: tuple[tuple[str, str, str, str], ...] = ()
    """A flow of steps, each its sender, its receiver, its action and its confidence."""


def sent(xml: str, connection: int = CALLEE, *, trailing: int = 0) -> Line:
    """A stanza that the connection's client sends."""
    return Line(Direction.CLIENT, connection, xml, trailing)


def delivered(xml: str, connection: int = CALLER, *, trailing: int = 0) -> Line:
    """A stanza that the server hands to the connection's client."""
    return Line(Direction.SERVER, connection, xml, trailing)


def example(*lines: Line) -> Example:
    """An example with the shipped specification."""
    return Example(lines)


def action(tag: str, address: str, inside: str = "", *, stanza_id: str = "P-1") -> str:
    """A `<call>` with the usual call-id and creator; `address` is its `to="..."` or `from="..."`."""
    open_tag = f"<{tag} {SESSION}"
    child = f"{open_tag}>{inside}</{tag}>" if inside else f"{open_tag}/>"
    return f'<call {address} id="{stanza_id}">{child}</call>'


def preaccept(inside: str = "", *, stanza_id: str = "P-1") -> str:
    """The callee's own copy of a pre-accept."""
    return action("preaccept", 'to="A:1@lid"', inside, stanza_id=stanza_id)


def ringing(device: str = "B:17@lid", *, stanza_id: str = "P-1") -> str:
    """The caller's copy of a pre-accept."""
    return action("preaccept", f'from="{device}"', stanza_id=stanza_id)


OFFER = action(
    "offer",
    'to="B@lid"',
    '<destination><to jid="B@lid"/><to jid="B:17@lid"/></destination>',
    stanza_id="O-1",
)
"""The caller's copy of an offer to two devices."""
OFFER_IN = action("offer", 'from="A:1@lid"', stanza_id="O-1")
"""A callee's copy of it."""
ACK = '<ack from="A:1@lid" class="call" type="preaccept" id="P-1"/>'
"""The server's ack of the callee's pre-accept."""

GOOD = example(sent(preaccept()))
"""One pre-accept with nothing wrong in it."""
GOOD_CALL = example(
    sent(OFFER, CALLER),
    delivered(OFFER_IN, CALLEE),
    sent(preaccept()),
    delivered(ACK, CALLEE),
    delivered(ringing()),
)
"""One call, seen from both ends, with nothing wrong in it."""
