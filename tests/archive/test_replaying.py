"""`ringback replay --jobs`: the same as one process gives, in the order in which the captures were named."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path

import pytest

from ringback.archive.paths import Place
from ringback.archive.replaying import BATCH_BYTES, tasks_of
from ringback.cli import main
from ringback.ledger import StoredLedger, copy_ledger
from ringback.status import ExitCode
from support.recorded import CAPTURES

SUMMARY = "── ringback ──"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some captures with their key logs, one of which nobody can read."""
    folder = tmp_path_factory.mktemp("archive")
    for name in ("single-callee", "violations", "no-preaccept"):
        for suffix in (".flows", ".keys"):
            shutil.copy(CAPTURES / f"{name}{suffix}", folder)
    return folder


def printed(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[str, str]:
    """What a replay of the captures printed, and what it told."""
    assert main(["replay", *map(str, arguments)]) == ExitCode.OK
    told = capsys.readouterr()
    return told.out, told.err


def block(out: str, capture: str) -> str:
    """What is printed of one capture, without heading and summary."""
    return out.partition(f"── {capture} ──\n")[2].partition("\n── ")[0].strip()


def test_the_text_is_that_of_each_capture(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each capture prints what a replay of it alone prints; the summary is that of all in one process."""
    together, _ = printed(capsys, archive)
    alone = {path.name: printed(capsys, path)[0] for path in archive.glob("*.flows")}
    out, _ = printed(capsys, "--jobs", "2", archive)
    assert {name: block(out, name) for name in alone} == {
        name: text.partition(f"\n{SUMMARY}")[0].strip() for name, text in alone.items()
    }
    assert [line.split()[1] for line in out.splitlines() if line.endswith(".flows ──")] == sorted(alone)
    assert out.partition(SUMMARY)[2] == together.partition(SUMMARY)[2]


def test_the_ledger_is_the_same(archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Under one secret, one process and several keep the same, also where they read all of it twice."""
    ledgers = [tmp_path / name for name in ("one.db", "two.db")]
    printed(capsys, "--ledger", ledgers[0], archive / "single-callee.flows")
    copy_ledger(ledgers[0], ledgers[1], with_secret=True)
    printed(capsys, "--ledger", ledgers[0], archive)
    for _ in range(2):
        printed(capsys, "--jobs", "2", "--ledger", ledgers[1], archive)
    one, two = (StoredLedger(path).content() for path in ledgers)
    assert one == two


def test_the_event_file_has_a_run_of_each(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The runs stand in the order of the captures, each as a replay of that capture alone writes it."""
    expected = []
    for path in sorted(archive.glob("*.flows")):
        printed(capsys, "--events", tmp_path / f"{path.stem}.jsonl", path)
        expected += (tmp_path / f"{path.stem}.jsonl").read_text().splitlines()
    printed(capsys, "--jobs", "2", "--events", tmp_path / "all.jsonl", archive)
    assert (tmp_path / "all.jsonl").read_text().splitlines() == expected
    out, _ = printed(capsys, "--jobs", "1", "--json", archive)
    assert out.splitlines() == expected


def test_one_bad_capture_ends_nothing(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is named with what is wrong, the others are gone through, and the exit code says it."""
    arguments = [str(archive / "missing.flows"), str(archive / "single-callee.flows")]
    assert main(["replay", "--jobs", "1", *arguments]) == ExitCode.INPUT
    told = capsys.readouterr()
    assert f"error: {arguments[0]}: does not exist; check the name" in told.err
    assert "── single-callee.flows ──" in told.out


def test_what_was_not_read_is_not_taken_for_read(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever reads the event file is told that it is not all, also where there is nothing else in it."""
    for name, sources in (("some", [archive / "single-callee.flows"]), ("none", [])):
        events = tmp_path / f"{name}.jsonl"
        words = ["--events", events, *sources, tmp_path / "missing.flows"]
        assert main(["replay", "--jobs", "1", *map(str, words)]) == ExitCode.INPUT
        records = [json.loads(line) for line in events.read_text().splitlines()]
        kinds = [each["type"] for each in records if each["type"] in {"start", "summary"}]
        assert kinds == ["start", "summary"] * (len(sources) + 1)
        assert [each["incomplete"] for each in records if each["type"] == "summary"][-1]
        capsys.readouterr()
        assert main(["check", str(events)]) == ExitCode.INPUT
        assert "a source was not read to its end by the run that wrote this" in capsys.readouterr().err


def test_a_connection_in_two_captures_is_told(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A ledger counts it once; what is printed of each capture is all of it, which has to be said."""
    for suffix in (".flows", ".keys"):
        shutil.copy(archive / f"single-callee{suffix}", tmp_path / f"copy{suffix}")
    paths = [archive / "single-callee.flows", tmp_path / "copy.flows"]
    _, err = printed(capsys, "--jobs", "1", *paths)
    assert "connections of copy.flows are in single-callee.flows too: a ledger counts them once" in err


def test_captures_of_one_name_are_told_apart(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As without --jobs: the second one of a name gets a number, and the same file twice is read once."""
    for suffix in (".flows", ".keys"):
        shutil.copy(archive / f"violations{suffix}", tmp_path / f"single-callee{suffix}")
    paths = [archive / "single-callee.flows", tmp_path / "single-callee.flows"]
    out, err = printed(capsys, "--jobs", "1", "--json", *paths, paths[0])
    captures = Counter(json.loads(line).get("capture") for line in out.splitlines())
    assert {*captures} == {None, "single-callee.flows", "single-callee.flows#2"}
    assert f"{paths[0]} was named twice: it is read once" in err


def test_keys_that_open_nothing(archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where not one frame of any capture could be opened the exit code is that of a single replay."""
    key_log = tmp_path / "other.keys"
    key_log.write_text(f"CANDIDATE_KEY * {'00' * 32}\n")
    arguments = ["replay", "--jobs", "1", "--keylog", str(key_log), str(archive)]
    assert main(arguments) == ExitCode.NOTHING_OPENED
    told = [line for line in capsys.readouterr().err.splitlines() if "not one of" in line]
    assert [line.split()[1] for line in told] == ["warning:"] * 3 + ["error:"]


def test_hosts_that_keep_out(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of a capture that has none of them there is nothing to say; where all are like that it is an error."""
    arguments = ["replay", "--jobs", "1", "--hosts", "other.example.org", str(archive)]
    assert main(arguments) == ExitCode.NOTHING_OPENED
    err = capsys.readouterr().err
    assert [line for line in err.splitlines() if "gone through" not in line] == [
        "ringback: error: every connection was left out; "
        "name a host that --hosts lets through, or leave --hosts out"
    ]


def test_progress_is_told(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where there is no terminal each step is a line on standard error."""
    _, err = printed(capsys, "--jobs", "2", archive)
    assert [line for line in err.splitlines() if "gone through" in line] == [
        f"ringback: {number} of 3 captures gone through" for number in (1, 2, 3)
    ]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--jobs", "2", "--cluster", "tcp://localhost:1", "x"], "two ways to the same"),
        (["--jobs", "0", "x"], "not in the range"),
        (["s3://bucket/a.flows"], "is an address, which --jobs or --cluster can read"),
    ],
)
def test_what_cannot_be_asked_for(
    arguments: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A command line that makes no sense is refused before anything is read."""
    assert main(["replay", *arguments]) == ExitCode.USAGE
    assert reason in capsys.readouterr().err


def test_standard_input_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """It cannot be handed to another process."""
    assert main(["replay", "--jobs", "1", "-"]) == ExitCode.INPUT
    assert "standard input is for one process" in capsys.readouterr().err


def test_large_captures_come_first_and_small_ones_together() -> None:
    """Each capture is in one task; none with another where it is large."""
    sizes = [10, BATCH_BYTES, 10, 3 * BATCH_BYTES, *[1000] * 100]
    places = [Place(f"{number}.flows", "", size) for number, size in enumerate(sizes)]
    tasks = tasks_of(places, 2)
    assert [number for task in tasks[:2] for number, _ in task.places] == [3, 1]
    assert sorted(number for task in tasks for number, _ in task.places) == list(range(len(places)))
    assert max(len(task.places) for task in tasks) > 1
    assert max(task.size_bytes for task in tasks[2:]) <= BATCH_BYTES


def test_few_captures_are_spread() -> None:
    """Every process gets something to do."""
    places = [Place(f"{number}.flows", "", 1000) for number in range(4)]
    assert [len(task.places) for task in tasks_of(places, 4)] == [1, 1, 1, 1]
