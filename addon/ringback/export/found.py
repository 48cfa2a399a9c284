"""What is found in one call, counted: what a report has of a call that it does not tell in full."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from ringback.calls import Call
from ringback.check.call import Reported, check_call
from ringback.check.correlation_codes import ADDRESSES_LITERAL
from ringback.check.stanza import check_stanza
from ringback.findings import Finding, Severity, Stance
from ringback.questions.counts import FoundCount
from ringback.questions.facts import fact_names
from ringback.questions.stanzas import maybe_spec
from ringback.recognise import PREACCEPT
from ringback.spec.model import Specification
from ringback.view.tally import Tally


def count_found(call: Call, specification: Specification, unreliable: Collection[int]) -> FoundCount:
    """Everything that is found once all of the call was seen, each once; `unreliable` is as for
    `check_call`."""
    findings = list(_findings(call, specification, unreliable))
    severities = Counter(finding.severity for finding in findings)
    literal, others = Tally(), Tally()
    numbers = {name: number for number, name in enumerate(fact_names(specification))}
    for finding in findings:
        (literal if finding.code == ADDRESSES_LITERAL.code else others).add(finding)
    return FoundCount(
        preaccepts=len(call.of(PREACCEPT)),
        errors=severities[Severity.ERROR],
        warnings=severities[Severity.WARNING],
        notes=severities[Severity.NOTE],
        stances=_numbered(others, numbers),
        to_the_letter=_numbered(literal, numbers),
    )


def _numbered(tally: Tally, numbers: Mapping[tuple[str, str], int]) -> tuple[tuple[int, Stance], ...]:
    told = ((spec, path, stance) for spec, path, stance in tally.stances() if (spec, path) in numbers)
    return tuple((numbers[spec, path], stance) for spec, path, stance in told)


def _findings(call: Call, specification: Specification, unreliable: Collection[int]) -> Iterator[Finding]:
    enums = specification.enums
    for emission in call.emissions:
        said = set()
        for copy in (*emission.sightings, *emission.acks):
            spec = maybe_spec(copy, specification)
            for finding in () if spec is None else check_stanza(copy, spec, enums):
                key = (finding.code, finding.path, finding.fact, finding.got)
                if key not in said:
                    said.add(key)
                    yield finding
    for copy in call.receipts:
        spec = maybe_spec(copy, specification)
        yield from () if spec is None else check_stanza(copy, spec, enums)
    yield from Reported().fresh(check_call(call, specification, settled=True, unreliable=unreliable))
