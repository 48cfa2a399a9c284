"""A filter that was understood."""

from __future__ import annotations

from dataclasses import dataclass

from ringback.casebook import Case, Casebook
from ringback.filters.keys import Test
from ringback.filters.subject import Subject
from ringback.findings import Finding
from ringback.observations import StanzaObserved


@dataclass(frozen=True, slots=True)
class Filter:
    """What a line of text lets through. It compares with values as they are shown, never with raw ones."""

    text: str
    """As it was written."""
    test: Test
    is_empty: bool = False
    """Whether it lets everything through because nothing was written."""

    def matches_case(self, casebook: Casebook, case: Case) -> bool:
        """Whether it lets the call through; each comparison may hold by another stanza or finding."""
        return self.is_empty or self.test(Subject.of_case(casebook, case))

    def matches_stanza(self, casebook: Casebook, case: Case | None, stanza: StanzaObserved) -> bool:
        """Whether it lets the stanza through, by itself and by the findings that are about it."""
        return self.is_empty or self.test(Subject.of_stanza(casebook, case, stanza))

    def matches_finding(self, casebook: Casebook, finding: Finding) -> bool:
        """Whether it lets the finding, which is raw, through; by itself and by the stanzas that show it."""
        return self.is_empty or self.test(Subject.of_finding(casebook, finding))
