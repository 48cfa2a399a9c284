"""The verdict of the gate, and what it rests on."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ringback.casebook import Casebook
from ringback.findings import Severity, Stance
from ringback.gate.findings import Counted, Key


class Verdict(enum.Enum):
    """What a gate says, best first; the value is the word for it."""

    CLEAN = "clean"
    NOTHING_EXERCISED = "nothing exercised"
    """No stanza was seen that the specification speaks of."""
    FAILED = "failed"
    NOT_READ = "not read"
    """The sources were not gone through to their end, so that nothing is said to be clean."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What fails."""

    fail_on: Severity = Severity.ERROR
    """Least severity of findings that fail."""
    strict: bool = False
    """Whether what extends the specification, and any gap, fails too."""
    known: Mapping[Key, int] | None = None
    """The baseline, None for none: so many of each finding do not fail."""

    def concerns(self, found: Counted) -> bool:
        """Whether findings like these fail unless they are known."""
        is_extension = self.strict and found.stance is Stance.EXTENDS
        return is_extension or found.severity.rank >= self.fail_on.rank


@dataclass(frozen=True, slots=True)
class Judged:
    """Findings with what the rule says of them."""

    found: Counted
    concerns: bool
    known: int
    """How many of them are known."""

    @property
    def new(self) -> int:
        """How many are not."""
        return self.found.count - self.known

    @property
    def fails(self) -> bool:
        """Whether the gate fails by them."""
        return self.concerns and self.new > 0


@dataclass(frozen=True, slots=True)
class Seen:
    """How much the gate has looked at."""

    calls: int
    stanzas: int
    """Call stanzas, each copy."""
    exercised: int
    """Of these: such that a loaded file specifies."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that the gate has to say."""

    rule: Rule
    seen: Seen
    findings: tuple[Judged, ...]
    """All from a note on, by place."""
    gone: tuple[tuple[Key, int], ...]
    """What the baseline holds beyond what occurs, and how many of each."""
    gaps: tuple[str, ...]
    """What was not looked at."""
    is_read: bool
    is_filtered_out: bool = False
    """Whether there are findings and the filter lets none of them through, `ok` ones included."""

    @property
    def failing(self) -> tuple[Judged, ...]:
        """The findings by which the gate fails."""
        return tuple(each for each in self.findings if each.fails)

    @property
    def verdict(self) -> Verdict:
        """What the gate says."""
        if not self.is_read:
            return Verdict.NOT_READ
        if self.failing or (self.rule.strict and self.gaps):
            return Verdict.FAILED
        is_exercised = self.seen.exercised and not self.is_filtered_out
        return Verdict.CLEAN if is_exercised else Verdict.NOTHING_EXERCISED


def judge(
    found: Iterable[Counted],
    rule: Rule,
    casebook: Casebook,
    *,
    skipped: int,
    is_read: bool,
    is_filtered_out: bool = False,
) -> Outcome:
    """The outcome; `skipped` is of how many things in the sources it was told that they are left out."""
    counted = tuple(found)
    known = rule.known or {}
    counts = {each.key: each.count for each in counted}
    gone = ((key, number - counts.get(key, 0)) for key, number in sorted(known.items()))
    return Outcome(
        rule=rule,
        seen=_seen(casebook),
        findings=tuple(
            Judged(each, rule.concerns(each), min(each.count, known.get(each.key, 0))) for each in counted
        ),
        gone=tuple((key, number) for key, number in gone if number > 0),
        gaps=tuple(_gaps(casebook, skipped)),
        is_read=is_read,
        is_filtered_out=is_filtered_out,
    )


def _seen(casebook: Casebook) -> Seen:
    cases = casebook.cases
    stanzas = [*casebook.loose, *(stanza for case in cases for stanza in case.stanzas)]
    return Seen(len(cases), len(stanzas), sum(stanza.spec is not None for stanza in stanzas))


def _gaps(casebook: Casebook, skipped: int) -> Iterator[str]:
    funnel = casebook.funnel
    for number, what in (
        (skipped, "left out of the sources, as was told"),
        (sum(funnel.closed.values()), f"of {funnel.frames} frames stayed closed"),
        (funnel.held, f"of {funnel.frames} frames wait for a key"),
        (funnel.unread, "opened frames hold no stanza that can be read"),
        (casebook.evicted, "calls given up for newer ones: check fewer sources at once"),
        (casebook.dropped, "stanzas and findings given up, of calls that have too many or of none"),
        (casebook.forgotten, "connections no longer known by their clients: check fewer sources at once"),
        (funnel.forgotten, "gaps in connections forgotten: what is missing about then is not reported"),
    ):
        if number:
            yield f"{number} {what}"
