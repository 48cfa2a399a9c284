"""What the doctor finds."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from pathlib import Path


class State(enum.Enum):
    """How a thing is; the value is the word for it."""

    OK = "ok"
    PROBLEM = "problem"
    SKIPPED = "skipped"
    """Not looked at, because nothing was named."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing that was looked at."""

    name: str
    state: State
    found: str
    """What was found, one line without anything that identifies anybody."""
    advice: str = ""
    """What to do; empty where there is nothing to do."""


def ok(name: str, found: str) -> Diagnosis:
    """The thing is as it should be."""
    return Diagnosis(name, State.OK, found)


def problem(name: str, found: str, advice: str) -> Diagnosis:
    """The thing is not as it should be."""
    return Diagnosis(name, State.PROBLEM, found, advice)


def shown(text: object) -> str:
    """A path, or a text that may hold paths, without the name of the home folder."""
    home = str(_home())
    return str(text).replace(home, "~") if len(home) > 1 else str(text)


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:  # there is none
        return Path("/")
