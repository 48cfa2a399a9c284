"""The words of a wire format block: what `ringback.spec.template` makes elements of."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from pathlib import Path

from ringback.errors import SpecError
from ringback.spec.entry import quoted


class Kind(enum.Enum):
    """What a token is; the value says it in a refusal."""

    OPEN = "the start of an element"
    END = "the end of a tag"
    CLOSE = "an end tag"
    GIVEN = "an attribute"
    BRACKET = "a bracket"
    MORE = "an ellipsis"
    COMMENT = "a comment"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a block."""

    kind: Kind
    text: str
    """The tag's name, `>` or `/>`, the attribute as written, the comment or text without its marks."""
    line: int
    """Line in the file, from 1."""

    def __str__(self) -> str:
        """Kind and text, as they stand in a refusal."""
        return f"{self.kind.value} ({quoted(self.text)})"


_NAME = r"""[^\s<>/@\[\]=";]+"""
_ELLIPSIS = r"(?:\.\.\.|…)"
_COMMENT = r";[^\n]*|<!--.*?-->"

_IN_CONTENT = {
    Kind.COMMENT: re.compile(_COMMENT, re.DOTALL),
    Kind.CLOSE: re.compile(rf"</({_NAME})\s*>"),
    Kind.OPEN: re.compile(rf"<(?!!)({_NAME})"),
    Kind.BRACKET: re.compile(r"[\[\]]"),
    Kind.MORE: re.compile(rf"{_ELLIPSIS}(?=[\s\]<;]|\Z)"),
    Kind.TEXT: re.compile(r"[^\s<>\[\];][^<>\[\];\n]*"),
}
_IN_TAG = {
    Kind.END: re.compile(r"/?>"),
    Kind.BRACKET: re.compile(r"[\[\]]"),
    Kind.GIVEN: re.compile(rf"""{_NAME}(?:=(?:"[^"\n]*"|<[^<>\n]*>|{_ELLIPSIS}))?(?=[\s\[\]/>])"""),
}
_SPACE = re.compile(r"\s*")
_AFTER = {Kind.OPEN: _IN_TAG, Kind.END: _IN_CONTENT}


def read_tokens(text: str, file: Path, line: int) -> list[Token]:
    """The tokens of a block whose first line has that number in the file, which is only named.

    Raises:
        SpecError: something in it is no token of the grammar where it stands.
    """
    tokens: list[Token] = []
    rules, at = _IN_CONTENT, 0
    while (space := _SPACE.match(text, at)) is not None and space.end() < len(text):
        line += space.group().count("\n")
        kind, found = _match(rules, text, space.end(), file, line)
        tokens.append(Token(kind, _bare(kind, found), line))
        line += found.group().count("\n")
        rules, at = _AFTER.get(kind, rules), found.end()
    return tokens


def _match(
    rules: dict[Kind, re.Pattern[str]], text: str, at: int, file: Path, line: int
) -> tuple[Kind, re.Match[str]]:
    for kind, pattern in rules.items():
        found = pattern.match(text, at)
        if found is not None:
            return kind, found
    rest = text[at:].split("\n", 1)[0].strip()
    expected = " or ".join(kind.value for kind in rules)
    raise SpecError(file, line, f"{quoted(rest)}: expected {expected}")


def _bare(kind: Kind, found: re.Match[str]) -> str:
    if kind in (Kind.OPEN, Kind.CLOSE):
        return str(found[1])
    if kind is Kind.COMMENT:
        return found.group().removeprefix("<!--").removesuffix("-->").lstrip(";").strip()
    return found.group().strip()
