"""Cases out of sightings, through the real inspector; and any sightings at all, for properties."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache

from hypothesis import strategies as st

from ringback.calls import Sighting
from ringback.casebook import Case, Casebook
from ringback.commands.environment import Environment
from ringback.commands.gathering import gather
from ringback.commands.recording import Recording
from ringback.findings import Evidence
from ringback.inspector import Inspector
from ringback.spec.load import load_specification
from ringback.stanza import Jid, Node, Value
from ringback.wire.events import Direction, FramePlace
from ringback.wire.keylog import KeyLog
from support.sightings import Tape
from synthetic import generate

SPECIFICATION = load_specification(None)
HOSTILE = (
    "\x1b[31mred\x1b]0;title\x07",
    "</text><script>alert(1)</script>",
    "\u202edesrever\u2066",
    "a\"b'c&d<e>",
    "end\nnote over A: forged\r\n%%{init}%%",
    "; #quot; #35; --x A->>B: forged",
    "\ud800\udc80\0",
    "電話" * 20,
    "x" * 5000,
    "e\u0301\u0301\u0301",
)
"""Values that a terminal, a page, a picture or a diagram would obey if it were let."""


def casebook_of(sightings: Iterable[Sighting]) -> Casebook:
    """What the inspector makes of these stanzas, all that only absence shows included."""
    inspector, casebook = Inspector(SPECIFICATION, KeyLog()), Casebook()
    for sighting in sightings:
        for observation in inspector.take_sighting(sighting):
            casebook.show(observation)
    for observation in inspector.finish():
        casebook.show(observation)
    return casebook


def case_of(play: Callable[[Tape], list[Sighting]]) -> tuple[Case, Casebook]:
    """The only call of a play, and its casebook."""
    casebook = casebook_of(play(Tape(1_700_000_000.0)))
    (case,) = casebook.cases
    return case, casebook


@cache
def shipped(name: str) -> Casebook:
    """The casebook of a capture that ships with the project. Not to be changed: tests share it."""
    path = generate.CAPTURES / "synthetic" / f"{name}.flows"
    return gather(Recording((path,)), None, Environment(stderr=None)).casebook


_jids = st.builds(
    Jid,
    user=st.sampled_from(["11111111111111", "22222222222222", "15550000001", "", *HOSTILE]),
    server=st.sampled_from(["lid", "s.whatsapp.net", "g.us", "call"]),
    device=st.sampled_from([None, 0, 1, 7, 17]),
)
_values: st.SearchStrategy[Value] = st.one_of(
    _jids, st.sampled_from(["CALLID-0001", "busy", "accepted_elsewhere", *HOSTILE]), st.text(max_size=8)
)
_ids = st.sampled_from(["1", "2", HOSTILE[1]])
_actions = st.sampled_from(
    ["offer", "preaccept", "accept", "reject", "terminate", "relaylatency", HOSTILE[4]]
)
_addresses = st.dictionaries(st.sampled_from(["from", "to"]), _jids, max_size=2)


@st.composite
def _stanzas(draw: st.DrawFn) -> Node:
    """A call stanza, an ack or a receipt of any shape."""
    kind = draw(st.sampled_from(["call", "call", "call", "ack", "receipt"]))
    attrs: dict[str, Value] = {**draw(_addresses), "id": draw(_ids)}
    action = draw(_actions)
    if kind == "ack":
        attrs |= {"class": "call", "type": action}
        attrs |= draw(st.dictionaries(st.just("error"), _values, max_size=1))
        return Node("ack", attrs)
    named = draw(st.dictionaries(st.sampled_from(["call-creator", "caller_pn", "reason"]), _values))
    rung = tuple(Node("to", {"jid": jid}) for jid in draw(st.lists(_jids, max_size=4)))
    inside = (Node("destination", {}, rung),) if rung else ()
    return Node(kind, attrs, (Node(action, {"call-id": "CALLID-0001", **named}, inside),))


@st.composite
def any_sightings(draw: st.DrawFn) -> list[Sighting]:
    """Up to a dozen stanzas of one call, on up to four connections, at any time that a file can hold."""
    owners = draw(st.lists(st.none() | _jids, min_size=4, max_size=4))
    times = st.floats(1e9, 2e9) | st.floats(allow_nan=False)
    sightings = []
    for number, node in enumerate(draw(st.lists(_stanzas(), min_size=1, max_size=12))):
        connection = draw(st.integers(1, 4))
        place = FramePlace(draw(st.sampled_from(Direction)), number, number, draw(times))
        evidence = Evidence("synthetic.flow", connection, f"flow-{connection}", place)
        sightings.append(Sighting(node, evidence, owners[connection - 1]))
    return sightings
