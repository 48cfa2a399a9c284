"""The inputs that are kept: seeds that are made here, small corpora, and one input for each defect found.

A file is named by its content; everything in it is made up, by `fuzz.seeds` or by the fuzzer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from fuzz.seeds import SEEDS

FOLDER = Path(__file__).parent
CORPORA = FOLDER / "corpus"
"""What reaches most of each parser, chosen by `run.py --minimise`."""
REGRESSIONS = FOLDER / "regressions"
"""Inputs that once broke a contract; never taken out."""
MOST_FILES = 32
"""Inputs that are kept of one target."""
MOST_BYTES = 12 * 1024
"""Their size together."""


def name_of(data: bytes) -> str:
    """The name of a file with that content."""
    return hashlib.sha256(data).hexdigest()[:16]


def corpus_folders(target: str) -> tuple[Path, Path]:
    """Where the kept inputs of a target are."""
    return CORPORA / target, REGRESSIONS / target


def seeds_of(target: str) -> list[bytes]:
    """Inputs that the fuzzer starts with."""
    if target == "every":
        return [bytes([number]) + seed for number, each in enumerate(SEEDS.values()) for seed in each()]
    return SEEDS[target]() if target in SEEDS else []


def kept(target: str) -> Iterator[tuple[str, bytes]]:
    """Name and content of each input that is kept, seeds included."""
    for number, seed in enumerate(seeds_of(target)):
        yield f"seed-{number}", seed
    for folder in corpus_folders(target):
        for file in sorted(folder.glob("*")):
            yield f"{folder.parent.name}/{file.name}", file.read_bytes()


def keep(target: str, data: bytes) -> Path:
    """Make an input one that every test run tries; gives its file."""
    file = REGRESSIONS / target / name_of(data)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file


def choose(inputs: Iterable[bytes]) -> list[bytes]:
    """As many as are kept, the first ones that have room."""
    chosen: list[bytes] = []
    for data in inputs:
        if len(chosen) < MOST_FILES and sum(map(len, chosen)) + len(data) <= MOST_BYTES:
            chosen.append(data)
    return chosen
