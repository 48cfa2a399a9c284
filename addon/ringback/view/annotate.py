"""A stanza as lines of XML, each with what the findings say about it. Facts only: whoever prints has colours.

What the specification speaks of has a line for each tag and attribute. What it does not know stays together
on one line where it fits, as it has one verdict. What it speaks of and the stanza lacks has a line of its
own, in parentheses; what would stand inside of that is left out.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import TypeAlias
from xml.sax.saxutils import escape

from ringback.findings import Finding
from ringback.sanitize import Placeholders
from ringback.spec.model import StanzaSpec
from ringback.stanza import Node, Value
from ringback.view.verdicts import Path, Verdict, Verdicts
from ringback.view.visible import cropped, cropped_hex

MAX_LINES = 200
"""Lines that one stanza is given. Against a stanza of a million children."""
_INDENT = 2
_ATTRIBUTE_INDENT = 4
_LEAST_VALUE = 16
"""Characters of a value that are shown even where the line is narrow."""
_LEAST_ATTRIBUTE = len(' a=""')
_LONGEST_NAME = 64
"""Characters of a name that are shown."""


class Role(enum.Enum):
    """What a piece of a line is."""

    PUNCTUATION = "punctuation"
    TAG = "tag"
    NAME = "name"
    VALUE = "value"
    ABSENT = "absent"


Piece: TypeAlias = tuple[str, Role]

_BLANK: Piece = (" ", Role.PUNCTUATION)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an annotated stanza."""

    indent: int
    """Blanks before it."""
    pieces: tuple[Piece, ...]
    verdict: Verdict | None = None

    @property
    def text(self) -> str:
        """The line without its verdict."""
        return " " * self.indent + "".join(text for text, _ in self.pieces)


def annotate(
    node: Node,
    findings: Iterable[Finding],
    spec: StanzaSpec | None,
    placeholders: Placeholders,
    *,
    width: int,
    ellipsis: str,
) -> list[Line]:
    """The lines of a stanza, none much wider than `width` unless its names are.

    `node` and `findings` are raw; the lines hold placeholders, and nothing that a terminal would obey. The
    last of `MAX_LINES` tells that there were more.
    """
    shown = placeholders.node(node)
    return annotate_shown(node, shown, findings, spec, width=width, ellipsis=ellipsis)


def annotate_shown(
    node: Node,
    shown: Node,
    findings: Iterable[Finding],
    spec: StanzaSpec | None,
    *,
    width: int,
    ellipsis: str,
) -> list[Line]:
    """As `annotate`, of a stanza whose placeholders were put in before: `shown` is of the same shape."""
    annotator = _Annotator(Verdicts(spec, findings), width, ellipsis)
    lines = list(islice(annotator.element(node, shown, (node.tag,), 0), MAX_LINES + 1))
    if len(lines) > MAX_LINES:
        lines[MAX_LINES - 1 :] = [Line(0, ((f"{ellipsis} and more: an event file holds all", Role.ABSENT),))]
    return lines


