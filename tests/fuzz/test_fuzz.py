"""Every target over the inputs that are kept, over damaged seeds, and for a moment under atheris."""

from __future__ import annotations

import importlib.util
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzz.corpus import CORPORA, MOST_BYTES, MOST_FILES, REGRESSIONS, kept, name_of, seeds_of
from fuzz.record import BEGIN, END, read_record, table
from fuzz.running import Budget, Fuzzing
from fuzz.seeds import SEEDS
from fuzz.targets import TARGETS, broken, every

PAGE = Path(__file__).parents[2] / "addon" / "ringback" / "docs" / "fuzzing.md"
RUN = Path(__file__).with_name("run.py")
FILES = sorted(file for folder in (CORPORA, REGRESSIONS) for file in folder.glob("*/*"))

each_target = pytest.mark.parametrize("name", TARGETS)


def see_to_atheris() -> None:
    """Skips the test where atheris is not installed, or fails it where everything is to be tested."""
    if importlib.util.find_spec("atheris") is None:
        reason = "no atheris: pip install atheris; it has wheels for Linux on x86-64"
        if os.environ.get("RINGBACK_TEST_EVERYTHING"):
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture
def atheris() -> None:
    """For the tests that run it."""
    see_to_atheris()


@each_target
def test_the_contract_holds_for_what_is_kept(name: str) -> None:
    """Seeds, the corpus, and each input that once broke it."""
    inputs = dict(kept(name))
    assert len(inputs) > len(list((CORPORA / name).iterdir())) > 0
    for file, data in inputs.items():
        try:
            TARGETS[name].run(data)
        except Exception as error:
            error.add_note(f"{name}, input {file}")
            raise


@st.composite
def damaged(draw: st.DrawFn, name: str) -> bytes:
    """A seed of the target with some stretches cut out, doubled or replaced."""
    data = draw(st.sampled_from(seeds_of(name)))
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(start + 8, len(data))))
        piece = draw(st.sampled_from([b"", data[start:end] * 2]) | st.binary(max_size=8))
        data = data[:start] + piece + data[end:]
    return data


@each_target
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data())
def test_the_contract_holds_for_what_is_damaged(name: str, data: st.DataObject) -> None:
    """Any bytes, and seeds that are not quite themselves any more."""
    TARGETS[name].run(data.draw(st.binary(max_size=80) | damaged(name)))


def test_inputs_are_named_by_their_content() -> None:
    """So none is there twice, and none is changed unseen."""
    assert [file.name for file in FILES] == [name_of(file.read_bytes()) for file in FILES]
    assert {file.parent.name for file in FILES} <= TARGETS.keys()


def test_corpora_stay_small() -> None:
    """They are in every clone."""
    for name in TARGETS:
        sizes = [file.stat().st_size for file in (CORPORA / name).iterdir()]
        assert len(sizes) <= MOST_FILES
        assert sum(sizes) <= MOST_BYTES
    assert sum(file.stat().st_size for file in FILES) < 500_000


def test_every_target_has_seeds_and_a_rule() -> None:
    """The fuzzer begins with the same ones each time, and everybody knows what it looks for."""
    assert list(SEEDS) == list(TARGETS)
    assert all(target.rule.endswith(".") for target in TARGETS.values())
    assert {name: seeds_of(name) for name in TARGETS} == {name: seeds_of(name) for name in TARGETS}


def test_the_page_tells_what_is_recorded() -> None:
    """Its table is the one that the runner writes, and has a row for each target."""
    text = PAGE.read_text()
    record = read_record()
    assert text.partition(BEGIN)[2].partition(END)[0] == table(record)
    assert sorted(record) == sorted(TARGETS)


def test_the_page_tells_each_contract_and_each_defect() -> None:
    """Every target with its rule, every input that broke one with what was wrong."""
    text = PAGE.read_text()
    told = dict(re.findall(r"^\| `([a-z-]+)` \| ([A-Z].*?) \|$", text, re.MULTILINE))
    assert told == {name: target.rule.replace("|", "\\|") for name, target in TARGETS.items()}
    named = re.findall(r"`([a-z-]+)/([0-9a-f]{16})`", text)
    assert sorted(named) == sorted((file.parent.name, file.name) for file in REGRESSIONS.glob("*/*"))


def test_without_atheris(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that needs it is skipped, or fails where everything has to be tested."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    monkeypatch.delenv("RINGBACK_TEST_EVERYTHING", raising=False)
    with pytest.raises(pytest.skip.Exception, match="pip install atheris"):
        see_to_atheris()
    monkeypatch.setenv("RINGBACK_TEST_EVERYTHING", "1")
    with pytest.raises(pytest.fail.Exception, match="pip install atheris"):
        see_to_atheris()


@pytest.mark.usefixtures("atheris")
def test_a_short_run(tmp_path: Path) -> None:
    """The same inputs each time, of all targets, with coverage; a long run is for `run.py`."""
    figures = Fuzzing(tmp_path / "corpora", tmp_path / "crashes").fuzz(every, Budget(executions=2500, seed=1))
    assert not figures.crashes, "\n".join(figures.log)
    assert figures.executions >= 2500
    assert figures.coverage > 2000, "ringback is not instrumented"


@pytest.mark.usefixtures("atheris")
def test_a_broken_contract_is_told_and_its_input_saved(tmp_path: Path) -> None:
    """With the traceback; the exit code says that there is one."""
    options = ["--executions", "20000", "--seed", "1", "--crashes", str(tmp_path)]
    run = subprocess.run(
        [sys.executable, RUN, broken.name, *options], capture_output=True, text=True, check=False
    )
    assert run.returncode == 1, run.stderr
    assert "AssertionError" in run.stdout
    saved = sorted(tmp_path.iterdir())
    assert saved
    assert all(b"\a" in file.read_bytes() and f"saved: {file}" in run.stdout for file in saved)
    again = [sys.executable, str(RUN), "--input", str(saved[0]), broken.name]
    assert subprocess.run(again, capture_output=True, check=False).returncode == 1


@pytest.mark.usefixtures("atheris")
def test_ctrl_c_ends_it_with_what_was_done(tmp_path: Path) -> None:
    """Also the children, which are in a session of their own."""
    options = ["--seconds", "60", "--corpus", str(tmp_path), "--crashes", str(tmp_path)]
    with subprocess.Popen([sys.executable, RUN, "names", *options], stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        assert run.stdout.readline().startswith("target")
        while not any(tmp_path.glob("names/*")):
            assert run.poll() is None
        run.send_signal(signal.SIGINT)
        told = run.stdout.read()
    assert run.returncode == 130
    assert re.search(r"[0-9,]+ executions, 1 target, crashes: 0", told)


def test_an_unknown_target_is_told() -> None:
    """With those that there are."""
    run = subprocess.run([sys.executable, RUN, "nosuch"], capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert "no such target: nosuch; there are frames, " in run.stderr
