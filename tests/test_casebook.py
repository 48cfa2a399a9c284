"""The casebook: call by call what was observed, the same whichever way it was observed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ringback import casebook as module
from ringback.casebook import Casebook
from ringback.commands.environment import Environment
from ringback.commands.gathering import Gathered, gather
from ringback.commands.recording import Recording
from ringback.errors import SourceError
from ringback.findings import Severity
from ringback.inspector import Inspector
from ringback.observations import Observation, StanzaObserved, WireNotice
from ringback.questions.weighing import weigh
from ringback.spec.load import load_specification
from ringback.wire.events import CounterJumped, Direction, FramePlace
from ringback.wire.keylog import KeyLog
from support.sightings import Tape, preaccept
from synthetic import generate
from synthetic.manifest import SCENARIOS

SPECIFICATION = load_specification(None)


def gathered(*names: str) -> Gathered:
    files = tuple(generate.CAPTURES / "synthetic" / f"{name}.flows" for name in names)
    return gather(Recording(files), None, Environment(stderr=None))


def every_stanza(casebook: Casebook) -> list[StanzaObserved]:
    stanzas = [*casebook.loose, *(each for case in casebook.cases for each in case.stanzas)]
    return sorted(stanzas, key=lambda each: (each.sighting.at, each.sighting.connection))


def opened_again(casebook: Casebook) -> Casebook:
    """What a second inspector makes of the same stanzas, handed on opened."""
    inspector, again = Inspector(SPECIFICATION, KeyLog()), Casebook()
    for observed in every_stanza(casebook):
        show(again, inspector.take_sighting(observed.sighting))
    show(again, inspector.finish())
    return again


def show(casebook: Casebook, observations: list[Observation]) -> None:
    for observation in observations:
        casebook.show(observation)


@pytest.mark.parametrize("name", [each for each in SCENARIOS if each != "mid-connection"])
def test_opened_stanzas_give_the_same_cases(name: str) -> None:
    """Stanzas that were opened before give the findings that their capture gave, call by call."""
    casebook = gathered(name).casebook
    again = opened_again(casebook)
    assert len(casebook.cases) > 0
    for case, other in zip(casebook.cases, again.cases, strict=True):
        assert case.call.call_id == other.call.call_id
        assert {(each.code, each.path, each.got) for each in case.findings} == {
            (each.code, each.path, each.got) for each in other.findings
        }


def test_a_case_names_its_worst_finding() -> None:
    worst = {case.worst for case in gathered("violations").casebook.cases}
    assert Severity.ERROR in worst
    assert {case.worst for case in gathered("single-callee").casebook.cases} == {Severity.NOTE}


def test_connections_of_two_captures_are_told_apart() -> None:
    """The numbers of connections begin anew in each capture; the rules take them for unique."""
    casebook = gathered("single-callee", "no-preaccept").casebook
    calls, clients = casebook.evidence()
    connections = {(copy.evidence.capture, copy.connection) for call in calls for copy in call.sightings()}
    assert len(connections) == len({number for _, number in connections}) > 2
    assert clients.keys() == {number for _, number in connections}
    weighing = weigh(calls, clients, SPECIFICATION)
    assert weighing.verdict("call-preaccept/1").tally.n > 1


def test_a_hole_that_is_handed_on_silences_absence() -> None:
    """Where frames went by unread, what was not seen is no finding, whoever read the connection."""
    tape = Tape()
    sighting = tape.sent(preaccept())
    place = sighting.evidence.place
    hole = FramePlace(Direction.SERVER, place.frame + 1, place.message + 1, place.at + 1)
    codes = []
    for notices in (
        [],
        [WireNotice(sighting.evidence.capture, sighting.connection, "", CounterJumped(hole, 3))],
    ):
        inspector, casebook = Inspector(SPECIFICATION, KeyLog()), Casebook()
        show(casebook, inspector.take_sighting(sighting))
        for notice in notices:
            show(casebook, inspector.take_notice(notice))
        show(casebook, inspector.finish())
        codes.append({each.code for each in casebook.cases[0].findings})
    assert codes[0] - codes[1] == {"ack-missing", "call-id-unknown"}


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """One call too many pushes out the oldest; one stanza too many is counted."""
    source = gathered("multi-device").casebook.cases[0]
    monkeypatch.setattr(module, "MAX_CASES", 2)
    monkeypatch.setattr(module, "MAX_STANZAS", 3)
    casebook = Casebook()
    for number in range(3):
        for observed in source.stanzas[:5]:
            assert observed.call is not None
            casebook.show(replace(observed, call=replace(observed.call, call_id=f"call {number}")))
    assert [case.number for case in casebook.cases] == [2, 3]
    assert casebook.evicted == 1
    assert [len(case.stanzas) for case in casebook.cases] == [3, 3]
    assert all(case.dropped == 2 for case in casebook.cases)


def test_what_is_of_no_call_is_bounded_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest are kept, and no finding goes without being counted."""
    source = gathered("multi-device").casebook.cases[0]
    monkeypatch.setattr(module, "MAX_LOOSE", 2)
    monkeypatch.setattr(module, "MAX_FINDINGS", 1)
    casebook = Casebook()
    observed = [replace(each, call=None) for each in source.stanzas]
    for each in observed:
        casebook.show(each)
    findings = sum(len(each.fresh) for each in observed)
    assert (len(casebook.loose), len(casebook.findings)) == (2, 1)
    assert casebook.dropped == len(observed) - 2 + findings - 1


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"missing\.flows"):
        gather(Recording((tmp_path / "missing.flows",)), None, Environment(stderr=None))


def test_names_go_by_the_order_of_observation() -> None:
    """Whichever view asks first: the call that was seen first has the first name, and so has its caller."""
    casebook = gathered("no-preaccept").casebook
    assert [casebook.name_of(case) for case in reversed(casebook.cases)] == ["CALLID-0002", "CALLID-0001"]
    (creator,) = casebook.cases[0].call.of("offer")[0].sender.jids[:1]
    assert casebook.placeholders.jid(creator).user == "A"


def test_a_connection_that_was_not_whole_silences_absence() -> None:
    """A stanza of a ledger says that something before it went by unread, and no notice tells when."""
    inspector, casebook = Inspector(SPECIFICATION, KeyLog()), Casebook()
    show(casebook, inspector.take_sighting(Tape().sent(preaccept(), complete=False)))
    show(casebook, inspector.finish())
    assert not {"ack-missing", "call-id-unknown"} & {each.code for each in casebook.cases[0].findings}