@dataclass(frozen=True, slots=True)
class _Annotator:
    verdicts: Verdicts
    width: int
    ellipsis: str

    def element(
        self, raw: Node, shown: Node, path: Path, indent: int, inherited: Verdict | None = None
    ) -> Iterator[Line]:
        """The lines of one element; `raw` names the places that the findings speak of."""
        verdict = self.verdicts.at(path) or inherited
        below = self.verdicts.below(path)
        content = self.verdicts.at_content(path)
        least = len(raw.attrs) * _LEAST_ATTRIBUTE
        if not below and not raw.children and content is None and least <= self.width:
            line = self._leaf(raw, shown, indent, verdict)
            if len(line.text) <= self.width:
                yield line
                return
        yield from self._opening(raw, shown, path, indent, verdict)
        places = _places(raw, path)
        there = {*(place for _, place in places), *((*path, f"@{name}") for name in raw.attrs)}
        absent = [place for place in below if place not in there]
        yield from self._absent(absent, indent + _ATTRIBUTE_INDENT, of_attributes=True)
        if raw.content is not None and not raw.children:
            text = self._content(raw, shown, self.width - indent)
            yield Line(indent + _INDENT, ((text, Role.VALUE),), content)
        passed_on = None if below or verdict is None else replace(verdict, notes=())
        for (child, place), child_shown in zip(places, shown.children, strict=True):
            yield from self.element(child, child_shown, place, indent + _INDENT, passed_on)
        yield from self._absent(absent, indent + _INDENT, of_attributes=False)
        if raw.content is not None:
            yield Line(indent, _end(shown))

    def _opening(
        self, raw: Node, shown: Node, path: Path, indent: int, verdict: Verdict | None
    ) -> Iterator[Line]:
        verdicts = [self.verdicts.at((*path, f"@{name}")) for name, _ in _attributes(raw)]
        values, last = self._values(raw, shown), len(verdicts)
        close = ("/>" if raw.content is None else ">", Role.PUNCTUATION)
        if not any(verdicts):
            yield from self._filled(_start(shown, []), values, close, indent, verdict)
            return
        yield Line(indent, _start(shown, []), verdict)
        for number, (pieces, spoken) in enumerate(zip(values, verdicts, strict=True), start=1):
            closed = (*pieces, close) if number == last else pieces
            yield Line(indent + _ATTRIBUTE_INDENT, closed, spoken)

    def _filled(
        self,
        start: tuple[Piece, ...],
        values: Iterable[tuple[Piece, ...]],
        close: Piece,
        indent: int,
        verdict: Verdict | None,
    ) -> Iterator[Line]:
        """An opening tag with as many attributes to a line as fit."""
        line = Line(indent, start, verdict)
        for pieces in values:
            longer = replace(line, pieces=(*line.pieces, _BLANK, *pieces))
            if len(longer.text) < self.width:
                line = longer
            else:
                yield line
                line = Line(indent + _ATTRIBUTE_INDENT, pieces)
        yield replace(line, pieces=(*line.pieces, close))

    def _values(self, raw: Node, shown: Node) -> Iterator[tuple[Piece, ...]]:
        """The attributes, each cropped so that it fits a line of its own."""
        for (_, was), (name, value) in zip(_attributes(raw), _attributes(shown), strict=True):
            yield (
                (_named(name), Role.NAME),
                ('="', Role.PUNCTUATION),
                (self._value(was, value, self.width - len(name) - 4 * _ATTRIBUTE_INDENT), Role.VALUE),
                ('"', Role.PUNCTUATION),
            )

    def _value(self, was: Value | bytes | None, value: Value, limit: int) -> str:
        limit = max(limit, _LEAST_VALUE)
        return escape(cropped(str(value), limit, self.ellipsis, measured=was == value), {'"': "&quot;"})

    def _content(self, raw: Node, shown: Node, limit: int) -> str:
        limit = max(limit, _LEAST_VALUE)
        if isinstance(shown.content, bytes):
            return cropped_hex(shown.content, limit, self.ellipsis)
        if shown.content is None or isinstance(shown.content, tuple) or isinstance(raw.content, tuple):
            return ""
        return self._value(raw.content, shown.content, limit)

    def _leaf(self, raw: Node, shown: Node, indent: int, verdict: Verdict | None) -> Line:
        """A childless element on one line, however long; only its content is cropped to what is left."""
        start = _start(shown, self._values(raw, shown))
        if shown.content is None:
            return Line(indent, (*start, ("/>", Role.PUNCTUATION)), verdict)
        around = Line(indent, (*start, (">", Role.PUNCTUATION), *_end(shown)), verdict)
        content = self._content(raw, shown, self.width - len(around.text))
        return replace(around, pieces=(*start, (">", Role.PUNCTUATION), (content, Role.VALUE), *_end(shown)))

    def _absent(self, places: list[Path], indent: int, *, of_attributes: bool) -> Iterator[Line]:
        for place in places:
            name = place[-1]
            if name.startswith("@") is of_attributes:
                yield Line(
                    indent, ((f"({_named(name.removeprefix('@'))})", Role.ABSENT),), self.verdicts.at(place)
                )


def _attributes(node: Node) -> chain[tuple[str, Value]]:
    return chain(node.attrs.items(), node.repeated)


def _start(shown: Node, values: Iterable[tuple[Piece, ...]]) -> tuple[Piece, ...]:
    spread = chain.from_iterable((_BLANK, *pieces) for pieces in values)
    return (("<", Role.PUNCTUATION), (_named(shown.tag), Role.TAG), *spread)


def _end(shown: Node) -> tuple[Piece, ...]:
    return (("</", Role.PUNCTUATION), (_named(shown.tag), Role.TAG), (">", Role.PUNCTUATION))


def _named(name: str) -> str:
    return cropped(name, _LONGEST_NAME, "~")


def _places(node: Node, path: Path) -> list[tuple[Node, Path]]:
    """Each child with its place, as findings spell it: indexed where its tag repeats among its siblings."""
    totals = Counter(child.tag for child in node.children)
    seen: Counter[str] = Counter()
    places = []
    for child in node.children:
        seen[child.tag] += 1
        index = f"[{seen[child.tag]}]" if totals[child.tag] > 1 else ""
        places.append((child, (*path, child.tag + index)))
    return places
