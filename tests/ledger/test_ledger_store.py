"""Recording: once whatever happens twice, and calls, checks and questions work on what comes back."""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringback.calls import CallBook
from ringback.check.call import check_call
from ringback.check.stanza import check_stanza
from ringback.findings import Finding, Severity
from ringback.ledger import Ledger
from ringback.ledger.textform import write_statement
from ringback.observations import FindingMade
from ringback.questions.evidence import ClientFacts
from ringback.recognise import recognise
from support.ledgers import SPECIFICATION, filled, identified, in_flow, observed
from support.sightings import CALLEE, CALLER, Tape, good_call, offer_to, preaccept
from synthetic.manifest import SCENARIOS
from test_captures import report


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_stanza_of_a_capture_comes_back(name: str, path: Path) -> None:
    """As many, at the same places, of the same shape, told by the same client, in order of time."""
    seen = report(name)
    with filled(path, *seen.observations) as ledger:
        back = list(ledger.sightings())
    expected = {(each.sighting.evidence.flow, each.sighting.evidence.place): each for each in seen.stanzas}
    assert len(back) == len(expected) == len(seen.stanzas)
    assert [each.at for each in back] == sorted(each.at for each in back)
    for sighting in back:
        before = expected[sighting.evidence.flow, sighting.evidence.place].sighting
        assert [node.tag for node in sighting.node.walk()] == [node.tag for node in before.node.walk()]
        assert (sighting.trailing, sighting.complete) == (before.trailing, before.complete)
        assert (sighting.owner is None) == (before.owner is None)


def judged(findings: Iterable[Finding]) -> list[tuple[object, ...]]:
    """Findings without values and names of captures, which differ."""
    return sorted((str(each.code), each.place, str(each.fact), len(each.evidence)) for each in findings)


@pytest.mark.parametrize("name", SCENARIOS)
def test_calls_and_facts_are_judged_as_they_were(name: str, path: Path) -> None:
    """The same calls with the same emissions, and each rule says of them what it said of the capture."""
    seen, book = report(name), CallBook()
    for each in seen.stanzas:
        book.add(each.sighting)
    with filled(path, *seen.observations) as ledger:
        calls, sightings = list(ledger.calls()), list(ledger.sightings())
    before = [check_call(call, SPECIFICATION, settled=True) for call in book.calls.values()]
    after = [check_call(call, SPECIFICATION, settled=True) for call in calls]
    assert judged(chain.from_iterable(after)) == judged(chain.from_iterable(before))
    of_stanzas = [
        finding
        for sighting in sightings
        if (known := recognise(sighting.node)) is not None
        and (spec := SPECIFICATION.for_action(sighting.node.tag, known.action)) is not None
        and known.kind.value == "call"
        for finding in check_stanza(sighting, spec, SPECIFICATION.enums)
    ]
    assert judged(of_stanzas) == judged([finding for each in seen.stanzas for finding in each.findings])


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_finding_that_was_reported_is_kept(name: str, path: Path) -> None:
    """Each code at each place, those of stanzas and those of calls: as many as were reported."""
    seen = report(name)
    with filled(path, *seen.observations) as ledger:
        back = list(ledger.findings())
    assert {(each.code, each.place, each.severity) for each in back} == {
        (each.code, each.place, each.severity) for each in seen.findings
    }
    assert len(back) == sum(seen.funnel.findings.values())


@pytest.mark.parametrize("name", ["multi-device", "violations"])
def test_findings_and_stanzas_speak_of_the_same_calls(name: str, path: Path) -> None:
    """The call-id of a finding is that of the stanzas that are its evidence."""
    with filled(path, *report(name).observations) as ledger:
        calls = {call.call_id for call in ledger.calls()}
        told = {each.call_id for each in ledger.findings() if each.severity is not Severity.OK}
    assert told - {None} <= calls


def test_recording_again_changes_nothing(path: Path) -> None:
    """In another order, in other portions, by another process."""
    observations = list(report("violations").observations)
    with filled(path, *observations) as ledger:
        before = ledger.content()
    random.Random(7).shuffle(observations)
    with Ledger(path) as ledger:
        for observation in observations:
            ledger.record(observation)
        assert ledger.content() == before


def test_live_and_from_its_file_is_one(path: Path) -> None:
    """The flow's id is the same: the second reading adds where it was read, and nothing else."""
    live = observed(*good_call(Tape(capture="live")))
    later = observed(*good_call(Tape(capture="a.flows")))
    with filled(path, *live) as ledger:
        before = (len(list(ledger.sightings())), len(list(ledger.findings())))
        ledger.record(*later)
        assert (len(list(ledger.sightings())), len(list(ledger.findings()))) == before
        assert {each.captures for each in ledger.connections()} == {("a.flows", "live")}


def test_connections_are_numbered_in_order_of_time(path: Path) -> None:
    """From 1, whatever their numbers were in their captures; a flow is one, wherever it was seen."""
    late, early = observed(*good_call(Tape(5000.0))), observed(*good_call(Tape(1000.0)))
    other = [in_flow(each, f"early-{each.sighting.evidence.flow}") for each in early]
    with filled(path, *late, *other) as ledger:
        flows = [each.flow for each in ledger.connections()]
        numbers = {each.evidence.flow: each.connection for each in ledger.sightings()}
    assert flows == ["early-flow-1", "early-flow-2", "flow-1", "flow-2"]
    assert numbers == {flow: number for number, flow in enumerate(flows, start=1)}


