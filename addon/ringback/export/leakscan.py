"""The last gate before publication: what a text still holds that could identify anybody, with its place.

Placeholders have been put in before (`ringback.sanitize`); this looks at the finished text with other eyes,
by spelling alone, so that one mistake there is not one leak here. It looks at every reading of the text
(`ringback.export.readings`): escapes undone, broken runs put together. What is found is never repeated: a
`Leak` has place, kind and length.

What looks like a leak and is none: what a rule's own condition lets pass, and the exact versions of clients.
Digits count also where they are hex of an address for documentation: wacrg takes no run of seven.
"""

from __future__ import annotations

import enum
import ipaddress
import re
import sys
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ringback.errors import LeakError
from ringback.export.readings import Reading, Span, is_random, iter_readings, joined, squeezed
from ringback.export.spellings import Searched, Spellings, joined_spellings_of, spellings_of

__all__ = ["Leak", "LeakKind", "checked", "is_real_address", "scan"]


class LeakKind(enum.Enum):
    """What a leak looks like; the value is the word for it in messages."""

    DIGITS = "digit run"
    TIME = "time"
    PERSON = "address of a person"
    IP = "IP address"
    RUN = "hex or base64 run"
    KEY_LOG = "key log line"
    IDENTITY = "known identity"


@dataclass(frozen=True, slots=True)
class Leak:
    """A place that must not be published."""

    line: int
    """From 1."""
    column: int
    """From 1, in characters."""
    kind: LeakKind
    length: int
    """Characters of the text that are concerned."""

    def __str__(self) -> str:
        """`line 3, column 14: digit run of 12 characters`."""
        return f"line {self.line}, column {self.column}: {self.kind.value} of {self.length} characters"


_Rule: TypeAlias = "tuple[LeakKind, re.Pattern[str], Callable[[re.Match[str]], bool]]"

_DOCUMENTATION = tuple(
    ipaddress.ip_network(net)
    for net in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
)
"""Source: RFC 5737 section 3, RFC 3849 section 2."""

_PLACEHOLDER_USER = re.compile(
    r"(?:(?:[0-9]{1,5}-)?(?:[A-Z]{1,2}|OTHER|(?:GROUP|CALLID)-?(?:[0-9]{4}|OTHER)|status|server))?"
    r"(?:\.[0-9]{1,3})?(?::[0-9]{1,5})?"
)
"""User, agent and device of an address that names nobody, as one without a user does.

Source: `ringback.sanitize`, wacrg's examples.
"""

_MONTH = r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}"
_DATE = rf"(?:{_MONTH} \d\d?|\b\d\d?\.? {_MONTH})\b"
_CLOCK = r"\b(?:[01]?\d|2[0-3]):[0-5]\d\b"


def _always(_found: re.Match[str]) -> bool:
    return True


def _names_a_person(found: re.Match[str]) -> bool:
    return _PLACEHOLDER_USER.fullmatch(found["user"]) is None


def is_real_address(spelled: str | bytes) -> bool:
    """Whether it is an IP address, in text or packed, that could be somebody's: outside of the ranges for
    documentation, and not the one that stands for none."""
    try:
        address = ipaddress.ip_address(spelled)
    except ValueError:
        return False
    return int(address) != 0 and not any(address in net for net in _DOCUMENTATION)


def _is_written_address(found: re.Match[str]) -> bool:
    """Punctuation that follows an IPv6 address may have been taken for a part of it."""
    return any(is_real_address(text) for text in {found[0], found[0].rstrip(".:")})


def _is_candidate(found: re.Match[str]) -> bool:
    """Packed address and port, as `te` carries them."""
    return is_real_address(bytes.fromhex(found["packed"])[:-2])


def _is_packed_address(found: re.Match[str]) -> bool:
    """The same in any place; digits alone are told as digits, and a capability may have six bytes too."""
    is_capability = found["capability"] and found["packed"].startswith("0105")
    return not found["packed"].isdecimal() and not is_capability and _is_candidate(found)


