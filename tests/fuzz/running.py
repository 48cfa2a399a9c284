"""A target's child process under atheris: started, watched, ended, and what it came to."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from fuzz.corpus import corpus_folders, name_of, seeds_of
from fuzz.target import Target

MOST_CRASHES = 2
"""A target is not started again after so many: the same input would be found over and over."""
MOST_MB = 2048
"""Memory that an input may take."""
MOST_SECONDS = 60
"""Time that an input may take."""

_CHILD = Path(__file__).with_name("child.py")
_STATUS = re.compile(r"#(\d+)\s+\w+\s+cov: (\d+) ft: (\d+) corp: (\d+)/")
_EXECUTED = re.compile(r"stat::number_of_executed_units:\s*(\d+)")
_WRITTEN = re.compile(r"Test unit written to (\S+)")
_OF_NO_USE = ("INFO:", "WARNING:", "0x", "Base64:", "artifact_prefix", "stat::", "MS:", "Dictionary:")
_TOLD_LINES = 40
_GOOD_ENDS = (0, -signal.SIGTERM, -signal.SIGINT)


@dataclass(frozen=True, slots=True)
class Budget:
    """How long a target is fuzzed: so many executions, or so many seconds where there is no such number."""

    executions: int | None = None
    seconds: float = 10.0
    seed: int | None = None
    """What the fuzzer's choices follow from; None for any."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What fuzzing one target came to."""

    executions: int = 0
    seconds: float = 0.0
    coverage: int = 0
    """Places in ringback's code that were reached, as atheris counts them."""
    features: int = 0
    """Those with how often each was passed, as libFuzzer counts them."""
    corpus: int = 0
    """Inputs that each reach something that no other does."""
    crashes: tuple[Path, ...] = ()
    """Inputs that broke the target's contract, took too much time or too much memory."""
    log: tuple[str, ...] = field(default=(), repr=False)
    """What was printed of them."""


class Fuzzing:
    """Children of one run; `stop` ends them all."""

    def __init__(self, corpora: Path, crashes: Path) -> None:
        """New inputs are kept in `corpora`, a folder a target, and those that crash in `crashes`."""
        self._corpora = corpora
        self._crashes = crashes
        self._running: set[subprocess.Popen[str]] = set()
        self._lock = threading.RLock()
        self.is_stopped = False

    def stop(self) -> None:
        """End every child; each says what it has come to."""
        with self._lock:
            self.is_stopped = True
            for child in self._running:
                child.send_signal(signal.SIGTERM)

    def fuzz(self, target: Target, budget: Budget) -> Figures:
        """Fuzz a target, started anew behind each crash."""
        figures = Figures()
        while not self.is_stopped and len(figures.crashes) < MOST_CRASHES:
            left = _left(budget, figures)
            if left is None:
                break
            figures = _added(figures, self._once(target, left))
        return figures

    def _once(self, target: Target, budget: Budget) -> Figures:
        folder = self._corpora / target.name
        folder.mkdir(parents=True, exist_ok=True)
        self._crashes.mkdir(parents=True, exist_ok=True)
        for seed in seeds_of(target.name):
            (folder / name_of(seed)).write_bytes(seed)
        with tempfile.NamedTemporaryFile("w", suffix=".dict") as words:
            words.writelines(f'"{_spelled(word)}"\n' for word in target.words)
            words.flush()
            options = [*([f"-dict={words.name}"] if target.words else []), *self._options(target, budget)]
            others = [folder for folder in corpus_folders(target.name) if folder.is_dir()]
            return self._run([target.name, *options, *map(str, (folder, *others))])

    def _options(self, target: Target, budget: Budget) -> Iterator[str]:
        yield f"-artifact_prefix={self._crashes}/{target.name}-"
        yield f"-max_len={target.most_bytes}"
        yield from (f"-rss_limit_mb={MOST_MB}", f"-timeout={MOST_SECONDS}")
        yield from ("-print_final_stats=1", "-reload=0", "-verbosity=1")
        if budget.executions is not None:
            yield f"-runs={budget.executions}"
        else:
            yield f"-max_total_time={max(1, round(budget.seconds))}"
        if budget.seed is not None:
            yield f"-seed={budget.seed}"

    def _run(self, arguments: list[str]) -> Figures:
        started = time.monotonic()
        with self._lock:
            if self.is_stopped:
                return Figures()
            child = subprocess.Popen(
                [sys.executable, str(_CHILD), *arguments],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                # Ctrl-C is for whoever runs the children, who ends them and waits for what they say.
                start_new_session=True,
                env={"PYTHONHASHSEED": "0", "PATH": "/usr/bin:/bin"},
            )
            self._running.add(child)
        try:
            assert child.stdout is not None
            figures, told = _watched(child.stdout)
            code = child.wait()
        finally:
            with self._lock:
                self._running.discard(child)
        figures = replace(figures, seconds=time.monotonic() - started)
        if code in _GOOD_ENDS and not figures.crashes:
            return figures
        if not figures.crashes:
            raise RuntimeError(f"the child ended with {code}:\n" + "\n".join(told))
        return replace(figures, log=tuple(told))


def _left(budget: Budget, done: Figures) -> Budget | None:
    """What is left of a budget; None where it is used up."""
    seed = None if budget.seed is None else budget.seed + len(done.crashes)
    if budget.executions is not None:
        left = budget.executions - done.executions
        return replace(budget, executions=left, seed=seed) if left > 0 else None
    seconds = budget.seconds - done.seconds
    return replace(budget, seconds=seconds, seed=seed) if seconds >= 1 or not done.executions else None


def _added(one: Figures, other: Figures) -> Figures:
    return Figures(
        one.executions + other.executions,
        one.seconds + other.seconds,
        max(one.coverage, other.coverage),
        max(one.features, other.features),
        max(one.corpus, other.corpus),
        one.crashes + other.crashes,
        one.log + other.log,
    )


def _watched(lines: Iterator[str]) -> tuple[Figures, list[str]]:
    """What libFuzzer prints, up to its end, and the last lines that are no state of it."""
    figures, told = Figures(), deque[str](maxlen=_TOLD_LINES)
    for line in lines:
        if found := _STATUS.match(line):
            executions, coverage, features, corpus = map(int, found.groups())
            figures = replace(
                figures, executions=executions, coverage=coverage, features=features, corpus=corpus
            )
        elif found := _EXECUTED.match(line):
            figures = replace(figures, executions=int(found[1]))
        elif not line.startswith(_OF_NO_USE):
            told.append(line.rstrip())
        if found := _WRITTEN.search(line):
            figures = replace(figures, crashes=(*figures.crashes, Path(found[1])))
    return figures, list(told)


def _spelled(word: bytes) -> str:
    """The word as libFuzzer's dictionaries have it."""
    return "".join(f"\\x{byte:02x}" for byte in word)
