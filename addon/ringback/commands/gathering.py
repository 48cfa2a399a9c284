"""From the sources that a command names to a casebook: what `show`, `report` and their like begin with."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ringback.casebook import Casebook
from ringback.commands.environment import Environment
from ringback.commands.recording import Going, Recording, conclude, go_through, read_keys
from ringback.containment import ContainedInspector
from ringback.faults import Faults
from ringback.inspector import Inspector
from ringback.sanitize import Placeholders
from ringback.spec.load import load_specification
from ringback.spec.model import Specification
from ringback.status import ExitCode


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything that the sources hold, held against a specification."""

    casebook: Casebook
    specification: Specification
    status: ExitCode
    """How the reading went: what is to be the command's exit code if nothing else goes wrong."""


def gather(recording: Recording, spec: Path | None, environment: Environment) -> Gathered:
    """Go through the recording; `spec` is what it is held against, None for what ringback ships.

    Raises:
        SourceError: a file cannot be read.
        SpecError: the specification cannot be used.
    """
    specification = load_specification(spec)
    placeholders = Placeholders()
    for each in specification.stanzas.values():
        placeholders.admit(each)
    casebook, faults, going = Casebook(placeholders), Faults(environment.tell), Going()
    inspector = ContainedInspector(Inspector(specification, read_keys(recording, environment)), faults)
    with closing(go_through(recording, environment, going)) as events:
        for event in events:
            for observation in inspector.take(event):
                casebook.show(observation)
    if not going.interrupted:
        # What only absence shows is not claimed of a recording that was not gone through to its end.
        for observation in inspector.finish():
            casebook.show(observation)
    funnel = inspector.funnel
    casebook.close(funnel)
    status = conclude(going, funnel.frames, funnel.opened, environment, recording.keylog)
    return Gathered(casebook, specification, ExitCode.INTERNAL if faults.count else status)
