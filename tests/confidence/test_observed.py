"""Findings as observations to weigh."""

from dataclasses import dataclass

from ringback.confidence import ObservedFact, observed_facts, weigh
from ringback.findings import Evidence, Finding, Stance
from ringback.spec.model import Vantage
from support.judging import judge, shipped
from support.sightings import CALLEE, CALLER, DEVICE, OFFER_IN, Tape, good_call, preaccept


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


def test_each_sighting_is_one_observation_of_a_fact() -> None:
    """Three candidates in one stanza are one observation of their port, at the gravest; a second copy of the
    stanza is another."""
    te = "".join(f'<te ip="203.0.113.9" port="{port}"/>' for port in (3478, 70000, 3479))
    inside = f"<destination>{te}</destination>"
    tape = Tape()
    copies = [tape.sent(preaccept(inside=inside)), tape.delivered(preaccept(inside=inside, from_=DEVICE))]
    ports = [one for one in observed(judge(copies)) if one.fact.endswith("/te/@port")]
    assert [one.evidence for one in ports] == [copy.evidence for copy in copies]
    assert {(one.stance, one.code) for one in ports} == {(Stance.CONTRADICTS, "port-out-of-range")}


def test_what_fits_the_call_supports_no_fact() -> None:
    """That call-id, device or ack fit the rest of the call is nothing that the model states."""
    findings = judge(good_call(Tape()))
    assert {"call-id-matches", "creator-matches", "ack-received"} & {finding.code for finding in findings}
    supporting = {one.code for one in observed(findings) if one.stance is Stance.SUPPORTS}
    assert supporting == {"fact-observed"}


def test_each_copy_contradicts_the_address_that_it_lacks() -> None:
    """Read to the letter both are required: a sender's own copy lacks one, a delivered copy the other."""
    literal = [one for one in observed(judge(good_call(Tape()))) if one.code == "addresses-literal"]
    assert {(one.fact, one.vantage) for one in literal} == {
        ("call-preaccept#call/@from", Vantage.SENT),
        ("call-preaccept#call/@to", Vantage.DELIVERED),
    }


def test_what_the_call_shows_to_be_wrong_contradicts() -> None:
    """Also where the stanza by itself is as stated: it counts against the fact and not for it."""
    other = 'call-id="CALLID-0001" call-creator="99999999999999:9@lid"'
    tape = Tape()
    sightings = [tape.delivered(OFFER_IN, CALLEE), tape.sent(preaccept(session=other), CALLEE)]
    creators = [one for one in observed(judge(sightings)) if one.fact.endswith("/@call-creator")]
    assert [(one.stance, one.code) for one in creators] == [(Stance.CONTRADICTS, "creator-differs")]


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
