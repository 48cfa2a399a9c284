"""What was counted of a ledger is used where it holds: whatever changes, the answer is of all stanzas."""

from __future__ import annotations

import random
import sqlite3
import tempfile
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from ringback.calls import Sighting
from ringback.errors import LedgerError
from ringback.export.tallied import counting_by
from ringback.ledger import Ledger, StoredLedger, counts, countstore
from ringback.ledger.counts import Going
from ringback.ledger.countstore import Turn
from ringback.ledger.opening import open_existing
from ringback.observations import Observation
from ringback.questions.counts import CallCount, fits
from ringback.questions.facts import fact_names
from ringback.stanza import from_text, to_text
from support.ledgers import SPECIFICATION, filled, identified, observed, raw
from support.machines import NAMES, connections, machine, merged
from support.sightings import CALL_ID, CALLEE, CALLER, DEVICE, Tape, action, good_call, preaccept
from support.tallying import ask, told, told_by_all
from test_captures import report

CALLS = 4
APART_S = 10_000.0


def at(number: int) -> float:
    """When that call begins."""
    return 1_700_000_000.0 + APART_S * number


def renamed(sighting: Sighting, number: int) -> Sighting:
    """The same stanza of another call, on connections of its own."""
    text = to_text(sighting.node).replace(CALL_ID, f"{number:032X}")
    evidence = replace(sighting.evidence, flow=f"{number}-{sighting.evidence.flow}")
    return replace(sighting, node=from_text(text), evidence=evidence)


def call(number: int, *more: Callable[[Tape], Sighting]) -> list[Sighting]:
    """A whole call, and what came behind it."""
    tape = Tape(at(number))
    return [renamed(each, number) for each in (*good_call(tape), *(make(tape) for make in more))]


