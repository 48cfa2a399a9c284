"""The newest calls of a ledger: whole ones, and it is said what is left out."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from ringback.calls import Sighting
from ringback.cli import main
from ringback.ledger import Ledger, StoredLedger
from ringback.ledger.newest import AFTER_S, _Span, _taken
from ringback.stanza import from_text, to_text
from ringback.status import ExitCode
from support.ledgers import filled, observed
from support.sightings import CALL_ID, Tape, good_call

CALLS = 6


def at(number: int) -> float:
    """When that call begins."""
    return 1_700_000_000.0 + 1000.0 * number


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger of calls a quarter of an hour apart."""
    path = tmp_path / "ledger.db"
    Ledger(path).close()
    for number in range(CALLS):
        seen = good_call(Tape(at(number), capture=f"{number}.flows"))
        filled(path, *observed(*(renamed(each, number) for each in seen))).close()
    return path


def renamed(sighting: Sighting, number: int) -> Sighting:
    """The same stanza of another call, on connections of its own."""
    text = to_text(sighting.node).replace(CALL_ID, f"{number:032X}")
    text = text.replace('id="', f'id="{number}').replace(f'call-id="{number}', 'call-id="')
    evidence = replace(sighting.evidence, flow=f"{number}-{sighting.evidence.flow}")
    return replace(sighting, node=from_text(text), evidence=evidence)


@pytest.mark.parametrize("asked", [1, 2, CALLS - 1])
def test_they_are_those_that_began_last(path: Path, asked: int) -> None:
    """As many as are asked for, each with all that was seen of it, acks included."""
    whole, some = StoredLedger(path), StoredLedger(path, asked)
    calls = sorted(whole.calls(), key=lambda call: call.emissions[0].at)
    newest = sorted(some.calls(), key=lambda call: call.emissions[0].at)
    assert (some.window.calls, some.window.of, some.window.is_all) == (asked, CALLS, False)
    assert [call.call_id for call in newest] == [call.call_id for call in calls[-asked:]]
    assert [len(list(call.sightings())) for call in newest] == [
        len(list(call.sightings())) for call in calls[-asked:]
    ]
    assert some.size() == whole.size() * asked // CALLS


@pytest.mark.parametrize("asked", [CALLS, CALLS + 1, 1000])
def test_where_there_are_no_more_it_is_all(path: Path, asked: int) -> None:
    """And nothing is said of what is left out."""
    some = StoredLedger(path, asked)
    assert some.window.is_all
    assert some.size() == StoredLedger(path).size()


def test_no_call_is_cut() -> None:
    """One that reaches into the newest is taken too, and what reaches into that one."""
    apart = AFTER_S + 1
    spans = [_Span(100.0, 101.0), _Span(80.0, 99.0), _Span(10.0, 79.0), _Span(0.0, 10.0 - apart)]
    assert _taken(spans, 1) == 3
    assert _taken(spans, 3) == 3
    assert _taken(spans, 4) == 4
    assert _taken([_Span(100.0, 101.0), _Span(0.0, 100.0 - AFTER_S)], 1) == 2
    assert _taken([_Span(100.0, 101.0), _Span(0.0, 99.0 - AFTER_S)], 1) == 1


def test_questions_say_what_they_rest_on(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In text and in JSON; without the option neither does."""
    scope = "the newest 2 of 6 calls; what is older is left out"
    command = ["export", "questions", "--ledger", str(path)]
    for more, is_said in (([], False), (["--newest", "2"], True)):
        assert main([*command, *more]) == ExitCode.OK
        assert (scope in capsys.readouterr().out) is is_said
        assert main([*command, *more, "--format", "json"]) == ExitCode.OK
        assert json.loads(capsys.readouterr().out).get("scope") == (scope if is_said else None)


def test_a_report_says_what_it_is_about(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Among the gaps of the evidence, and on the terminal."""
    assert main(["report", "--format", "json", "--newest", "2", str(path)]) == ExitCode.OK
    told = capsys.readouterr()
    made = json.loads(told.out)
    scope = "ledger.db: the newest 2 of 6 calls; what is older is left out"
    assert f"{scope}." in made["provenance"]["gaps"]
    assert made["provenance"]["total"] == 2
    assert scope in told.err