def _is_random(found: re.Match[str]) -> bool:
    return is_random(found[0])


_RULES: tuple[_Rule, ...] = (
    (
        LeakKind.KEY_LOG,
        re.compile(
            r"\b(?:(?:CLIENT|SERVER)_(?:TRANSPORT|HANDSHAKE)|CANDIDATE)_KEY\s+(?:\*|[0-9A-Fa-f]{8,}).*"
        ),
        _always,
    ),
    (
        LeakKind.PERSON,
        re.compile(r"(?P<user>[\w.:+-]{1,64})(?:@|%40|&#64;|&#x40;)[A-Za-z][\w.-]*"),
        _names_a_person,
    ),
    (
        LeakKind.IP,
        re.compile(r"<(?:te2?|rte)\b[^>]*>\s*(?P<packed>[0-9A-Fa-f]{36}|[0-9A-Fa-f]{12})\s*</"),
        _is_candidate,
    ),
    # No UUID is excused: a flow's id and some call-ids are UUIDs, and nothing published needs one.
    (LeakKind.RUN, re.compile(r"\b[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\b"), _always),
    (
        LeakKind.IP,
        re.compile(
            r"(?P<capability>capability\b[^\n<]{0,40})?"
            r"(?<![0-9A-Za-z])(?P<packed>[0-9A-Fa-f]{12})(?![0-9A-Za-z])"
        ),
        _is_packed_address,
    ),
    # 16 bytes are enough: a call-id is 32 hex digits.
    (LeakKind.RUN, re.compile(r"[0-9A-Fa-f]{32,}"), _always),
    (LeakKind.RUN, re.compile(r"[A-Za-z0-9+/_-]{43,}={0,2}"), _is_random),
    (LeakKind.IP, re.compile(r"(?<![0-9.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?!\.?[0-9])"), _is_written_address),
    (
        LeakKind.IP,
        re.compile(r"(?<![\w:.])[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:]+(?:\.[0-9.]+)?"),
        _is_written_address,
    ),
    # Seconds since the epoch from 2014 to 2039, with or without thousandths, millionths, billionths.
    (LeakKind.TIME, re.compile(r"(?<!\d)(?:1[4-9]|2[01])\d{8}(?:\d{3}){0,3}(?!\d)"), _always),
    (
        LeakKind.TIME,
        re.compile(r"(?<![\w.])[12](?P<mark>[,._' ])\d{3}(?:(?P=mark)\d{3}){2,5}(?!\d)"),
        _always,
    ),
    # A day is published on purpose (`captured_at`), a moment is not: it finds the call in somebody's log.
    (LeakKind.TIME, re.compile(r"\d{4}[-/.]\d\d[-/.]\d\d(?:T\d\d|,? (?:at )?[0-2]?\d:[0-5]\d)"), _always),
    (LeakKind.TIME, re.compile(r"\b\d\d?[-/.]\d\d?[-/.]\d{4},? (?:at )?[0-2]?\d:[0-5]\d"), _always),
    (LeakKind.TIME, re.compile(rf"{_DATE}[^\n]{{0,20}}?{_CLOCK}|{_CLOCK}[^\n]{{0,20}}?{_DATE}"), _always),
    (LeakKind.TIME, re.compile(r"(?<![\w:.])(?:[01]?\d|2[0-3]):[0-5]\d:[0-5]\d(?![\w:])"), _always),
    (LeakKind.DIGITS, re.compile(r"\d{7,}"), _always),
    (LeakKind.DIGITS, re.compile(r"\+\d(?:[ ().-]{0,2}\d){6,}"), _always),
)


