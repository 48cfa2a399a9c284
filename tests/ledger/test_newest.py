"""The newest calls of a ledger: whole ones, and it is said what is left out."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from ringback.calls import Sighting
from ringback.cli import main
from ringback.ledger import Ledger, StoredLedger
from ringback.ledger.newest import AFTER_S
from ringback.stanza import from_text, to_text
from ringback.status import ExitCode
from support.ledgers import filled, observed
from support.machines import machine, merged
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


@pytest.mark.parametrize("asked", [1, 3])
def test_calls_that_go_on_into_them_are_left_out(tmp_path: Path, asked: int) -> None:
    """However calls follow each other, so many are told, with all that was seen of them, and of the others
    nothing: no ack of one stands there as if it was nobody's. What is of no call is of their time."""
    path = tmp_path / "ledger.db"
    stray = Tape(at(0) - 60)
    for number in range(CALLS):
        seen = (renamed(each, number) for each in good_call(Tape(at(0) + 2 * number)))
        filled(path, *observed(*seen)).close()
    strays = [stray.delivered('<ack class="call" id="stray"/>', 9, at=each) for each in (at(0) - 50, at(1))]
    filled(path, *observed(*strays)).close()
    whole = sorted(StoredLedger(path).calls(), key=lambda call: call.emissions[0].at)
    some = StoredLedger(path, asked)
    newest = sorted(some.calls(), key=lambda call: call.emissions[0].at)
    assert [list(call.sightings()) for call in newest] == [list(call.sightings()) for call in whole[-asked:]]
    assert len(list(some.sightings())) == asked * len(good_call(Tape())) + 1


def test_a_long_call_does_not_bring_all_that_came_while_it_went_on(tmp_path: Path) -> None:
    """Nothing is read from before the newest calls but where acks may answer."""
    path = tmp_path / "ledger.db"
    long = [renamed(each, 9) for each in good_call(Tape(at(0)))]
    end = long[-1].evidence
    long[-1] = replace(long[-1], evidence=replace(end, place=structs.replace(end.place, at=at(CALLS))))
    filled(path, *observed(*long)).close()
    for number in range(1, CALLS):
        filled(path, *observed(*(renamed(each, number) for each in good_call(Tape(at(number)))))).close()
    window = StoredLedger(path, 1).window
    assert (window.calls, window.of, len(window.left_out)) == (1, CALLS, 1)
    assert window.begin == at(CALLS - 1) - AFTER_S


def test_a_call_that_several_secrets_saw_counts_once(tmp_path: Path) -> None:
    """As everywhere: each is known by the one name that all secrets have for it."""
    seen = [observed(*(renamed(each, n) for each in good_call(Tape(at(n))))) for n in range(CALLS)]
    path = merged(tmp_path / "both.db", *(machine(tmp_path / f"{n}.db", *seen) for n in range(2)))
    for asked in range(1, CALLS + 1):
        some = StoredLedger(path, asked)
        assert (some.window.calls, some.window.of) == (asked, StoredLedger(path).stats().calls)
        assert len(list(some.calls())) == asked
    assert StoredLedger(path, CALLS).window.is_all


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
