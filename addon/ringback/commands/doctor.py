"""`ringback doctor`: whether everything is there that a capture needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from ringback.commands.environment import Environment
from ringback.doctor import program, surroundings
from ringback.doctor.model import Diagnosis, State
from ringback.status import ExitCode
from ringback.view.visible import visible

SCHEMA = "ringback-doctor/1"


@dataclass(frozen=True, slots=True)
class Patient:
    """What is looked at, besides the programs themselves."""

    keylog: Path | None = None
    wait_s: float = 0.0
    """Seconds that more keys are waited for; 0 for not."""
    confdir: Path = surroundings.DEFAULT_CONFDIR
    """mitmproxy's folder."""
    spec: Path | None = None
    ledger: Path | None = None


class ShownCheck(TypedDict):
    """One thing as `ringback doctor --json` prints it."""

    name: str
    state: str
    found: str
    advice: str


class Shown(TypedDict):
    """What `ringback doctor --json` prints."""

    schema: str
    ok: bool
    checks: list[ShownCheck]


def doctor(patient: Patient, environment: Environment, *, as_json: bool) -> ExitCode:
    """Look at everything and print what was found; exit code INPUT where anything is a problem."""
    diagnoses = []
    for diagnosis in _diagnoses(patient):
        diagnoses.append(diagnosis)
        if not as_json:
            environment.write(_line(diagnosis))
    is_well = all(each.state is not State.PROBLEM for each in diagnoses)
    if as_json:
        checks = [_shown(each) for each in diagnoses]
        shown: Shown = {"schema": SCHEMA, "ok": is_well, "checks": checks}
        environment.write_json(shown)
    return ExitCode.OK if is_well else ExitCode.INPUT


def _diagnoses(patient: Patient) -> Iterator[Diagnosis]:
    yield from program.versions()
    yield program.mitmproxy_api()
    yield surroundings.authority(patient.confdir)
    yield surroundings.specification(patient.spec)
    yield program.dry_run()
    yield surroundings.ledger(patient.ledger)
    yield surroundings.key_log(patient.keylog, patient.wait_s)


def _line(diagnosis: Diagnosis) -> str:
    line = f"{diagnosis.state.value:<8} {diagnosis.name}: {visible(diagnosis.found)}\n"
    return line + (f"         what to do: {visible(diagnosis.advice)}\n" if diagnosis.advice else "")


def _shown(diagnosis: Diagnosis) -> ShownCheck:
    return {
        "name": diagnosis.name,
        "state": diagnosis.state.value,
        "found": diagnosis.found,
        "advice": diagnosis.advice,
    }
