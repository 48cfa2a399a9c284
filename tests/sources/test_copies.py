"""`ringback.sources.copies`: what several sources hold counts once."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from ringback.commands.environment import Environment
from ringback.commands.gathering import Gathered, gather
from ringback.commands.recorded import Recording, SourceOptions
from ringback.commands.replay import Report, replay
from ringback.commands.report import Output, report
from ringback.filters import parse
from ringback.report.document import Subject, make_report
from ringback.sources import copies
from ringback.status import ExitCode
from support.flows import write_flows
from support.recorded import CAPTURES, capture, websocket_flows

NAME = "single-callee"
KEYS = CAPTURES / f"{NAME}.keys"


def gathered(*sources: Path, keys: Path = KEYS) -> tuple[Gathered, list[str]]:
    """What the sources come to, and what was told of copies."""
    errors = io.StringIO()
    found = gather(Recording(sources, keys), None, Environment(io.StringIO(), errors))
    told = [line.removeprefix("ringback: ") for line in errors.getvalue().splitlines() if "already" in line]
    return found, told


def counts(found: Gathered) -> object:
    """Every number that a report makes of it, and each verdict."""
    made = make_report(Subject(found.casebook, found.specification, found.status)).report
    return made.summary, made.questions, made.provenance.numbers, found.status


def copied(folder: Path, *names: str) -> list[Path]:
    for name in names:
        (folder / name).write_bytes(capture(NAME).read_bytes())
    return [folder / name for name in names]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Event file and ledger of the capture."""
    folder = tmp_path_factory.mktemp("kept")
    events, ledger = folder / "e.jsonl", folder / "l.db"
    source = SourceOptions(Recording((capture(NAME),), KEYS))
    replay(source, Report(events=events, ledger=ledger), Environment(io.StringIO(), io.StringIO()))
    return events, ledger


def test_copies_of_a_recording_change_no_count(tmp_path: Path) -> None:
    """Six names of one capture are one observation, and that is said once for each of the others."""
    once, told = gathered(capture(NAME))
    assert told == []
    six, told = gathered(capture(NAME), *copied(tmp_path, *"abcde"))
    assert counts(six) == counts(once)
    assert told == [
        f"2 connections of {name} were read from {NAME}.flows already: they count once" for name in "abcde"
    ]


def test_a_report_of_six_copies_is_that_of_one(tmp_path: Path) -> None:
    pages = []
    for sources in ([capture(NAME)], [capture(NAME), *copied(tmp_path, *"abcde")]):
        out = io.StringIO()
        source = SourceOptions(Recording(tuple(sources), KEYS))
        assert report(source, parse(""), Output("json", None), Environment(out, io.StringIO())) is ExitCode.OK
        pages.append(out.getvalue())
    assert pages[0] == pages[1]


def test_a_capture_with_its_event_file_and_its_ledger(kept: tuple[Path, Path]) -> None:
    """What was written of a capture is no further observation of it, nor are two such files of each other."""
    events, ledger = kept
    once, _ = gathered(capture(NAME))
    for sources in ((capture(NAME), events, ledger), (capture(NAME), ledger), (capture(NAME), events)):
        several, told = gathered(*sources)
        assert counts(several) == counts(once)
        assert told == [
            f"2 connections of {path} were read from {NAME}.flows already: they count once"
            for path in sources[1:]
        ]
    both, told = gathered(events, ledger)
    assert counts(both) == counts(gathered(events)[0])
    assert told == [
        f"2 connections of {ledger} were read from e.jsonl: {NAME}.flows already: they count once"
    ]


def test_runs_of_one_capture_in_one_event_file(tmp_path: Path, kept: tuple[Path, Path]) -> None:
    """Whoever replays to the same file again has seen nothing new."""
    twice = tmp_path / "e.jsonl"
    twice.write_bytes(kept[0].read_bytes() * 2)
    found, told = gathered(twice)
    assert counts(found) == counts(gathered(kept[0])[0])
    assert len(told) == 1


def test_a_source_that_opened_nothing_hides_none_that_did(tmp_path: Path, kept: tuple[Path, Path]) -> None:
    """Who forgot the key log at first keeps what the ledger has."""
    empty = tmp_path / "empty.keys"
    empty.write_text("")
    found, told = gathered(capture(NAME), kept[1], keys=empty)
    assert len(found.casebook.cases) == 1
    assert told == []


@pytest.mark.parametrize("longer_first", [True, False])
def test_of_a_live_flow_that_was_saved_twice_the_longer_counts(tmp_path: Path, *, longer_first: bool) -> None:
    """A proxy may be told to save while a connection is open, and again at its end."""
    whole, saved = websocket_flows(NAME), websocket_flows(NAME)
    for flow in saved:
        assert flow.websocket is not None
        del flow.websocket.messages[-4:]
    files = [write_flows(tmp_path / "whole.flows", *whole), write_flows(tmp_path / "early.flows", *saved)]
    found, told = gathered(*(files if longer_first else reversed(files)))
    assert {case.call.capture for case in found.casebook.cases} == {"whole.flows"}
    assert counts(found) == counts(gathered(files[0])[0])
    assert told == (
        ["2 connections of early.flows were read from whole.flows already: they count once"]
        if longer_first
        else [
            "2 connections of whole.flows were read from early.flows already: they count once, "
            "2 of them as it is here, which is longer"
        ]
    )


def test_what_is_remembered_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: tuple[Path, Path]
) -> None:
    """Connections without end take no memory without end: the oldest are read again."""
    monkeypatch.setattr(copies, "MAX_FLOWS", 1)
    found, _ = gathered(kept[0], copied_events(tmp_path, kept[0]))
    assert len(found.casebook.cases) == 2


def copied_events(folder: Path, events: Path) -> Path:
    copy = folder / "copy.jsonl"
    copy.write_bytes(events.read_bytes())
    return copy
