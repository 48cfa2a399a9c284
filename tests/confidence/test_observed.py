"""Findings as observations to weigh."""

from dataclasses import dataclass

from ringback.confidence import ObservedFact, observed_facts, weigh
from ringback.findings import Evidence, Finding, Stance
from ringback.spec.model import Vantage
from support.judging import judge, shipped
from support.sightings import CALLEE, CALLER, Tape, good_call, preaccept


@dataclass
class Phone:
    technique: str
    platform: str | None
    version: str | None


def watched(evidence: Evidence) -> Phone | None:
    """The callee's client is known, the caller's told nothing."""
    return Phone("baileys-instrumentation", "WEB", "2.3000.7") if evidence.connection == CALLEE else None


def observed(findings: list[Finding]) -> list[ObservedFact]:
    return list(observed_facts(findings, watched))


def test_observation_names_its_client() -> None:
    """Technique, platform and build are those of the connection that shows it."""
    one = observed(judge([Tape().sent(preaccept(), CALLEE)]))[0]
    assert (one.technique, one.platform, one.build) == ("baileys-instrumentation", "WEB", "2.3000.7")
    assert (one.capture, one.call_id, one.vantage) == ("synthetic.flow", "CALLID-0001", Vantage.SENT)


def test_connection_without_a_known_client_is_a_socket_capture() -> None:
    """A client that told nothing was still watched on the socket; its build is not known."""
    one = observed(judge([Tape().delivered(preaccept(from_="1:2@lid"), CALLER)]))[0]
    assert (one.technique, one.platform, one.build) == ("websocket-capture", None, None)
    assert one.vantage is Vantage.DELIVERED


def test_each_connection_is_one_observation_of_a_finding() -> None:
    """Frames of one connection that show a finding together are one observation, those of two are two."""
    findings = judge(good_call(Tape()))
    matched = [finding for finding in findings if finding.code == "call-id-matches"]
    assert [one.evidence.connection for one in observed(matched) if one.evidence] == [CALLER, CALLEE]
    assert sum(len(finding.evidence) for finding in matched) > len(observed(matched))


def test_finding_without_a_fact_is_no_observation() -> None:
    """What the specification does not know speaks to no fact of it."""
    findings = judge([Tape().sent(preaccept(inside="<net/>"))])
    undocumented = [finding for finding in findings if finding.code == "child-undocumented"]
    assert undocumented
    assert observed(undocumented) == []


def test_good_call_supports_what_it_shows() -> None:
    """Weighed, a call seen from both ends supports the session identifiers, exercises no candidates, and
    finds a discrepancy about addresses only where a rule says so."""
    weighing = weigh(shipped(), observed(judge(good_call(Tape()))))
    carried = weighing.carries["call-preaccept#call/preaccept/@call-id"]
    assert carried.after == "probable"
    assert {one.stance for one in carried.supporting} == {Stance.SUPPORTS}
    assert carried.calls == (("synthetic.flow", "CALLID-0001"),)
    silent = weighing.carries["call-preaccept#call/preaccept/destination/te/@ip"]
    assert (silent.after, bool(silent.silent)) == ("speculative", True)
    assert weighing.unplaced == ()
