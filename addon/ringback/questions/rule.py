"""What a rule is: one open question, its unit of counting, and how counts become a verdict."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ringback.questions.counts import Counted
from ringback.questions.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Rule:
    """An evidence rule."""

    question: str
    """Id of the question, such as `call-preaccept/1`."""
    asks: str
    """The question in the rule's words, for a specification that no longer asks it."""
    words: tuple[str, ...]
    """What the question's text holds in any wording: a file that has dropped an answered question numbers the
    others anew, so that its number alone does not name it."""
    unit: str
    success: str
    judge: Callable[[Rule, Sequence[Counted]], Verdict]
    """Of calls in any order."""

    def is_asked_by(self, text: str) -> bool:
        """Whether a file's question is this one."""
        return all(word in text.lower() for word in self.words)