def scan(text: str, *, known: Collection[str | bytes] = (), versions: Collection[str] = ()) -> list[Leak]:
    """Every place of `text` that could identify anybody, in order; places that overlap are one, told by the
    first rule that finds any of it.

    `known` are identities that the evidence held (users, call-ids, addresses, names that people chose): they
    are searched for in any case of letters, in hex and base64, escaped in any way and broken over lines.
    Texts of fewer than three characters cannot be told from ordinary text and are not searched for.

    `versions` are versions of clients that the evidence names, which may stand exactly as they are: those of
    phones have the form of IPv4 addresses, and those of browsers a run of ten digits.
    """
    excused = sorted(found.span() for rule in _exactly(versions) for found in rule.finditer(text))
    found = [(span, kind) for span, kind in dict.fromkeys(_found(text, known)) if not _within(span, excused)]
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    return [_leak(starts, span, kind) for span, kind in _merged(found)]


def checked(
    text: str, *, name: str, known: Collection[str | bytes] = (), versions: Collection[str] = ()
) -> str:
    """The text itself, when nothing in it could identify anybody. Every export goes through here.

    `name` is what the text is called in the message: a file's name. The rest is as for `scan`.

    Raises:
        LeakError: it holds something that could; the message has each place and no value.
    """
    leaks = scan(text, known=known, versions=versions)
    if leaks:
        raise LeakError(name, tuple(str(leak) for leak in leaks))
    return text


def _exactly(versions: Collection[str]) -> Iterator[re.Pattern[str]]:
    return (re.compile(rf"(?<![\w.]){re.escape(version)}(?!\w|\.\d)") for version in sorted(versions))


def _found(text: str, known: Collection[str | bytes]) -> Iterator[tuple[Span, LeakKind]]:
    """What was found in each reading of the text, placed in the text itself."""
    readings = list(iter_readings(text))
    if known:
        identities = sorted(known, key=repr)
        for reading in readings:
            yield from _known_spans(reading, map(spellings_of, identities))
        yield from _joined_spans(readings[-1], map(joined_spellings_of, identities))
    for reading in readings:
        for span, kind in _rule_spans(reading):
            yield reading.place(span), kind


def _rule_spans(reading: Reading) -> Iterator[tuple[Span, LeakKind]]:
    windows = list(reading.windows())
    for kind, pattern, is_leak in _RULES:
        for start, end in windows:
            for found in pattern.finditer(reading.text, start, end):
                if is_leak(found):
                    yield found.span(), kind


def _known_spans(reading: Reading, spellings: Iterable[Spellings]) -> Iterator[tuple[Span, LeakKind]]:
    searched = Searched(reading.text)
    for each in spellings:
        for span in searched.find(each):
            yield reading.place(span), LeakKind.IDENTITY


def _joined_spans(reading: Reading, spellings: Iterable[Spellings]) -> Iterator[tuple[Span, LeakKind]]:
    searched = Searched(squeezed(reading.text))
    spans = [span for each in spellings for span in searched.find(each)]
    # To know where all of it stood is worth its time only where something was found.
    whole = joined(reading) if spans else reading
    for span in spans:
        yield whole.place(span), LeakKind.IDENTITY


def _within(span: Span, excused: Sequence[Span]) -> bool:
    """Whether it lies in one of these, which are in order and do not overlap."""
    before = bisect_right(excused, (span[0], sys.maxsize)) - 1
    return before >= 0 and span[1] <= excused[before][1]


def _merged(found: Sequence[tuple[Span, LeakKind]]) -> Iterator[tuple[Span, LeakKind]]:
    """Places in order, those that overlap as one, of the kind that was found first of them."""
    ranks = {pair: rank for rank, pair in enumerate(found)}
    whole: Span | None = None
    first = LeakKind.DIGITS, len(found)
    for (start, end), kind in sorted(found, key=lambda pair: pair[0]):
        told = (kind, ranks[(start, end), kind])
        if whole is not None and start < whole[1]:
            whole, first = (whole[0], max(end, whole[1])), min(first, told, key=lambda pair: pair[1])
            continue
        if whole is not None:
            yield whole, first[0]
        whole, first = (start, end), told
    if whole is not None:
        yield whole, first[0]


def _leak(starts: list[int], span: Span, kind: LeakKind) -> Leak:
    line = bisect_right(starts, span[0])
    return Leak(line, span[0] - starts[line - 1] + 1, kind, span[1] - span[0])
