"""A filter that was understood."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ringback.casebook import Case, Casebook
from ringback.filters.errors import FilterError, alternatives
from ringback.filters.keys import KEYS, Test
from ringback.filters.subject import Subject
from ringback.filters.tokens import Token
from ringback.findings import Finding
from ringback.observations import StanzaObserved


@dataclass(frozen=True, slots=True)
class Asked:
    """What a filter compares questions with."""

    operator: str
    value: Token


@dataclass(frozen=True, slots=True)
class Filter:
    """What a line of text lets through. It compares with values as they are shown, never with raw ones."""

    text: str
    """As it was written."""
    test: Test
    is_empty: bool = False
    """Whether it lets everything through because nothing was written."""
    questions: tuple[Asked, ...] = ()

    def check_questions(self, known: Iterable[str]) -> None:
        """See to it that it asks for questions that there are; `known` are those of a specification.

        Raises:
            FilterError: it compares with a question that is none of them.
        """
        names = sorted(known)
        spelled = {spelling for name in names for spelling in (name, name.rpartition("/")[2])}
        for asked in self.questions:
            word = asked.value.value
            if not any(map(KEYS["question"].passes(asked.operator, word), map(str.casefold, spelled))):
                told = f"question is never {word!r}{alternatives(word, names) if names else ''}"
                start, end = asked.value.start, asked.value.end
                raise FilterError(self.text, start, end - start, told)

    def matches_case(self, casebook: Casebook, case: Case) -> bool:
        """Whether it lets the call through; each comparison may hold by another stanza or finding."""
        return self.is_empty or self.test(Subject.of_case(casebook, case))

    def matches_stanza(self, casebook: Casebook, case: Case | None, stanza: StanzaObserved) -> bool:
        """Whether it lets the stanza through, by itself and by the findings that are about it."""
        return self.is_empty or self.test(Subject.of_stanza(casebook, case, stanza))

    def matches_finding(self, casebook: Casebook, finding: Finding) -> bool:
        """Whether it lets the finding, which is raw, through; by itself and by the stanzas that show it."""
        return self.is_empty or self.test(Subject.of_finding(casebook, finding))