@pytest.fixture(autouse=True)
def small_book(monkeypatch: pytest.MonkeyPatch) -> None:
    """One call is in the book at a time: those before it are not counted again."""
    monkeypatch.setattr("ringback.calls.book.MAX_CALLS", 1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger of a few calls, counted."""
    path = tmp_path / "ledger.db"
    for number in range(CALLS):
        filled(path, *observed(*call(number))).close()
    assert len(ask(path).counted) == CALLS
    assert ask(path).counted == []
    return path


def holds(path: Path, anew: int | None = None) -> None:
    """The answer out of what is kept and of what is counted anew is that of all stanzas; so is the next."""
    asked = ask(path)
    assert told(asked.tally) == told_by_all(path)
    if anew is not None:
        assert len(asked.counted) == anew
    again = ask(path)
    assert again.counted == []
    assert told(again.tally) == told_by_all(path)


def test_a_new_call_is_counted_alone(path: Path) -> None:
    """With the one that was in the book when it began; what is kept of the others is used."""
    filled(path, *observed(*call(CALLS))).close()
    holds(path, anew=2)


def test_what_is_recorded_again_changes_nothing(path: Path) -> None:
    """As with a capture that is replayed once more."""
    filled(path, *observed(*call(0)), *observed(*call(2))).close()
    holds(path, anew=0)


def test_a_stanza_that_comes_late_has_its_call_counted(path: Path) -> None:
    """Long after it had left the book, so that it is two: with the one that was in the book."""
    late = call(1, lambda tape: tape.sent(preaccept(from_=DEVICE, stanza_id="P-9"), at=at(3) + 5000.0))[-1]
    filled(path, *observed(late)).close()
    holds(path, anew=3)


def test_a_stanza_between_others_is_counted(path: Path) -> None:
    """Found in a capture that is read afterwards, on a connection of which nothing was known."""
    tape = Tape(at(1) + 0.5)
    seen = renamed(tape.delivered(preaccept(from_="22222222222222:3@lid", stanza_id="P-5"), 3), 1)
    filled(path, *observed(seen)).close()
    holds(path, anew=CALLS)


@pytest.mark.parametrize("seconds", [1.0, 1e6])
def test_an_ack_that_comes_late_is_counted(path: Path, seconds: float) -> None:
    """It names no call; it belongs to what it answers."""
    tape = Tape(at(CALLS - 1) + 9.0 + seconds)
    told_off = tape.delivered('<ack from="22222222222222@lid" id="T-1" class="call" error="427"/>', CALLER)
    place = structs.replace(told_off.evidence.place, message=90, frame=90)
    ack = replace(told_off, evidence=replace(told_off.evidence, place=place))
    filled(path, *observed(renamed(ack, CALLS - 1))).close()
    (last,) = (each for each in StoredLedger(path).calls() if each.last_at == place.at)
    assert last.of("terminate")[0].acks
    holds(path, anew=1)


def test_who_speaks_on_a_connection_may_become_known_later(path: Path) -> None:
    """Whatever was counted of its calls told of no build."""
    filled(path, identified(f"{CALLS - 2}-flow-{CALLEE}")).close()
    holds(path, anew=3)


def test_another_technique_on_a_connection_counts_for_all_of_it(path: Path) -> None:
    """Also where only its last frame was watched by it."""
    last = call(1)[-1]
    filled(path, *observed(replace(last, technique="baileys-instrumentation"))).close()
    holds(path, anew=CALLS)


def test_a_frame_that_was_seen_earlier_moves_its_call(path: Path) -> None:
    """Of two times of a frame the earlier counts."""
    first = call(2)[0]
    place = structs.replace(first.evidence.place, at=at(0) + 100.0)
    filled(path, *observed(replace(first, evidence=replace(first.evidence, place=place)))).close()
    holds(path, anew=CALLS + 1)


def test_a_frame_that_was_read_better_is_counted_anew(path: Path) -> None:
    """Its connection was whole, or more followed its stanza: the same row says something else."""
    first = call(3)[0]
    filled(path, *observed(replace(first, trailing=3))).close()
    holds(path, anew=2)


@pytest.mark.parametrize("what", ["trailing", "message"])
def test_a_frame_that_was_read_better_later_keeps_its_time(path: Path, what: str) -> None:
    """By a machine whose clock is ahead: the row has the earlier time, and from then on it is counted."""
    first, second = call(1)[0], call(1)[2]
    seen, trailing, message = (first, 3, 0) if what == "trailing" else (second, 0, 0)
    place = structs.replace(seen.evidence.place, at=at(9), message=message)
    again = replace(seen, trailing=trailing, evidence=replace(seen.evidence, place=place))
    filled(path, *observed(again)).close()
    holds(path, anew=CALLS)


def test_a_merge_is_counted(path: Path, tmp_path: Path) -> None:
    """A copy that has the secret has recorded another end of a call, and calls of its own."""
    other = tmp_path / "other.db"
    with Ledger(path) as ledger, Ledger(other) as copy:
        copy.adopt(ledger.own_secret())
        copy.record(*observed(*call(CALLS + 1)), *observed(*call(1)))
        tape = Tape(at(1) + 3.0)
        copy.record(*observed(renamed(tape.delivered(preaccept(from_=DEVICE), 3), 1)))
    merged(path, other)
    holds(path, anew=CALLS + 1)
    merged(path, other)
    holds(path, anew=0)


def test_several_secrets_name_anew_whatever_is_seen(path: Path, tmp_path: Path) -> None:
    """Any frame may tell that two names are one, in every call: all of them are counted again."""
    both = machine(tmp_path / "both.db", observed(*call(0)))
    alone = machine(tmp_path / "alone.db", observed(*call(CALLS)))
    merged(path, both)
    holds(path, anew=CALLS)
    merged(path, alone)
    holds(path, anew=CALLS + 1)
    filled(path, *observed(*call(CALLS + 1))).close()
    holds(path, anew=CALLS + 2)


def test_calls_in_doubt_are_kept_with_the_counts(tmp_path: Path) -> None:
    """Both ends of a call under two secrets."""
    caller, callee = connections("single-callee")
    path = merged(tmp_path / "all.db", machine(tmp_path / "a.db", caller), machine(tmp_path / "b.db", callee))
    first, second = ask(path), ask(path)
    assert first.tally.doubtful
    assert (second.counted, second.tally.doubtful) == ([], first.tally.doubtful)
    holds(path, anew=0)


def test_a_name_that_is_hidden_is_in_no_count(path: Path) -> None:
    """What was counted told of a place by a name that turns out to be somebody's."""
    tape = Tape(at(CALLS))
    named = tape.sent(preaccept(session=f'call-id="{CALL_ID}" zebquux="1"'), CALLER)
    filled(path, *observed(renamed(named, CALLS))).close()
    holds(path, anew=2)
    assert any("zebquux" in body for body in bodies(path))
    somebody = tape.delivered(action("terminate", stanza_id="T-1", attrs='notify="Zeb Quux"', from_=DEVICE))
    filled(path, *observed(renamed(somebody, CALLS))).close()
    assert bodies(path) == []
    holds(path, anew=CALLS + 1)
    assert not any("zebquux" in body for body in bodies(path))


def bodies(path: Path) -> list[str]:
    with raw(path) as database:
        return [body.decode("latin-1") for (body,) in database.execute("SELECT body FROM count")]


def test_each_specification_has_counts_of_its_own(path: Path) -> None:
    """A fact that is stated otherwise is another specification; of too many the oldest counts go."""
    spec = SPECIFICATION.stanzas["call-preaccept"]
    others = [
        replace(SPECIFICATION, stanzas={spec.id: replace(spec, spec_version=f"9.{number}")})
        for number in range(countstore.MAX_TALLIES)
    ]
    for other in others:
        assert len(ask(path, other).counted) == CALLS
        assert ask(path, other).counted == []
        assert told(ask(path, other).tally, other) == told_by_all(path, other)
    assert len(ask(path).counted) == CALLS
    filled(path, *observed(*call(CALLS))).close()
    for each in (*others[1:], SPECIFICATION):
        assert len(ask(path, each).counted) == 2


def test_rows_that_nobody_told_of_are_noticed(path: Path) -> None:
    """Somebody has changed the file by other means."""
    with raw(path) as database:
        for table in ("stanza", "sight", "evidence"):
            database.execute(f"DELETE FROM {table} WHERE observation = 1")
        database.execute("DELETE FROM observation WHERE id = 1")
    holds(path, anew=CALLS)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE count SET body = x'00'",
        "UPDATE counted SET durations = x'c1'",
        "UPDATE tally SET doubtful = '[1]'",
        "UPDATE counted SET count = 99",
        "UPDATE counted SET call = 7, first_at = 'x'",
    ],
)
def test_counts_that_are_none_are_made_anew(path: Path, damage: str) -> None:
    """Whatever stands there; nobody fails over it."""
    with raw(path) as database:
        database.execute(damage)
    holds(path, anew=CALLS)


