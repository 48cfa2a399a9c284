"""The exported schema and the checker give one verdict on every stanza.

The conftest compares the two on all stanzas that any test checks. Here: any stanza of any file, and each kind
of violation with the verdict that both must reach.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ringback.calls import Sighting
from ringback.check.stanza import check_stanza
from ringback.findings import Evidence, Stance
from ringback.spec.load import load_specification
from ringback.spec.model import StanzaSpec
from ringback.stanza import Node, from_text
from ringback.wire.events import Direction, FramePlace
from support.agreement import Watch, disagreement, is_comparable, stances
from support.nodes import any_node
from support.specs import ENUMS, specs, stanzas

DIRECTIONS = {"to": Direction.CLIENT, "from": Direction.SERVER}
"""By the address that a copy carries: the sender's own has `to`, the delivered one `from`."""


def sighting(node: Node, direction: Direction) -> Sighting:
    return Sighting(node, Evidence("synthetic.flow", 1, "flow-1", FramePlace(direction, 0, 0, 0.0)), None)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), specs(), st.sampled_from(Direction))
def test_on_any_stanza_of_any_file(data: st.DataObject, spec: StanzaSpec, direction: Direction) -> None:
    """Open is invalid just where the checker contradicts, closed just where it contradicts or extends."""
    seen = sighting(data.draw(stanzas(spec)), direction)
    assert disagreement(seen, spec, ENUMS, check_stanza(seen, spec, ENUMS)) is None


@given(any_node, st.sampled_from(Direction))
def test_on_any_node_below_a_preaccept(node: Node, direction: Direction) -> None:
    """Whatever the wire puts there, of any name, spelling and content."""
    spec = load_specification(None).stanzas["call-preaccept"]
    action = Node("preaccept", {"call-id": "C"}, (node,))
    seen = sighting(Node("call", node.attrs, (action, node), node.repeated), direction)
    findings = check_stanza(seen, spec, {})
    assume(is_comparable(seen.node, spec, findings))
    assert disagreement(seen, spec, {}, findings) is None


SESSION = 'call-id="C" call-creator="A:1@lid"'
TE = '<te ip="203.0.113.20" port="3478"/>'


def preaccept(inside: str = "", *, session: str = SESSION, beside: str = "", root: str = 'id="P-1"') -> str:
    return f"{root}><preaccept {session}>{inside}</preaccept>{beside}</call>"


def candidate(port: str) -> str:
    return f"<destination>{TE.replace('3478', port)}</destination>"


MARKED = 'id="P-1" xmlns:rb="urn:ringback:stanza:1"'

VIOLATIONS = {
    "none": (preaccept(), set()),
    "none, with candidates": (preaccept(f"<destination>{TE}{TE}</destination>"), set()),
    "none, with an empty destination": (preaccept("<destination/>"), set()),
    "root attribute missing": (preaccept(root=""), {"contradicts"}),
    "action attribute missing": (preaccept(session='call-id="C"'), {"contradicts"}),
    "both action attributes missing": (preaccept(session=""), {"contradicts"}),
    "no address": (preaccept(session='call-id="C" call-creator="caller"'), {"contradicts"}),
    "no number": (preaccept(f"<destination>{TE.replace('3478', 'media')}</destination>"), {"contradicts"}),
    "port out of range": (
        preaccept(f"<destination>{TE.replace('3478', '65536')}</destination>"),
        {"contradicts"},
    ),
    "negative port": (preaccept(f"<destination>{TE.replace('3478', '-1')}</destination>"), {"contradicts"}),
    "action missing": ('id="P-1"/>', {"contradicts"}),
    "action twice": (preaccept(beside=f"<preaccept {SESSION}/>"), {"contradicts"}),
    "destination twice": (preaccept("<destination/><destination/>"), {"contradicts"}),
    "attribute repeated": (preaccept(root=f'{MARKED} rb:id.2="P-2"'), {"contradicts"}),
    "undocumented root attribute": (preaccept(root='id="P-1" t="1700000000"'), {"extends"}),
    "undocumented action attribute": (preaccept(session=f'{SESSION} joinable="1"'), {"extends"}),
    "undocumented child": (preaccept('<audio enc="opus" rate="16000"/>'), {"extends"}),
    "undocumented child beside the action": (preaccept(beside="<net/>"), {"extends"}),
    "undocumented child repeated": (preaccept("<audio/><audio/>"), {"extends"}),
    "undocumented attribute repeated": (preaccept(root=f'{MARKED} x="1" rb:x.2="2"'), {"extends"}),
    "bytes in the action": (preaccept("0105f7"), {"extends"}),
    "text in a candidate": (preaccept("<destination><te>candidate</te></destination>"), {"extends"}),
    "an address in a candidate": (preaccept("<destination><te>A@lid</te></destination>"), {"extends"}),
    "text in place of the action": ('id="P-1">preaccept</call>', {"contradicts", "extends"}),
    "candidate outside the destination": (preaccept(TE), {"extends"}),
    "missing and undocumented": (preaccept("<net/>", session='call-id="C"'), {"contradicts", "extends"}),
}
"""Each kind of violation of the shipped file, with the stances that it must draw."""


@pytest.mark.parametrize("address", DIRECTIONS)
@pytest.mark.parametrize("violation", VIOLATIONS)
def test_on_each_kind_of_violation(violation: str, address: str) -> None:
    """Both verdicts are the ones expected, on the copy of either end."""
    spec = load_specification(None).stanzas["call-preaccept"]
    rest, expected = VIOLATIONS[violation]
    seen = sighting(from_text(f'<call {address}="A:1@lid" {rest}'), DIRECTIONS[address])
    findings = check_stanza(seen, spec, {})
    spoken = {stance.value for stance in stances(findings) if stance in {Stance.CONTRADICTS, Stance.EXTENDS}}
    assert spoken == expected
    assert disagreement(seen, spec, {}, findings) is None


@pytest.mark.parametrize("address", DIRECTIONS)
def test_on_the_copy_of_the_other_end(address: str) -> None:
    """A copy with only the address that the other end's copy has is refused by both."""
    spec = load_specification(None).stanzas["call-preaccept"]
    other = next(name for name in DIRECTIONS if name != address)
    seen = sighting(from_text(f'<call {other}="A:1@lid" {preaccept()}'), DIRECTIONS[address])
    findings = check_stanza(seen, spec, {})
    assert Stance.CONTRADICTS in stances(findings)
    assert disagreement(seen, spec, {}, findings) is None


def test_a_disagreement_would_be_noticed() -> None:
    """Findings withheld or invented are told apart from those that the schema confirms."""
    spec = load_specification(None).stanzas["call-preaccept"]
    wrong = sighting(from_text('<call to="A:1@lid" id="P-1"/>'), Direction.CLIENT)
    right = sighting(from_text(f'<call to="A:1@lid" {preaccept()}'), Direction.CLIENT)
    of_wrong, of_right = (check_stanza(seen, spec, {}) for seen in (wrong, right))
    assert disagreement(wrong, spec, {}, of_right) is not None
    assert disagreement(right, spec, {}, of_wrong) is not None


def test_the_checker_of_the_tests_is_watched() -> None:
    """What this module imported as the checker compares each stanza with the schema."""
    watch = check_stanza.__self__  # type: ignore[attr-defined]
    assert isinstance(watch, Watch)
    before = watch.compared
    check_stanza(
        sighting(Node("call"), Direction.CLIENT), load_specification(None).stanzas["call-preaccept"], {}
    )
    assert watch.compared == before + 1
