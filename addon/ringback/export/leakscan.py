"""The last gate before publication: what a text still holds that could identify anybody, with its place.

Placeholders have been put in before (`ringback.sanitize`); this looks at the finished text with other eyes,
by spelling alone, so that one mistake there is not one leak here. What is found is never repeated: a `Leak`
has place, kind and length.

What looks like a leak and is none is excused by a rule with its reason (`_EXCUSED`), and by nothing else.
"""

from __future__ import annotations

import enum
import ipaddress
import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from ringback.errors import LeakError
from ringback.export.spellings import Searched

__all__ = ["Leak", "LeakKind", "checked", "scan"]


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


_Span: TypeAlias = tuple[int, int]
_Rule: TypeAlias = "tuple[LeakKind, re.Pattern[str], Callable[[re.Match[str]], bool]]"

_DOCUMENTATION = tuple(
    ipaddress.ip_network(net)
    for net in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
)
"""Source: RFC 5737 section 3, RFC 3849 section 2."""

_PLACEHOLDER_USER = re.compile(
    r"(?:[0-9]{1,5}-)?(?:[A-Z]{1,2}|OTHER|(?:GROUP|CALLID)-?(?:[0-9]{4}|OTHER)|status|server)"
    r"(?:\.[0-9]{1,3})?(?::[0-9]{1,5})?"
)
"""User, agent and device of an address that names nobody. Source: `ringback.sanitize`, wacrg's examples."""

_WORD = re.compile(r"(?:[a-z]{1,20}|[A-Z]{1,20}|[A-Z][a-z]{1,19}|[0-9]{1,6})")
"""A word of a path or of a dashed name: one of 43 characters out of such words is not random."""


def _always(_found: re.Match[str]) -> bool:
    return True


def _names_a_person(found: re.Match[str]) -> bool:
    return _PLACEHOLDER_USER.fullmatch(found["user"]) is None


def _is_real_address(found: re.Match[str]) -> bool:
    """Punctuation that follows an IPv6 address may have been taken for a part of it."""
    return any(_outside_documentation(text) for text in {found[0], found[0].rstrip(".:")})


def _outside_documentation(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return int(address) != 0 and not any(address in net for net in _DOCUMENTATION)


def _is_real_packed(found: re.Match[str]) -> bool:
    """Packed address and port, as `te` carries them."""
    address = ipaddress.ip_address(bytes.fromhex(found["packed"])[:-2])
    return not any(address in net for net in _DOCUMENTATION)


def _is_random(found: re.Match[str]) -> bool:
    first, *inner = re.split("[-_/]", found[0].rstrip("="))
    edges = [word for word in (first, *inner[-1:]) if word]
    return not all(_WORD.fullmatch(word) for word in (*edges, *inner[:-1]))


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
        re.compile(r"(?P<user>[\w.:+-]+)(?:@|%40|&#64;|&#x40;)[A-Za-z][\w.-]*"),
        _names_a_person,
    ),
    (
        LeakKind.IP,
        re.compile(r"<(?:te2?|rte)\b[^>]*>\s*(?P<packed>[0-9A-Fa-f]{36}|[0-9A-Fa-f]{12})\s*</"),
        _is_real_packed,
    ),
    # 16 bytes are enough: a call-id is 32 hex digits. Also spaced or with colons, as key dumps are.
    (
        LeakKind.RUN,
        re.compile(r"[0-9A-Fa-f]{32,}|\b(?:[0-9A-Fa-f]{2}[ :-]){15,}[0-9A-Fa-f]{2}\b"),
        _always,
    ),
    (LeakKind.RUN, re.compile(r"[A-Za-z0-9+/_-]{43,}={0,2}"), _is_random),
    # No UUID is excused: a flow's id and some call-ids are UUIDs, and nothing published needs one.
    (LeakKind.RUN, re.compile(r"\b[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\b"), _always),
    (LeakKind.IP, re.compile(r"(?<![\w.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?!\w|\.[0-9])"), _is_real_address),
    (LeakKind.IP, re.compile(r"(?<![\w:.])[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:]+(?:\.[0-9.]+)?"), _is_real_address),
    (LeakKind.TIME, re.compile(r"(?<!\d)(?:1[4-9]|2[01])\d{8}(?:\d{3}){0,3}(?!\d)"), _always),
    # A day is published on purpose (`captured_at`), a moment is not: it finds the call in somebody's log.
    (LeakKind.TIME, re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:?\d\d"), _always),
    (LeakKind.DIGITS, re.compile(r"\d{7,}"), _always),
    (LeakKind.DIGITS, re.compile(r"\+\d(?:[ ().-]{0,2}\d){6,}"), _always),
)

_EXCUSED = (
    # The revision of a Web client's build has ten digits; it is the same for all users of that build.
    re.compile(r"(?<![\w.])2\.3000\.10\d{8}(?!\w|\.\d)"),
    # The version of a phone's app has the form of an IPv4 address: only where it says that it is a version.
    re.compile(
        r"(?:version(?:=\"| = |: \"?|\": \")|\b[A-Z][A-Z_]{2,} )2\.\d{1,4}\.\d{1,4}\.\d{1,4}(?!\w|\.\d)"
    ),
)
"""What may stand although a rule finds it, each with its reason."""


def scan(text: str, *, known: Collection[str] = (), versions: Collection[str] = ()) -> list[Leak]:
    """Every place of `text` that could identify anybody, in order; a place is told once, by its first rule.

    `known` are identities that the evidence held (users, call-ids, names that people chose): they are
    searched for in any case of letters, and in hex, base64, percent and escape spellings. Those of fewer than
    three characters cannot be told from ordinary text and are not searched for.

    `versions` are versions of clients that the evidence names, which may stand anywhere: those of phones have
    the form of IPv4 addresses.
    """
    excused = [found.span() for rule in (*_EXCUSED, *_exactly(versions)) for found in rule.finditer(text)]
    spans: list[tuple[_Span, LeakKind]] = []
    for span, kind in (*_known_spans(text, known), *_rule_spans(text)):
        if not any(_within(span, other) for other in excused + [told for told, _ in spans]):
            spans.append((span, kind))
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    return [_leak(starts, span, kind) for span, kind in sorted(spans, key=lambda pair: pair[0])]


def checked(text: str, *, name: str, known: Collection[str] = (), versions: Collection[str] = ()) -> str:
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


def _rule_spans(text: str) -> Iterator[tuple[_Span, LeakKind]]:
    for kind, pattern, is_leak in _RULES:
        for found in pattern.finditer(text):
            if is_leak(found):
                yield found.span(), kind


def _known_spans(text: str, known: Collection[str]) -> Iterator[tuple[_Span, LeakKind]]:
    if known:
        searched = Searched(text)
        for identity in sorted(known):
            yield from ((span, LeakKind.IDENTITY) for span in searched.find(identity))


def _within(span: _Span, other: _Span) -> bool:
    return other[0] <= span[0] and span[1] <= other[1]


def _leak(starts: list[int], span: _Span, kind: LeakKind) -> Leak:
    line = bisect_right(starts, span[0])
    return Leak(line, span[0] - starts[line - 1] + 1, kind, span[1] - span[0])
