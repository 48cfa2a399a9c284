"""Typed reading of one mapping of a specification file: what is refused, and what it says then.

Knows words, texts and lists, nothing of stanzas. The shapes of the wacrg files stand in `ringback.spec.load`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from ringback.errors import SpecError
from ringback.spec.document import Fields, Items, Located, Scalar

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_SHOWN = 60
_NEAR = 0.65
_DECIMAL = re.compile(r"-?[0-9]{1,15}\.[0-9]{1,15}")


@dataclass(frozen=True, slots=True)
class Shape:
    """The keys that one kind of mapping has."""

    name: str
    """With its article, as it stands in a refusal: `an attribute`."""
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A mapping whose keys are those of its shape; its methods give their values, typed.

    Every method raises `SpecError` with the line where its value is not what it should be. A key that the
    shape requires is there; for any other, the empty value of the type stands for absence.
    """

    file: Path
    shape: Shape
    fields: Fields

    @classmethod
    def read(cls, node: Located, shape: Shape, file: Path) -> Entry:
        """`node` as an entry of that shape.

        Raises:
            SpecError: it is no mapping, has a key that the shape does not know, or lacks one it requires.
        """
        if not isinstance(node, Fields):
            raise SpecError(file, node.line, f"{shape.name}: expected keys and values, got {_kind(node)}")
        entry = cls(file, shape, node)
        known = shape.required + shape.optional
        for key in node.values:
            if key not in known:
                raise entry.refusal(key, f"unknown key {quoted(key)} in {shape.name}; {suggest(key, known)}")
        for key in shape.required:
            if key not in node.values:
                raise SpecError(file, node.line, f"{shape.name} has no {key!r}, which is required")
        return entry

    def line(self, key: str) -> int:
        """Line of the key, or where it is absent that of the entry."""
        return self.fields.key_lines.get(key, self.fields.line)

    def refusal(self, key: str, reason: str) -> SpecError:
        """The error to raise about that key's value."""
        return SpecError(self.file, self.line(key), reason)

    def text(self, key: str) -> str:
        """The key's text without the space around it; empty where the key is absent."""
        return "" if key not in self.fields.values else self._scalar(key, "text").strip()

    def sentence(self, key: str) -> str:
        """As `text`, and not blank."""
        text = self.text(key)
        if not text:
            raise self.refusal(key, f"{key} of {self.shape.name} is empty: expected text")
        return text

    def matching(self, key: str, pattern: re.Pattern[str], like: str) -> str:
        """As `text`, and of the form that `like` describes."""
        text = self.text(key)
        if pattern.fullmatch(text) is None:
            raise self.refusal(key, f"{key} {quoted(text)}: expected {like}")
        return text

    def word(self, key: str, vocabulary: Sequence[str]) -> str:
        """The key's text, which is one of the vocabulary."""
        return self._known(key, self.text(key), vocabulary, self.line(key))

    def flag(self, key: str) -> bool:
        """The key's truth value; False where it is absent."""
        return key in self.fields.values and self._scalar(key, "truth value").lower() == "true"

    def texts(self, key: str) -> tuple[str, ...]:
        """The key's list of texts."""
        return tuple(self._text_item(key, item) for item in self._items(key))

    def ids(self, key: str) -> tuple[str, ...]:
        """As `texts`, none of them twice."""
        seen: set[str] = set()
        for item in self._items(key):
            text = self._text_item(key, item)
            if text in seen:
                raise SpecError(self.file, item.line, f"{quoted(text)} stands in {key} twice")
            seen.add(text)
        return self.texts(key)

    def words(self, key: str, vocabulary: Sequence[str]) -> tuple[str, ...]:
        """As `ids`, at least one, and all of the vocabulary."""
        for item in self._items(key):
            self._known(key, self._text_item(key, item), vocabulary, item.line)
        words = self.ids(key)
        if not words:
            raise self.refusal(key, f"{key} is empty: expected some of {', '.join(vocabulary)}")
        return words

    def values(self, key: str) -> tuple[str | int | float | bool, ...]:
        """The key's list of plain values."""
        return tuple(self._plain(key, item) for item in self._items(key))

    def written(self, key: str) -> str:
        """The key's text or number, as it is written."""
        node = self.fields.values[key]
        if isinstance(node, Scalar) and node.kind in {"text", "number"}:
            return node.text
        raise self.refusal(key, f"{key} of {self.shape.name}: expected text or a number, got {_kind(node)}")

    def entries(self, key: str, shape: Shape) -> Iterator[Entry]:
        """The key's list of entries of that shape."""
        return (Entry.read(item, shape, self.file) for item in self._items(key))

    def maybe_entry(self, key: str, shape: Shape) -> Entry | None:
        """The key's one entry of that shape, None where it is absent."""
        node = self.fields.values.get(key)
        return None if node is None else Entry.read(node, shape, self.file)

    def _items(self, key: str) -> tuple[Located, ...]:
        node = self.fields.values.get(key, Items((), self.fields.line))
        if not isinstance(node, Items):
            raise self.refusal(key, f"{key} of {self.shape.name}: expected a list, got {_kind(node)}")
        return node.items

    def _scalar(self, key: str, kind: str) -> str:
        node = self.fields.values[key]
        if isinstance(node, Scalar) and node.kind == kind:
            return node.text
        raise self.refusal(key, f"{key} of {self.shape.name}: expected {_wanted(kind, node)}")

    def _text_item(self, key: str, item: Located) -> str:
        if isinstance(item, Scalar) and item.kind == "text":
            return item.text.strip()
        raise SpecError(self.file, item.line, f"{key} of {self.shape.name}: expected {_wanted('text', item)}")

    def _known(self, key: str, text: str, vocabulary: Sequence[str], line: int) -> str:
        if text not in vocabulary:
            raise SpecError(self.file, line, f"unknown {key} {quoted(text)}; {suggest(text, vocabulary)}")
        return text

    def _plain(self, key: str, node: Located) -> str | int | float | bool:
        if isinstance(node, Scalar) and node.kind != "nothing":
            return plain_value(node)
        wanted = "a text, number or truth value"
        raise SpecError(
            self.file, node.line, f"{key} of {self.shape.name}: expected {wanted}, got {_kind(node)}"
        )