def test_counts_of_another_specification_are_not_taken(path: Path) -> None:
    """They name facts by number: what could be none of this specification is no count."""
    count = ask(path).tally.calls[0].count
    group, *others = count.model.groups

    def changed(**values: Any) -> CallCount:
        return structs.replace(count, model=structs.replace(count.model, **values))

    statements = {"call-preaccept": 99}
    facts = len(fact_names(SPECIFICATION))
    assert fits(count, statements, facts)
    assert not fits(count, statements, 3)
    assert not fits(count, {"call-preaccept": 3}, facts)
    assert not fits(changed(groups=(structs.replace(group, spec="call-other"), *others)), statements, facts)
    assert not fits(changed(groups=(structs.replace(group, n=-1), *others)), statements, facts)
    assert not fits(changed(units=(99,)), statements, facts)


def test_a_counting_that_is_stopped_goes_on_where_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was counted by then is kept, the rest is counted by whoever asks next."""
    with raw(path) as database:
        database.execute("DELETE FROM counted")
        database.execute("DELETE FROM tally")
    monkeypatch.setattr(counts, "MAX_PENDING", 1)
    monkeypatch.setattr(counts, "_PROGRESS_STANZAS", 1)
    gone: list[int] = []
    stopped = ask(path, going=Going(lambda number, _: gone.append(number), lambda: len(gone) > 25))
    assert not stopped.tally.is_whole
    assert len(stopped.counted) == 2
    holds(path, anew=CALLS - 1)


def test_a_counting_that_is_stopped_again_and_again_loses_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever each time ends: what is kept grows, and in the end it is what all stanzas say."""
    monkeypatch.setattr("ringback.calls.book.MAX_CALLS", 2)
    monkeypatch.setattr(counts, "MAX_PENDING", 1)
    monkeypatch.setattr(counts, "_PROGRESS_STANZAS", 1)
    filled(path, *observed(*(each for number in range(CALLS, 12) for each in call(number)))).close()
    for stanzas in (3, 25, 31, 8, 50, 44, 60, 2):
        before, gone = rows(path), [0]

        def stop(gone: list[int] = gone, most: int = stanzas) -> bool:
            gone[0] += 1
            return gone[0] > most

        if ask(path, going=Going(stop=stop)).tally.is_whole:
            break
        assert rows(path) >= before
    holds(path)


