"""A stanza file that is changed in place: what is not changed stays as it was written, byte for byte.

Source: the settings that do so were found by trying them on all nine stanza files of wacrg (0114515).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from ringback.errors import ExportError, SpecError
from ringback.spec.document import parse_document
from ringback.spec.entry import Entry
from ringback.spec.wacrg import STANZA, read_stanza

_WIDTH = 4096
"""Wider than any line: ruamel wraps nothing anew."""
_BEFORE = {
    "observed_values": ("provenance", "attributes", "children"),
    "provenance": ("attributes", "children"),
    "attributes": ("children", "examples", "notes", "open_questions", "references"),
    "children": ("examples", "notes", "open_questions", "references"),
}
"""Keys that a new key stands before. Source: order of keys in wacrg's stanza files (0114515)."""

Scalar: TypeAlias = "str | int"


class StanzaDocument:
    """The text of one stanza file, open for changes. Paths are those of `ringback.spec.model`."""

    def __init__(self, text: str, name: str) -> None:
        """Take the text; `name` is the file's, for messages.

        Raises:
            ExportError: it cannot be changed without changing more than is asked for.
        """
        self._name = name
        self._yaml = YAML()
        self._yaml.preserve_quotes = True
        self._yaml.width = _WIDTH
        self._yaml.indent(mapping=2, sequence=4, offset=2)
        try:
            self._root = self._yaml.load(text)
        except (YAMLError, ValueError) as error:
            raise ExportError(f"{name}: not YAML: {error}") from error
        if not isinstance(self._root, CommentedMap) or self.text() != text:
            raise ExportError(f"{name}: its layout would be lost: indent lists by two, as wacrg's files do")

    def text(self) -> str:
        """The file as it is now."""
        stream = io.StringIO()
        self._yaml.dump(self._root, stream)
        return stream.getvalue()

    def checked_text(self) -> str:
        """As `text`, and known to be a stanza file that ringback reads.

        Raises:
            ExportError: it is none any more.
        """
        text, file = self.text(), Path(self._name)
        try:
            read_stanza(Entry.read(parse_document(text, file), STANZA, file), None)
        except SpecError as error:
            raise ExportError(f"the changed file could not be read again: {error}") from error
        return text

    def set_confidence(self, path: str, level: str) -> None:
        """Give the fact that level."""
        self._fact(path)["confidence"] = level

    def add_provenance(self, path: str, techniques: Iterable[str], source: str) -> None:
        """Name the techniques and the source with the fact, where they are not named yet."""
        fact = self._fact(path)
        if "provenance" not in fact:
            _insert(fact, "provenance", CommentedMap({"techniques": flow_list(())}))
        provenance = fact["provenance"]
        _extend(provenance["techniques"], techniques)
        if "sources" not in provenance:
            provenance["sources"] = flow_list(())
        _extend(provenance["sources"], [DoubleQuotedScalarString(source)])

    def extend_examples(self, path: str, values: Iterable[Scalar], most: int) -> None:
        """Add these values to the observed ones of the fact, as long as there are fewer than `most`."""
        fact = self._fact(path)
        observed = fact.get("observed_values", ())
        added = [value for value in values if value not in observed][: max(most - len(observed), 0)]
        if added and not observed:
            _insert(fact, "observed_values", flow_list(()))
        for value in added:
            fact["observed_values"].append(value)

    def drop_sources(self, path: str, is_dropped: Callable[[str], bool]) -> None:
        """Take these sources from the fact; the others stay as they are."""
        sources = self._fact(path).get("provenance", {}).get("sources", ())
        for number in reversed(range(len(sources))):
            if is_dropped(str(sources[number])):
                del sources[number]

    def is_backed(self, path: str, words: Iterable[str]) -> bool:
        """Whether one of the fact's sources holds all these words."""
        sources = self._fact(path).get("provenance", {}).get("sources", ())
        wanted = list(words)
        return any(all(word in str(source) for word in wanted) for source in sources)

    def add_fact(self, owner: str, key: str, fact: CommentedMap) -> None:
        """Add an attribute or child to the element at `owner`; `key` is `attributes` or `children`."""
        element = self._element(owner)
        if key not in element:
            _insert(element, key, CommentedSeq())
        element[key].append(fact)

    def question(self, number: int) -> str:
        """The open question of that number, from 1."""
        return str(self._root["open_questions"][number - 1])

    def set_question(self, number: int, text: str) -> None:
        """Put the text in its place."""
        self._root["open_questions"][number - 1] = text

    def _fact(self, path: str) -> Any:  # noqa: ANN401 - as ruamel has it
        owner, _, name = path.rpartition("/")
        if name.startswith("@"):
            return self._named(self._element(owner), "attributes", "name", name[1:], path)
        return self._element(path)

    def _element(self, path: str) -> Any:  # noqa: ANN401 - as ruamel has it
        element = self._root
        _root, *tags = path.split("/")
        for tag in tags:
            element = self._named(element, "children", "tag", tag, path)
        return element

    def _named(self, element: Any, key: str, by: str, name: str, path: str) -> Any:  # noqa: ANN401
        found = next((each for each in element.get(key, ()) if each.get(by) == name), None)
        if found is None:
            raise ExportError(f"{self._name}: no fact {path}; the evidence was held against another version")
        return found


def flow_list(items: Sequence[Scalar]) -> CommentedSeq:
    """A list on one line: `["opus", "h264"]`."""
    sequence = CommentedSeq(items)
    sequence.fa.set_flow_style()
    return sequence


def _insert(mapping: CommentedMap, key: str, value: Any) -> None:  # noqa: ANN401 - as ruamel has it
    keys = list(mapping)
    followers = [keys.index(other) for other in _BEFORE[key] if other in mapping]
    mapping.insert(min(followers, default=len(keys)), key, value)


def _extend(sequence: CommentedSeq, items: Iterable[Scalar]) -> None:
    if not sequence:
        # ruamel forgets that an empty list was written as `[]`, and would begin a block.
        sequence.fa.set_flow_style()
    for item in items:
        if item not in sequence:
            sequence.append(item)
