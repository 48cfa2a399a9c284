"""The normative text of a spec part: its blocks as templates, its sentences as a list.

Markdown as far as the parts use it. A block is what stands between fences, or is indented by four columns and
follows an empty line; all other lines are paragraphs and list items. A sentence is listed where it has one of
the key words of RFC 2119 in capitals (RFC 8174), and is not interpreted: what is checked stands in a block.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ringback.errors import SpecError
from ringback.spec.entry import quoted
from ringback.spec.part import ProseFact, WireElement
from ringback.spec.template import parse_templates

KEYWORDS = re.compile(
    r"\b(MUST NOT|MUST|SHALL NOT|SHALL|REQUIRED|SHOULD NOT|SHOULD|NOT RECOMMENDED|RECOMMENDED|MAY|OPTIONAL)\b"
)
"""Source: RFC 2119, sections 1 to 5, and RFC 8174, section 2."""

_FENCE = "```"
_BLOCK_INDENT = " " * 4
_ITEM = re.compile(r"\s*(?:[-*+]|[0-9]{1,3}\.)\s+")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z*])")


@dataclass(slots=True)
class Normative:
    """What was read of one text."""

    templates: list[WireElement] = field(default_factory=list)
    prose: list[ProseFact] = field(default_factory=list)
    refused: list[SpecError] = field(default_factory=list)
    """Blocks that are no template, with their place and the reason."""


@dataclass(slots=True)
class _Piece:
    """Consecutive lines that belong together."""

    is_block: bool
    line: int
    """Line of the first in the file."""
    lines: list[str]


def read_normative(text: str, file: Path, line: int) -> Normative:
    """The blocks and sentences of a text; `line` is that of its first line in the file, only named here."""
    read = Normative()
    for piece in _pieces(text.split("\n"), line):
        if piece.is_block:
            _read_block(piece, file, read)
        else:
            read.prose.extend(_sentences(piece))
    return read


def _read_block(piece: _Piece, file: Path, read: Normative) -> None:
    first = piece.lines[0].strip()
    if not first.startswith("<"):
        reason = f"block {quoted(first)} is not read: expected one that starts with <"
        read.refused.append(SpecError(file, piece.line, reason))
        return
    try:
        read.templates.extend(parse_templates("\n".join(piece.lines), file, piece.line))
    except SpecError as error:
        read.refused.append(error)


def _pieces(lines: list[str], first: int) -> Iterator[_Piece]:
    """The text in pieces, blocks and paragraphs or list items, without the empty lines between them."""
    at = 0
    after_empty = True
    while at < len(lines):
        if not lines[at].strip():
            after_empty = True
            at += 1
            continue
        fenced = lines[at].lstrip().startswith(_FENCE)
        indented = after_empty and lines[at].startswith(_BLOCK_INDENT)
        end = _fence_end(lines, at) if fenced else _block_end(lines, at) if indented else _text_end(lines, at)
        start = at + 1 if fenced else at
        if lines[start:end]:
            yield _Piece(fenced or indented, first + start, lines[start:end])
        after_empty = fenced
        at = end + 1 if fenced else end


def _fence_end(lines: list[str], at: int) -> int:
    """Index of the closing fence; the end of the text where there is none."""
    closing = (index for index in range(at + 1, len(lines)) if lines[index].strip() == _FENCE)
    return next(closing, len(lines))


def _block_end(lines: list[str], at: int) -> int:
    """Index behind the last line that is indented, empty lines between two such lines included."""
    end = at
    for index in range(at, len(lines)):
        if lines[index].startswith(_BLOCK_INDENT) and lines[index].strip():
            end = index + 1
        elif lines[index].strip():
            break
    return end


def _text_end(lines: list[str], at: int) -> int:
    """Index of the next empty line, list item or fence."""
    return next((index for index in range(at + 1, len(lines)) if _ends_text(lines[index])), len(lines))


def _ends_text(line: str) -> bool:
    return not line.strip() or _ITEM.match(line) is not None or line.lstrip().startswith(_FENCE)


def _sentences(piece: _Piece) -> Iterator[ProseFact]:
    text = "\n".join(piece.lines)
    item = _ITEM.match(text)
    at = 0 if item is None else item.end()
    ends = [found.span() for found in _SENTENCE_END.finditer(text, at)]
    for end, following in [*ends, (len(text), len(text))]:
        sentence = text[at:end]
        keywords = tuple(dict.fromkeys(KEYWORDS.findall(sentence)))
        if keywords:
            start = at + len(sentence) - len(sentence.lstrip())
            yield ProseFact(keywords, " ".join(sentence.split()), piece.line + text.count("\n", 0, start))
        at = following
