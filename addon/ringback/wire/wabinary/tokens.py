"""Token tables: which text a byte or two stand for, by the version byte of the client's intro."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from ringback.wire.wabinary.tags import DICTIONARIES, DICTIONARY_0, SINGLE_BYTE_LIMIT

KNOWN_DICTIONARIES = (2, 3)
"""Version bytes whose table is known. Source: npm baileys, lib/Defaults, DICT_VERSION: 2 in 6.17.16, 3 in
7.0.0-rc13."""

_DOUBLE_BYTE_LIMIT = 256


@dataclass(frozen=True, eq=False)
class TokenTable:
    """One token table, ready for reading and writing."""

    dictionary: int
    """The version byte that selects it."""
    source: str
    """Where the table was taken from: package, version and path."""
    single: tuple[str | None, ...] = field(repr=False)
    """Text by byte, 256 entries; None where the byte is no token. Byte 0 is the empty text."""
    double: tuple[tuple[str, ...], ...] = field(repr=False)
    """The four double-byte dictionaries, text by index; one may be shorter than 256."""
    spellings: Mapping[str, bytes] = field(repr=False)
    """The byte or two that stand for a text; the empty text has none."""


@cache
def token_table(dictionary: int) -> TokenTable:
    """The table for a version byte.

    Raises:
        ValueError: `dictionary` is not in `KNOWN_DICTIONARIES`.
    """
    if dictionary not in KNOWN_DICTIONARIES:
        known = " and ".join(map(str, KNOWN_DICTIONARIES))
        raise ValueError(f"no token table for dictionary {dictionary}: there are {known}")
    file = files(__package__).joinpath("data", f"tokens-{dictionary}.json")
    return parse_table(file.read_text(encoding="utf-8"))


def nearest_dictionary(version: int) -> int:
    """The known dictionary nearest to `version`, the newer one of two equally near."""
    return min(KNOWN_DICTIONARIES, key=lambda known: (abs(known - version), -known))


def parse_table(text: str) -> TokenTable:
    """The table in a data file's text: `source`, `dictionary`, `single` and four `double` lists, as JSON.

    Raises:
        ValueError: a token stands twice, a list is longer than its index space, there are not four
            dictionaries, or byte 0 is not the empty text.
    """
    data = json.loads(text)
    single, double = data["single"], data["double"]
    _check_sizes(single, double)
    spellings: dict[str, bytes] = {}
    for token, spelling in _spelled(single, double):
        if spellings.setdefault(token, spelling) != spelling:
            raise ValueError(f"token {token!r} stands at {spellings[token].hex()} and {spelling.hex()}")
    if spellings.pop("", None) != b"\0":
        raise ValueError("byte 0 must be the empty text")
    source = data["source"]
    return TokenTable(
        dictionary=data["dictionary"],
        source=f"npm {source['package']} {source['version']}, {source['path']}",
        single=(*single, *[None] * (256 - len(single))),
        double=tuple(map(tuple, double)),
        spellings=spellings,
    )


def _check_sizes(single: list[str], double: list[list[str]]) -> None:
    if len(single) > SINGLE_BYTE_LIMIT:
        raise ValueError(f"{len(single)} single-byte tokens, there is room for {SINGLE_BYTE_LIMIT}")
    if len(double) != DICTIONARIES:
        raise ValueError(f"{len(double)} dictionaries, there must be {DICTIONARIES}")
    for number, tokens in enumerate(double):
        if len(tokens) > _DOUBLE_BYTE_LIMIT:
            raise ValueError(
                f"{len(tokens)} tokens in dictionary {number}, there is room for {_DOUBLE_BYTE_LIMIT}"
            )


def _spelled(single: list[str], double: list[list[str]]) -> Iterator[tuple[str, bytes]]:
    """Every token with its bytes, in the order of the lists."""
    for index, token in enumerate(single):
        yield token, bytes([index])
    for number, tokens in enumerate(double):
        for index, token in enumerate(tokens):
            yield token, bytes([DICTIONARY_0 + number, index])