@pytest.mark.parametrize("stanzas", [1, 4, 12, 40])
def test_what_has_changed_before_a_counting_was_stopped_is_not_forgotten(
    path: Path, monkeypatch: pytest.MonkeyPatch, stanzas: int
) -> None:
    """A call that was over long before is named by what is found late: also by whoever goes on."""
    monkeypatch.setattr(counts, "MAX_PENDING", 1)
    monkeypatch.setattr(counts, "_PROGRESS_STANZAS", 1)
    late = call(1, lambda tape: tape.sent(preaccept(from_=DEVICE, stanza_id="P-9"), at=at(3) + 5000.0))[-1]
    filled(path, *observed(late)).close()
    for _ in range(3):
        asked = [0]

        def stop(asked: list[int] = asked) -> bool:
            asked[0] += 1
            return asked[0] > stanzas

        ask(path, going=Going(stop=stop))
    holds(path)


@pytest.mark.parametrize("stanzas", [1, 12, 25])
def test_a_counting_that_begins_anew_and_is_stopped_has_nothing_of_before(
    path: Path, monkeypatch: pytest.MonkeyPatch, stanzas: int
) -> None:
    """Where what is kept cannot be read, while the newest had to be counted: all goes, and is made again."""
    monkeypatch.setattr(counts, "MAX_PENDING", 1)
    monkeypatch.setattr(counts, "_PROGRESS_STANZAS", 1)
    filled(path, *observed(*call(CALLS))).close()
    with raw(path) as database:
        database.execute("UPDATE counted SET durations = x'c1'")
    asked = [0]

    def stop() -> bool:
        asked[0] += 1
        return asked[0] > stanzas

    assert not ask(path, going=Going(stop=stop)).tally.is_whole
    holds(path)


def rows(path: Path) -> int:
    with raw(path) as database:
        (number,) = database.execute("SELECT count(*) FROM counted").fetchone()
    return int(number)


def test_a_turn_that_another_took_keeps_nothing(path: Path) -> None:
    """Two processes count at once: what the one that began first has read may be older than what was told."""
    filled(path, *observed(*call(CALLS))).close()
    asked: list[int] = []

    def interfere(number: int, _total: int) -> None:
        if not asked:
            asked.append(number)
            filled(path, *observed(*call(CALLS + 1))).close()
            holds(path, anew=3)

    slow = ask(path, going=Going(interfere))
    assert slow.tally.unkept
    holds(path, anew=0)


