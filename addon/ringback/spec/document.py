"""YAML text as a tree that remembers its lines, and refuses what a specification file has no use for.

Built from the parser's events, so nothing of the file is ever constructed: no tag does anything, and no alias
multiplies anything. Comes before `ringback.spec.entry`, which reads typed values from the tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    Event,
    ScalarEvent,
    SequenceStartEvent,
)
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.reader import ReaderError

from ringback.errors import SpecError

MAX_DEPTH = 64
"""Nesting that is read, enough for 30 levels of children; a file of brackets must not exhaust the stack."""

_TAG_PREFIX = "tag:yaml.org,2002:"
_KINDS = {
    "str": "text",
    "int": "number",
    "float": "number",
    "bool": "truth value",
    "null": "nothing",
    "timestamp": "date",
    "merge": "text",
    "value": "text",
}
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value."""

    text: str
    """As written, quotes and folding resolved."""
    kind: str
    """What YAML 1.2 takes it for: `text`, `number`, `truth value`, `date` or `nothing`."""
    line: int
    is_literal: bool = field(default=False, compare=False)
    """Whether it is a literal block (`|`): its lines are those of the file, from the one after `line` on."""


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Located, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Fields:
    """A mapping with text keys, in the order of the file."""

    values: dict[str, Located]
    key_lines: dict[str, int]
    line: int


Located: TypeAlias = Scalar | Items | Fields
"""A node of the file, with the line it starts on (from 1)."""


def parse_document(text: str, file: Path) -> Located:
    """The one YAML document in `text`.

    Raises:
        SpecError: not YAML 1.2, no document or several, an alias, a tag of its own, a key that is given twice
            or is no text, nesting beyond `MAX_DEPTH`, or a character that can neither be printed nor stand in
            XML. Whatever else the YAML library raises comes out as one, too. `file` is named in it and not
            opened.
    """
    builder = _Builder(text, file)
    try:
        return builder.document()
    except ReaderError as error:
        position = text.count("\n", 0, error.position) + 1
        raise SpecError(
            file, position, f"not YAML: character U+{error.character:04X} is not allowed"
        ) from error
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = None if mark is None else mark.line + 1
        raise SpecError(file, line, f"not YAML: {error.problem or error.context}") from error
    except SpecError:
        raise
    except YAMLError as error:
        raise SpecError(file, builder.reached, f"not YAML: {error}") from error
    except Exception as error:
        # ruamel.yaml lets out whatever breaks in it, such as chr()'s for an escape beyond U+10FFFF.
        reason = f"not YAML: the parser stopped at or below this line ({type(error).__name__}: {error})"
        raise SpecError(file, builder.reached, reason) from error


class _Builder:
    """One pass over the events of one document."""

    def __init__(self, text: str, file: Path) -> None:
        yaml = YAML(typ="safe", pure=True)
        self._resolve = yaml.resolver.resolve
        self._events = self._counted(yaml.parse(text))
        self._file = file
        self.reached = 1
        """Line of the event read last."""

    def document(self) -> Located:
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                break
        else:
            raise SpecError(self._file, 1, "empty: expected a stanza definition")
        root = self._node(next(self._events), depth=1)
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                raise self._refusal(event, "a second document starts here: expected one in each file")
        return root

    def _counted(self, events: Iterator[Event]) -> Iterator[Event]:
        for event in events:
            self.reached = _line(event)
            yield event

    def _node(self, event: Event, depth: int) -> Located:
        if isinstance(event, AliasEvent):
            raise self._refusal(event, f"alias *{event.anchor}: write the value out, aliases are not read")
        if depth > MAX_DEPTH:
            raise self._refusal(event, f"nested deeper than {MAX_DEPTH} levels")
        if isinstance(event, ScalarEvent):
            return self._scalar(event)
        self._refuse_tag(event)
        if isinstance(event, SequenceStartEvent):
            return Items(tuple(self._node(item, depth + 1) for item in self._members()), _line(event))
        return self._fields(event, depth)

    def _members(self) -> Iterator[Event]:
        """Events that start the members of the collection just entered, up to its end."""
        for event in self._events:
            if isinstance(event, CollectionEndEvent):
                return
            yield event

    def _fields(self, start: Event, depth: int) -> Fields:
        fields = Fields({}, {}, _line(start))
        for event in self._members():
            key = self._node(event, depth + 1)
            if not isinstance(key, Scalar):
                raise self._refusal(event, "a list or mapping as a key: expected a word")
            if key.text in fields.values:
                first = fields.key_lines[key.text]
                raise self._refusal(event, f"key {key.text!r} is given twice, first in line {first}")
            value = self._node(next(self._events), depth + 1)
            # The parser finds an empty value only at the next token, lines further down.
            empty = isinstance(value, Scalar) and not value.text
            fields.values[key.text] = replace(value, line=key.line) if empty else value
            fields.key_lines[key.text] = key.line
        return fields

    def _scalar(self, event: ScalarEvent) -> Scalar:
        self._refuse_tag(event)
        unprintable = _UNPRINTABLE.search(event.value)
        if unprintable is not None:
            code = ord(unprintable.group())
            raise self._refusal(event, f"character U+{code:04X}: expected text that can be printed")
        tag = str(self._resolve(ScalarNode, event.value, event.implicit))
        kind = _KINDS.get(tag.removeprefix(_TAG_PREFIX), "text")
        return Scalar(event.value, kind, _line(event), is_literal=event.style == "|")

    def _refuse_tag(self, event: Event) -> None:
        tag = getattr(event, "tag", None)
        if tag is not None:
            raise self._refusal(event, f"tag {tag}: expected a plain value without a tag")

    def _refusal(self, event: Event, reason: str) -> SpecError:
        return SpecError(self._file, _line(event), reason)


def _line(event: Event) -> int:
    return int(event.start_mark.line) + 1
