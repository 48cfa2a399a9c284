"""The keys of the filter language: which values each has, and what they can be compared to.

A key stands for every value that the thing has: `code = ack-missing` lets through a call that has such a
finding. `!=` and `!~` let through what has none.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from ringback.check.codes import CODES
from ringback.filters.moments import FORMS, Span, maybe_span
from ringback.filters.subject import Subject
from ringback.findings import Severity, Stance
from ringback.spec.model import CONFIDENCES

Test: TypeAlias = Callable[[Subject], bool]
"""Whether the filter lets it through."""

EQUAL, HOLDS = ("=", "!="), ("~", "!~")
ORDERED = (">=", "<=", ">", "<")
_QUESTION = re.compile(r"(?:\S+/)?[1-9][0-9]*")
_WILDCARDS = re.compile(r"[*?\[]")


class UnknownValueError(ValueError):
    """A value that the key never has."""

    def __init__(self, expected: str, known: tuple[str, ...] = ()) -> None:
        """`expected` tells what could stand there; `known` are its values where they are a closed set."""
        super().__init__(expected)
        self.expected = expected
        self.known = known


@dataclass(frozen=True, slots=True)
class Key:
    """One key."""

    name: str
    meaning: str
    """What it stands for, in a few words."""
    values: Callable[[Subject], Iterable[str]]
    known: tuple[str, ...] = ()
    """All values there are, where they are a closed set."""
    is_ordered: bool = False
    """Whether `known` is in order, the least first."""

    @property
    def operators(self) -> tuple[str, ...]:
        """What it can be compared with."""
        return (*EQUAL, *HOLDS, *(ORDERED if self.is_ordered else ()))

    def test(self, operator: str, value: str) -> Test:
        """The comparison; `operator` is one of `operators`.

        Raises:
            UnknownValueError: the key never has that value.
        """
        negated = operator.startswith("!")
        passes = self.passes(operator, value)

        def test(subject: Subject) -> bool:
            return any(passes(each.casefold()) for each in self.values(subject)) is not negated

        return test

    def passes(self, operator: str, value: str) -> Callable[[str], bool]:
        """Whether a value, without capitals, fits; that the operator negates is not looked at.

        Raises:
            UnknownValueError: the key never has that value, or none of that form.
        """
        operator, value = operator.removeprefix("!"), value.casefold()
        fits = _glob(value) if operator == "~" else lambda each: each == value
        if self.known and not any(map(fits, self.known)):
            raise UnknownValueError(f"one of {', '.join(self.known)}", self.known)
        if operator == "~":
            return fits
        if operator == "=":
            return lambda each: each == value
        return lambda each: _compare(operator, self.known.index(each), self.known.index(value))


class QuestionKey(Key):
    """Open questions: which there are only the specification says (`Filter.check_questions`)."""

    def passes(self, operator: str, value: str) -> Callable[[str], bool]:
        """Whether a value fits; see `Key.passes`."""
        if not operator.endswith("~") and not _QUESTION.fullmatch(value):
            raise UnknownValueError("its number or that behind its file: `3`, `call-preaccept/3`")
        return Key.passes(self, operator, value)


class TimeKey(Key):
    """Time: of a call when it began."""

    @property
    def operators(self) -> tuple[str, ...]:
        """All but those that look into a text."""
        return (*EQUAL, *ORDERED)

    def test(self, operator: str, value: str) -> Test:
        """The comparison; see `Key.test`."""
        span = maybe_span(value)
        if span is None:
            raise UnknownValueError(FORMS)
        return lambda subject: _is_at(subject, operator, span)


def _is_at(subject: Subject, operator: str, span: Span) -> bool:
    started_at = subject.casebook.started_at
    if subject.at is None or started_at is None:
        return operator == "!="
    at = span.measured(subject.at, started_at)
    within = span.start <= at < span.end
    return {
        "=": within,
        "!=": not within,
        ">=": at >= span.start,
        ">": at >= span.end,
        "<": at < span.start,
        "<=": at < span.end,
    }[operator]


def _compare(operator: str, one: int, other: int) -> bool:
    return {">=": one >= other, "<=": one <= other, ">": one > other, "<": one < other}[operator]


def _glob(pattern: str) -> Callable[[str], bool]:
    """As for file names where it has a wildcard: the whole value; else whether the value holds it.

    The patterns of `fnmatch` match in time that grows with the length of pattern and value, not beyond.
    """
    if not _WILDCARDS.search(pattern):
        return lambda each: pattern in each
    return lambda each: fnmatch.fnmatchcase(each, pattern)


_SEVERITIES = tuple(severity.value for severity in Severity)
_STANCES = tuple(stance.value for stance in Stance)

_ALL: tuple[Key, ...] = (
    Key("action", "what a stanza does; of an answer what it answers, too: `ack preaccept`", Subject.actions),
    Key("call", "the call's placeholder", Subject.calls),
    Key(
        "device",
        "who sends or gets a stanza, or is listed in it; server and device may be left out",
        Subject.devices,
    ),
    Key("severity", "of a finding", Subject.severities, _SEVERITIES, is_ordered=True),
    Key("code", "of a finding", Subject.codes, tuple(CODES)),
    Key(
        "confidence",
        "of the fact that a finding speaks to",
        Subject.confidences,
        tuple(reversed(CONFIDENCES)),
        is_ordered=True,
    ),
    Key("stance", "of a finding towards its fact", Subject.stances, _STANCES),
    QuestionKey(
        "question",
        "an open question that a finding bears on; the number alone is that of any file",
        Subject.questions,
    ),
    Key("build", "version of a client on whose connection it was seen", Subject.builds),
    Key("platform", "platform of such a client", Subject.platforms),
    TimeKey("time", "when a stanza passed, or a call began, in UTC", lambda _subject: ()),
    Key("text", "any name, value or message that is shown of it", Subject.texts),
)
KEYS: dict[str, Key] = {key.name: key for key in _ALL}
"""Every key by its name."""
