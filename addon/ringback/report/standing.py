"""Where each fact of the specification stands, counted as the terminal's summary counts: one class a fact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ringback.check.correlation_codes import ADDRESSES_LITERAL
from ringback.findings import Finding
from ringback.questions.counts import FoundCount
from ringback.questions.facts import fact_names
from ringback.report.model import StandingWord
from ringback.spec.model import Specification
from ringback.view.tally import Tally


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of the facts; by id of the file and path."""

    words: Mapping[tuple[str, str], StandingWord]
    to_the_letter: frozenset[tuple[str, str]]
    """Facts that only the literal reading contradicts: that every copy has both addresses."""

    @property
    def counts(self) -> Counter[str]:
        """How many facts stand so; they add up to the facts of all files."""
        return Counter(self.words.values())


def standing(
    findings: Iterable[Finding], specification: Specification, found: Iterable[FoundCount] = ()
) -> Standing:
    """Where the facts of all loaded files stand by these findings, which are raw, and by what was found in
    calls that were counted."""
    whole, closer = Tally(), Tally()
    counts, names = list(found), fact_names(specification)
    for number, stance in {pair for each in counts for pair in each.stances}:
        whole.add_stance(*names[number], stance)
        closer.add_stance(*names[number], stance)
    for number, stance in {pair for each in counts for pair in each.to_the_letter}:
        whole.add_stance(*names[number], stance)
    for finding in findings:
        whole.add(finding)
        if finding.code != ADDRESSES_LITERAL.code:
            closer.add(finding)
    words: dict[tuple[str, str], StandingWord] = {}
    to_the_letter: set[tuple[str, str]] = set()
    for spec in specification.stanzas.values():
        facts = whole.facts_of(spec)
        by_word: tuple[tuple[StandingWord, tuple[str, ...]], ...] = (
            ("contradicted", facts.contradicted),
            ("as stated", facts.observed),
            ("extended", facts.extended),
            ("not exercised", facts.not_exercised),
        )
        words |= {(spec.id, path): word for word, paths in by_word for path in paths}
        literal = set(facts.contradicted) - set(closer.facts_of(spec).contradicted)
        to_the_letter |= {(spec.id, path) for path in literal}
    return Standing(words, frozenset(to_the_letter))