def test_who_speaks_on_a_connection_is_kept(path: Path) -> None:
    """Platform, build, device and technique; the account is not, and an unknown client is none."""
    with filled(path, identified("flow-1"), *observed(*good_call(Tape()))) as ledger:
        first, second = ledger.connections()
        clients = ledger.clients()
    assert (first.platform, first.version, first.device) == ("WEB", "2.3000.1000000001", 1)
    assert (first.detail, first.techniques) == ((("release channel", "RELEASE"),), ("websocket-capture",))
    assert (second.platform, second.version, second.device) == (None, None, None)
    assert clients == {1: ClientFacts("WEB", "2.3000.1000000001", 1)}
    assert b"15550000001" not in path.read_bytes()


def test_a_client_without_device_is_none_and_told_after_its_stanzas_too(path: Path) -> None:
    """The order of client and stanzas does not matter, and device 0 is told from no device."""
    with filled(path, *observed(*good_call(Tape())), identified("flow-2", device=None)) as ledger:
        ledger.record(identified("flow-1", device=0))
        assert [each.device for each in ledger.connections()] == [0, None]


def test_techniques_are_kept_apart(path: Path) -> None:
    """What was seen on the wire and what the client itself told are two techniques."""
    stanzas = observed(*good_call(Tape()))
    with filled(path, *stanzas) as ledger:
        technique = "baileys-instrumentation"
        told = [in_flow(each, "log-1") for each in stanzas]
        ledger.record(*(replace(each, sighting=replace(each.sighting, technique=technique)) for each in told))
        assert {each.flow: each.technique for each in ledger.connections()} == {
            "flow-1": "websocket-capture",
            "flow-2": "websocket-capture",
            "log-1": "baileys-instrumentation",
        }


def test_what_comes_to_be_known_later_is_added(path: Path) -> None:
    """An owner that is known, a connection that is complete: joined, whichever came first."""
    (stanza,) = observed(Tape().sent(preaccept(), owner="22222222222222:17@lid"))
    unknown = replace(stanza, sighting=replace(stanza.sighting, owner=None, complete=False))
    for order in ([stanza, unknown], [unknown, stanza]):
        path.unlink(missing_ok=True)
        with filled(path, *order) as ledger:
            (sighting,) = ledger.sightings()
        assert sighting.owner is not None
        assert sighting.owner.device == 17
        assert sighting.complete


def test_a_finding_on_more_evidence_is_told_once(path: Path) -> None:
    """A finding that is made again on more evidence says nothing new; the least evidence is told."""
    one, other = observed(Tape().sent(preaccept()), Tape(2000.0).delivered(preaccept(), CALLER))
    finding = replace(one.findings[0], evidence=(one.sighting.evidence,))
    more = replace(finding, evidence=(one.sighting.evidence, other.sighting.evidence))
    with filled(path, FindingMade(more), FindingMade(finding)) as ledger:
        assert [len(each.evidence) for each in ledger.findings()] == [1]


def test_more_calls_than_a_book_holds_come_back(path: Path) -> None:
    """A month of captures has more calls than are correlated at one time."""
    with Ledger(path) as ledger:
        sightings = (
            Tape(1000.0 * number).sent(
                offer_to("22222222222222@lid").replace("CALLID-0001", f"{number:032X}"), CALLER
            )
            for number in range(1, 1101)
        )
        ledger.record(*(in_flow(each, f"f-{each.sighting.at}") for each in observed(*sightings)))
        assert len({call.call_id for call in ledger.calls()}) == 1100


def test_a_time_that_is_none_is_the_start_of_time(path: Path) -> None:
    """A damaged flow file holds any number."""
    sightings = [Tape().sent(preaccept(), CALLEE, at=at) for at in (float("nan"), float("inf"))]
    with filled(path, *(in_flow(each, str(n)) for n, each in enumerate(observed(*sightings)))) as ledger:
        assert [each.at for each in ledger.sightings()] == [0.0, 0.0]


@settings(max_examples=15)
@given(st.text(max_size=20), st.text(st.characters(categories=["Cs"]), max_size=3))
def test_any_name_of_a_capture_or_flow_is_kept(name: str, surrogates: str) -> None:
    """Names of files need be no Unicode."""
    (stanza,) = observed(Tape(capture=surrogates + name).sent(preaccept()))
    with tempfile.TemporaryDirectory() as folder, Ledger(Path(folder) / "l.db") as ledger:
        for _ in range(2):
            ledger.record(in_flow(stanza, name + surrogates))
            assert (len(list(ledger.sightings())), ledger.stats().connections) == (1, 1)


def test_stats_count_what_is_there(path: Path) -> None:
    """Connections, frames, stanzas, calls, findings and the span of time."""
    stanzas = observed(*good_call(Tape(1000.0)))
    with filled(path, *stanzas) as ledger:
        stats = ledger.stats()
    assert (stats.connections, stats.observations, stats.stanzas, stats.realms) == (2, 9, 9, 1)
    said = {(finding.severity, write_statement(finding)) for each in stanzas for finding in each.findings}
    assert (stats.calls, stats.findings) == (1, Counter(severity for severity, _ in said))
    assert (stats.first_at, stats.last_at, stats.can_record) == (1000.0, 1008.0, True)


def test_all_that_is_there_has_one_name(path: Path) -> None:
    """Another one as soon as anything more is known, were it of a client."""
    with filled(path, *observed(*good_call(Tape()))) as ledger:
        name = ledger.content_name()
        ledger.record(identified())
        assert ledger.content_name() != name


def test_an_empty_ledger_has_nothing_to_tell(path: Path) -> None:
    """No secret is made before anything is recorded."""
    with Ledger(path) as ledger:
        stats = ledger.stats()
        assert [*ledger.sightings(), *ledger.findings(), *ledger.connections()] == []
    assert (stats.observations, stats.can_record, stats.first_at) == (0, False, None)