def test_what_is_written_while_it_is_counted_is_counted_next_time(path: Path) -> None:
    """The answer is of the time when it was asked for."""
    filled(path, *observed(*call(CALLS))).close()
    written: list[int] = []

    def write(number: int, _total: int) -> None:
        if not written:
            written.append(number)
            filled(path, *observed(*call(CALLS + 1))).close()

    ask(path, going=Going(write))
    asked = ask(path)
    assert asked.counted
    assert told(asked.tally) == told_by_all(path)
    holds(path, anew=0)


def test_a_ledger_that_cannot_be_written_answers_all_the_same(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says why nothing is kept."""

    def refuse(_path: Path) -> None:
        raise LedgerError("read-only")

    filled(path, *observed(*call(CALLS))).close()
    monkeypatch.setattr(counts, "open_existing", refuse)
    for _ in range(2):
        asked = ask(path)
        assert (asked.tally.unkept, len(asked.counted)) == ("read-only", CALLS + 1)
        assert told(asked.tally) == told_by_all(path)


@pytest.mark.parametrize("step", ["take", "end"])
def test_one_that_becomes_read_only_answers_too(
    path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Where SQLite says so when something is written, at the beginning or at the end."""
    filled(path, *observed(*call(CALLS))).close()

    def opened(ledger: Path) -> sqlite3.Connection:
        database = open_existing(ledger)
        database.execute(f"PRAGMA query_only = {int(step == 'take')}")
        return database

    end = Turn.end

    def refuse(turn: Turn, evidence: str, doubtful: Collection[str]) -> None:
        turn.database.execute("PRAGMA query_only = ON")
        end(turn, evidence, doubtful)

    monkeypatch.setattr(counts, "open_existing", opened)
    monkeypatch.setattr(Turn, "end", refuse)
    asked = ask(path)
    assert "read-only" in asked.tally.unkept
    assert told(asked.tally) == told_by_all(path)


def test_a_wrong_count_is_found(path: Path) -> None:
    """One that says what another call says; by a look at the newest calls."""
    counting = counting_by(SPECIFICATION, (), cache(StoredLedger(path).clients))
    assert counts.holds(path, counting, 2)
    with raw(path) as database:
        database.execute("UPDATE counted SET durations = x'9491079107910790' WHERE id = 4")
    assert ask(path).counted == []
    assert not counts.holds(path, counting, 2)
    Ledger.forget_counts(path)
    assert counts.holds(path, counting, 2)
    holds(path, anew=CALLS)


def chunks(chance: random.Random) -> Iterator[list[Observation]]:
    """All that the captures show, connection by connection, in parts, in any order."""
    parts: list[list[Observation]] = []
    for name in NAMES:
        for connection in connections(name):
            cut = chance.randint(0, len(connection))
            parts += [connection[:cut], connection[cut:]]
    chance.shuffle(parts)
    yield from filter(None, parts)


@settings(max_examples=3, deadline=None)
@given(st.randoms(use_true_random=False))
def test_whatever_comes_in_whatever_order_the_answer_is_that_of_all(chance: random.Random) -> None:
    """Captures an hour apart, in pieces and shuffled, one after the other into a ledger that is asked after
    each; here two calls are in the book at a time."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr("ringback.calls.book.MAX_CALLS", 2)
        path = Path(folder) / "ledger.db"
        for part in chunks(chance):
            filled(path, *part).close()
            asked = ask(path)
            if asked.tally.calls:
                assert told(asked.tally) == told_by_all(path)
            assert ask(path).counted == []


def test_what_captures_show_is_counted_as_it_is_weighed(tmp_path: Path) -> None:
    """The shipped captures, violations among them, by the shipped specification."""
    path = tmp_path / "ledger.db"
    for name in (*NAMES, "violations", "split-compressed", "mid-connection"):
        filled(path, *report(name).observations).close()
        holds(path)
