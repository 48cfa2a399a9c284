"""`ringback check`: the gate over sources of any kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from ringback.commands.destinations import check_destination, inputs_of
from ringback.commands.environment import Environment, Listening
from ringback.commands.gathering import Gathered, gather
from ringback.commands.recorded import SourceOptions
from ringback.commands.usage import ArgumentError
from ringback.commands.writing import write_file
from ringback.export.material import Material
from ringback.filters import Filter
from ringback.findings import Severity
from ringback.gate.baseline import read_baseline, render_baseline
from ringback.gate.findings import Counted, count_findings, lets_any_through
from ringback.gate.outcome import Outcome, Rule, Verdict, judge
from ringback.gate.rendering import FORMATS
from ringback.sources.notice import Notice, Urgency
from ringback.status import ExitCode
from ringback.wording import agreeing, counted


@dataclass(frozen=True, slots=True)
class Gate:
    """What fails, and where it is told."""

    filter: Filter
    """Which findings are looked at."""
    fail_on: Severity = Severity.ERROR
    strict: bool = False
    baseline: Path | None = None
    write_baseline: Path | None = None
    """File to write what was found to, so that it is known from now on, this time included."""
    form: str = "text"
    """One of `FORMATS`."""
    out: Path | None = None
    """File to write to; None for standard output."""


def check(source: SourceOptions, gate: Gate, environment: Environment) -> ExitCode:
    """Hold the sources against the specification and tell by the exit code whether the gate lets them pass.

    Raises:
        SourceError, LedgerError: a source or the baseline cannot be read.
        SpecError: the specification cannot be used.
        ArgumentError: an output would go over an input or over another output.
        LeakError, ExportError: what would be written could identify somebody, or cannot be written.
    """
    _check_destinations(source, gate)
    known = None if gate.baseline is None else read_baseline(gate.baseline)
    listening = Listening(environment.stdout, environment.stderr, environment.color)
    gathered = gather(source.recording, source.spec, listening)
    gathered.check_filter(gate.filter)
    found = count_findings(gathered.casebook, gathered.specification, gate.filter)
    if gate.write_baseline is not None:
        known = {each.key: each.count for each in found}
    rule = Rule(gate.fail_on, gate.strict, known)
    is_read = gathered.status is ExitCode.OK
    skipped = sum(notice.urgency is not Urgency.INFO for notice in listening.notices)
    is_filtered_out = not found and not lets_any_through(gathered.casebook, gate.filter)
    outcome = judge(
        found, rule, gathered.casebook, skipped=skipped, is_read=is_read, is_filtered_out=is_filtered_out
    )
    scanned = _scan(gathered)
    if gate.write_baseline is not None:
        _write_baseline(gate.write_baseline, found, outcome, scanned, environment)
    text = scanned(FORMATS[gate.form](outcome), f"the {gate.form} output")
    if gate.out is None:
        environment.write(text)
    else:
        write_file(gate.out, text)
    return _EXIT_CODES.get(outcome.verdict, gathered.status)


_EXIT_CODES = {
    Verdict.CLEAN: ExitCode.OK,
    Verdict.FAILED: ExitCode.FINDINGS,
    Verdict.NOTHING_EXERCISED: ExitCode.NOTHING_OPENED,
}
"""What was not read ends as the reading did."""


def _check_destinations(source: SourceOptions, gate: Gate) -> None:
    if gate.out is None and gate.write_baseline is None:
        return
    inputs = list(inputs_of(source, gate.baseline))
    if gate.out is not None:
        check_destination(gate.out, inputs)
    if gate.write_baseline is None:
        return
    if gate.baseline is not None:
        raise ArgumentError("--write-baseline makes everything known that is found: leave --baseline out")
    outs = [] if gate.out is None else [("--out", gate.out)]
    check_destination(gate.write_baseline, [*inputs, *outs], "--write-baseline")


def _scan(gathered: Gathered) -> Callable[[str, str], str]:
    """What looks at texts before they leave."""
    calls, clients = gathered.casebook.evidence()
    loose = (each.sighting for each in gathered.casebook.loose)
    return Material.of(calls, clients, gathered.specification, others=loose).checked


def _write_baseline(
    path: Path,
    found: list[Counted],
    outcome: Outcome,
    scanned: Callable[[str, str], str],
    environment: Environment,
) -> None:
    unknown = replace(outcome, rule=replace(outcome.rule, known=None)).verdict
    if unknown in {Verdict.NOT_READ, Verdict.NOTHING_EXERCISED}:
        environment.tell(Notice(f"{path} was not written: {unknown.value}", Urgency.ERROR))
        return
    write_file(path, scanned(render_baseline(found), str(path)))
    number = len(found)
    told = f"{counted(number, 'kind')} of findings {agreeing(number, 'is', 'are')} known from now on: {path}"
    environment.tell(Notice(told, Urgency.INFO))
