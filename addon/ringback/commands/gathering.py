"""From the sources that a command names to a casebook: what `show`, `report` and their like begin with."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from ringback.casebook import Casebook
from ringback.commands.environment import Environment
from ringback.commands.recorded import Recording
from ringback.commands.run import Run, Sources
from ringback.commands.usage import ArgumentError
from ringback.errors import SourceError
from ringback.filters import Filter, FilterError
from ringback.ledger import default_path
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
    limited: tuple[str, ...] = ()
    """What was looked at of each source of which that was not all, as was asked for."""

    def questions(self) -> set[str]:
        """The open questions of the specification, and those that findings of another one bear on."""
        casebook = self.casebook
        findings = (*casebook.findings, *(each for case in casebook.cases for each in case.findings))
        files = self.specification.stanzas.values()
        asked = {f"{spec.id}/{number}" for spec in files for number, _ in enumerate(spec.open_questions, 1)}
        return asked.union(*(finding.questions for finding in findings))

    def check_filter(self, chosen: Filter) -> None:
        """See to it that the filter asks for questions that there are.

        Raises:
            ArgumentError: it does not.
        """
        try:
            chosen.check_questions(self.questions())
        except FilterError as error:
            raise ArgumentError(f"--filter: {error}") from error


def gather(
    recording: Recording,
    spec: Path | None,
    environment: Environment,
    placeholders: Placeholders | None = None,
) -> Gathered:
    """Go through sources of any kind, each recognised by its content; without any, through the user's own
    ledger. `spec` is what they are held against, None for what ringback ships. `placeholders` are those that
    have named calls before.

    Raises:
        SourceError: a source cannot be read, or none is named and there is no ledger.
        LedgerError: a ledger cannot be read.
        SpecError: the specification cannot be used.
    """
    specification = load_specification(spec)
    named = recording if recording.files else replace(recording, files=(own_ledger(),))
    casebook = Casebook(placeholders or Placeholders.admitting(specification.stanzas.values()))
    with ExitStack() as stack:
        sources = Sources.sorted_out(named, stack, environment.tell)
        run = Run(sources, specification, [casebook], environment)
        status = run.go()
    casebook.close(run.funnel)
    return Gathered(casebook, specification, status, run.limited)


def own_ledger() -> Path:
    """The user's own ledger.

    Raises:
        SourceError: there is none.
    """
    path = default_path()
    if path.exists():
        return path
    raise SourceError(
        f"no source was named, and there is no ledger at {path}; name flow files, event files or ledgers, "
        f"or record a ledger with `ringback replay --ledger {path}`"
    )
