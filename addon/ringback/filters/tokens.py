"""A filter cut into words, operators and parentheses, each with its place."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

from ringback.filters.errors import FilterError

MAX_LENGTH = 2_000
"""Characters of a filter. Against one that takes long to evaluate."""


class Kind(enum.Enum):
    """What a token is; the values are the names of groups in the pattern."""

    WORD = "word"
    QUOTED = "quoted"
    OPERATOR = "operator"
    AND = "and"
    OR = "or"
    NOT = "not"
    OPEN = "open"
    CLOSE = "close"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """One token; the last one of every filter is an `END` of no length."""

    kind: Kind
    value: str
    """Of a word its text, of a quoted one what the quotes hold, of an operator its usual spelling."""
    start: int
    end: int


_PATTERN = re.compile(
    r"""(?xs)
    (?P<blank>\s+)
  | (?P<and>&&?)
  | (?P<or>\|\|?)
  | (?P<operator>==|!=|!~|=~|>=|<=|[=~<>:])
  | (?P<not>!)
  | (?P<open>\()
  | (?P<close>\))
  | (?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
  | (?P<word>[^\s&|=!~<>()"':][^\s&|=!~<>()"']*)
    """
)
_SPELLINGS = {"==": "=", ":": "=", "=~": "~"}
_CONNECTIVES = {"and": Kind.AND, "or": Kind.OR, "not": Kind.NOT}
_ESCAPED = re.compile(r"(?s)\\(.)")
_KEY = re.compile(r"[A-Za-z]{3,}(?=:)")
"""What stands before a colon and is a key, known or not; `B:17@lid` begins with none."""


def tokens_of(text: str) -> list[Token]:
    """The tokens of a filter. A colon is part of the word that it stands in, except behind a key.

    Raises:
        FilterError: it is too long, or a quotation does not end.
    """
    if len(text) > MAX_LENGTH:
        reason = f"the filter is longer than {MAX_LENGTH} characters: a shorter one is needed"
        raise FilterError(text, MAX_LENGTH, 0, reason)
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        match = _PATTERN.match(text, position)
        if match is None:
            quote = text[position]
            raise FilterError(text, position, 1, f"this quotation does not end: close it with {quote}")
        kind, end = str(match.lastgroup), match.end()
        is_value = bool(tokens) and tokens[-1].kind is Kind.OPERATOR
        key = _KEY.match(text, position, end) if kind == "word" and not is_value else None
        if key is not None:
            end = key.end()
        if kind != "blank":
            tokens.append(_token(Kind(kind), text[position:end], position, end, is_value=is_value))
        position = end
    return [*tokens, Token(Kind.END, "", len(text), len(text))]


def _token(kind: Kind, spelled: str, start: int, end: int, *, is_value: bool) -> Token:
    value = spelled
    if kind is Kind.OPERATOR:
        value = _SPELLINGS.get(spelled, spelled)
    elif kind is Kind.QUOTED:
        value = _ESCAPED.sub(r"\1", spelled[1:-1])
    elif kind is Kind.WORD and not is_value:
        kind = _CONNECTIVES.get(spelled.lower(), kind)
    return Token(kind, value, start, end)