def plain_value(scalar: Scalar) -> str | int | float | bool:
    """The value of a scalar: whole numbers and decimals as such, any other spelling of a number (`0x1F`,
    `7E10`) as the text it is written as, because it may well be an id whose quotes were forgotten."""
    if scalar.kind == "truth value":
        return scalar.text.lower() == "true"
    if scalar.kind == "number" and _INTEGER.fullmatch(scalar.text):
        return int(scalar.text)
    if scalar.kind == "number" and _DECIMAL.fullmatch(scalar.text):
        return float(scalar.text)
    return scalar.text


def quoted(text: str) -> str:
    """`text` in quotes and cut to a length that fits a message."""
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}...")


def suggest(word: str, vocabulary: Sequence[str]) -> str:
    """`did you mean 'jid'? known: string, int, ...`: the nearest word, where one is near, and all of them."""
    near = get_close_matches(word.lower(), vocabulary, n=1, cutoff=_NEAR)
    known = f"known: {', '.join(vocabulary)}"
    return f"did you mean {near[0]!r}? ({known})" if near else known


def _wanted(kind: str, got: Located) -> str:
    wanted = {"text": "text", "truth value": "true or false"}[kind]
    hint = ", put it in quotes" if kind == "text" and isinstance(got, Scalar) and got.text else ""
    return f"{wanted}, got {_kind(got)}{hint}"


def _kind(node: Located) -> str:
    if isinstance(node, Scalar):
        return "nothing" if node.kind == "nothing" else f"{_article(node.kind)} ({quoted(node.text)})"
    return "a list" if isinstance(node, Items) else "keys and values"


def _article(kind: str) -> str:
    return kind if kind == "text" else f"a {kind}"
