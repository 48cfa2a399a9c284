"""Which calls are listed, in which order, and that nothing is looked at which nobody asks for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ringback import casebook as casebook_module
from ringback.casebook import Case, Casebook
from ringback.filters import parse
from ringback.findings import Severity
from ringback.inspector import Inspector
from ringback.observations import Observation
from ringback.view.call_line import CallLine, call_line
from ringback.watch import watched as module
from ringback.watch.watched import BY_NUMBER, SORTS, Watched
from ringback.wire.keylog import KeyLog
from support.casing import SPECIFICATION, shipped
from support.sightings import Tape, action, offer_to, preaccept

AGES = 60.0


def observations(calls: int) -> list[Observation]:
    """So many calls of an offer, every second with a pre-accept."""
    tape, inspector = Tape(1_700_000_000.0), Inspector(SPECIFICATION, KeyLog())
    made: list[Observation] = []
    for number in range(1, calls + 1):
        stanzas = [offer_to("22222222222222:17@lid", stanza_id=f"O-{number}")]
        if number % 2 == 0:
            stanzas.append(preaccept(stanza_id=f"P-{number}"))
        for xml in stanzas:
            made += inspector.take_sighting(tape.sent(xml.replace("CALLID-0001", f"call {number}")))
    return made


def watching(text: str = "", calls: int = 6) -> Watched:
    watched = Watched(Casebook(), parse(text))
    watched.show(observations(calls))
    watched.work(AGES)
    return watched


def test_calls_are_listed_as_they_come() -> None:
    watched = watching()
    assert watched.rows == [1, 2, 3, 4, 5, 6]
    assert [watched.line(number).name for number in watched.rows][::5] == ["CALLID-0001", "CALLID-0006"]
    assert watched.changed == {1, 2, 3, 4, 5, 6}


def test_a_filter_lets_new_calls_through_too() -> None:
    """And a call is listed as soon as what has come of it passes."""
    everything = observations(8)
    watched = Watched(Casebook(), parse("action = preaccept"))
    rows = []
    for observation in everything:
        watched.show([observation])
        watched.work(AGES)
        rows.append(list(watched.rows))
    assert rows[0] == []
    assert rows[-1] == [2, 4, 6, 8]
    watched.use(parse(""))
    watched.work(AGES)
    assert watched.rows == list(range(1, 9))


@pytest.mark.parametrize("sort", range(len(SORTS)), ids=[name for name, _ in SORTS])
def test_orders(sort: int) -> None:
    """By the value of the column, either way, calls of one value as they came."""
    watched = Watched(shipped("violations"))
    watched._cases = {case.number: case for case in watched.casebook.cases}
    watched.use(parse(""))
    watched.order(sort, descending=False)
    watched.work(AGES)
    assert sorted(watched.rows) == sorted(watched._cases)
    keys = [SORTS[sort][1](watched.line(number)) for number in watched.rows]
    assert keys == sorted(keys)  # type: ignore[type-var]
    upwards = watched.rows
    watched.order(sort, descending=True)
    watched.work(AGES)
    assert watched.rows == upwards[::-1]


def test_the_list_can_be_cleared_and_brought_back() -> None:
    """What comes afterwards is listed."""
    watched = watching(calls=4)
    watched.clear()
    watched.work(AGES)
    assert watched.rows == []
    watched.show(observations(6))
    watched.work(AGES)
    assert watched.rows == [5, 6]
    watched.clear()
    watched.work(AGES)
    assert watched.rows == []
    watched.clear()
    watched.work(AGES)
    assert watched.rows == [1, 2, 3, 4, 5, 6]


def test_work_is_done_in_slices() -> None:
    """However little time there is, something is done, and in the end everything."""
    watched = Watched(Casebook(), parse("action = preaccept"))
    watched.show(observations(6))
    pending = []
    while watched.pending:
        pending.append(watched.pending)
        watched.work(0)
    assert pending == [6, 5, 4, 3, 2, 1]
    assert watched.rows == [2, 4, 6]


def test_no_line_is_made_that_nobody_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of thousands only those on the screen are looked at, each again only if something came of it."""
    made: list[int] = []

    def noted(casebook: Casebook, case: Case) -> CallLine:
        made.append(case.number)
        return call_line(casebook, case)

    monkeypatch.setattr(module, "call_line", noted)
    watched = watching()
    assert made == []
    watched.line(3)
    watched.line(3)
    assert made == [3]
    extra = Tape(1_800_000_000.0).sent(action("mute", stanza_id="M").replace("CALLID-0001", "call 3"))
    case = watched.case(3)
    assert case is not None
    watched.show([replace(case.stanzas[0], sighting=extra)])
    assert watched.line(3).stanzas == 2
    watched.order(BY_NUMBER + 1, descending=False)
    watched.work(AGES)
    assert sorted(made) == [1, 2, 3, 3, 4, 5, 6]


def test_calls_that_are_kept_no_more_are_listed_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(casebook_module, "MAX_CASES", 4)
    watched = watching()
    assert watched.rows == [3, 4, 5, 6]
    assert watched.case(1) is None
    assert watched.total == 4


def test_who_copies_calls_hears_of_those_that_are_kept_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the questions would be weighed with ever more calls."""
    monkeypatch.setattr(casebook_module, "MAX_CASES", 4)
    watched = watching(calls=4)
    watched.show(observations(6))
    watched.changed.clear()
    watched.work(AGES)
    assert watched.changed == {1, 2}


def test_findings_are_counted_by_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that are ok are not; the kinds are bounded."""
    watched = Watched(Casebook())
    everything = shipped("violations")
    findings = [each for case in everything.cases for each in case.findings]
    worse = [each for each in findings if each.severity is not Severity.OK]
    for finding in findings:
        watched._count(finding)
    assert sum(kind.count for kind in watched.kinds.values()) == len(worse)
    monkeypatch.setattr(module, "MAX_KINDS", 3)
    bounded = Watched(Casebook())
    for finding in findings:
        bounded._count(finding)
    assert len(bounded.kinds) == 3
