"""`wire.wabinary.tokens`: the tables, held against the packages that they were taken from."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest

from ringback.wire.wabinary import KNOWN_DICTIONARIES, nearest_dictionary, tags, token_table
from ringback.wire.wabinary.tokens import parse_table
from support.baileys import Baileys

EXAMPLES = {
    3: {
        "call": "64", "call-id": "68", "call-creator": "47", "terminate": "d3", "relaylatency": "49",
        "te": "d7", "audio": "a1", "video": "59", "enc": "1d", "capability": "b4", "from": "06",
        "to": "11", "id": "08", "t": "1a", "ack": "1b", "class": "15", "type": "04", "receipt": "07",
        "preaccept": "ec12", "offer": "ec1c", "accept": "ec62", "transport": "ec2c", "encopt": "ec15",
        "keygen": "ec1a", "rate": "ec1d", "opus": "ec1e", "ver": "ec21", "net": "ec68", "medium": "ec24",
        "destination": "eca9", "mute_v2": "ecff", "heartbeat": "ec06", "reject": "ed00",
    },
    2: {"call": "64", "preaccept": "e9", "call-id": "61", "reject": "edb9"},
}  # fmt: skip
"""Tokens that call stanzas are made of. Read by hand from the packages."""


@pytest.mark.parametrize("dictionary", KNOWN_DICTIONARIES)
def test_a_table_is_that_of_the_package(dictionary: int, baileys_by_dictionary: dict[int, Baileys]) -> None:
    """Every token of the published package stands at its index, and no other."""
    table = token_table(dictionary)
    published = baileys_by_dictionary[dictionary].constants()
    assert [token for token in table.single if token is not None] == published["single"]
    assert [list(tokens) for tokens in table.double] == published["double"]


@pytest.mark.parametrize("dictionary", KNOWN_DICTIONARIES)
def test_the_tags_are_those_of_the_package(
    dictionary: int, baileys_by_dictionary: dict[int, Baileys]
) -> None:
    """Every first byte and the packing limit are what Baileys calls them; 6 knows fewer."""
    published = baileys_by_dictionary[dictionary].constants()["tags"]
    named = {name: published[name] for name in published if hasattr(tags, name)}
    assert named == {name: getattr(tags, name) for name in named}
    not_named = {"DICTIONARY_1", "DICTIONARY_2", "DICTIONARY_3"}
    if dictionary == 2:
        not_named |= {"SINGLE_BYTE_MAX", "STREAM_END"}
    assert set(published) - set(named) == not_named


@pytest.mark.parametrize("dictionary", KNOWN_DICTIONARIES)
def test_a_table_knows_itself(dictionary: int) -> None:
    """Number, source and size; every token is found where it is spelled."""
    table = token_table(dictionary)
    assert table.dictionary == dictionary
    version = {2: "6.17.16", 3: "7.0.0-rc13"}[dictionary]
    assert table.source == f"npm baileys {version}, lib/WABinary/constants.js"
    assert len(table.single) == 256
    assert [len(tokens) for tokens in table.double] == [256] * 4
    assert len(table.spellings) == 235 + 4 * 256
    for text, spelling in table.spellings.items():
        if len(spelling) == 1:
            assert table.single[spelling[0]] == text
        else:
            assert table.double[spelling[0] - tags.DICTIONARY_0][spelling[1]] == text


@pytest.mark.parametrize(
    ("dictionary", "token", "spelling"),
    [(number, *example) for number, examples in EXAMPLES.items() for example in examples.items()],
)
def test_a_token_of_a_call_stanza(dictionary: int, token: str, spelling: str) -> None:
    """The tokens that this project is about stand where they were read by others."""
    assert token_table(dictionary).spellings[token].hex() == spelling


def test_a_table_is_read_once() -> None:
    """Tables are shared, and do not print their tokens."""
    assert token_table(3) is token_table(3)
    assert "preaccept" not in repr(token_table(3))


@pytest.mark.parametrize("dictionary", [0, 1, 4, 255, -1])
def test_an_unknown_dictionary_has_no_table(dictionary: int) -> None:
    """The caller's mistake is told with the numbers that there are."""
    with pytest.raises(ValueError, match=f"no token table for dictionary {dictionary}: there are 2 and 3"):
        token_table(dictionary)


@pytest.mark.parametrize(("version", "nearest"), [(0, 2), (1, 2), (2, 2), (3, 3), (4, 3), (255, 3)])
def test_the_nearest_dictionary(version: int, nearest: int) -> None:
    """An unknown version is tried with the table that is nearest to it."""
    assert nearest_dictionary(version) == nearest


def small_table(**changes: Any) -> str:
    source = {"package": "p", "version": "1", "path": "f.js"}
    table = {"source": source, "dictionary": 9, "single": ["", "a"], "double": [["b"], ["c", "d"], [], []]}
    return json.dumps({**table, **changes})


def test_a_table_may_be_smaller() -> None:
    """Lists may be shorter than their index space."""
    table = parse_table(small_table())
    assert table.single[:3] == ("", "a", None)
    assert table.double == (("b",), ("c", "d"), (), ())
    assert table.spellings == {"a": b"\x01", "b": b"\xec\x00", "c": b"\xed\x00", "d": b"\xed\x01"}
    assert (table.dictionary, table.source) == (9, "npm p 1, f.js")


REFUSED = [
    ({"single": ["", "a", "a"]}, "token 'a' stands at 01 and 02"),
    ({"double": [["b"], ["a"], [], []]}, "token 'a' stands at 01 and ed00"),
    ({"double": [["b", "b"], [], [], []]}, "token 'b' stands at ec00 and ec01"),
    ({"double": [[""], [], [], []]}, "token '' stands at 00 and ec00"),
    ({"single": ["a"]}, "byte 0 must be the empty text"),
    ({"single": ["a", ""]}, "byte 0 must be the empty text"),
    ({"single": []}, "byte 0 must be the empty text"),
    ({"single": ["", *map(str, range(236))]}, "237 single-byte tokens, there is room for 236"),
    (
        {"double": [[str(n) for n in range(257)], [], [], []]},
        "257 tokens in dictionary 0, there is room for 256",
    ),
    ({"double": [[], [], []]}, "3 dictionaries, there must be 4"),
    ({"double": [[], [], [], [], []]}, "5 dictionaries, there must be 4"),
]


@pytest.mark.parametrize(("changes", "message"), REFUSED)
def test_a_broken_table_is_refused(changes: dict[str, Any], message: str) -> None:
    """A token that stands twice or has no index is an error of the data file."""
    with pytest.raises(ValueError, match=message):
        parse_table(small_table(**changes))


def test_full_lists_are_accepted() -> None:
    """A list may fill its index space to the last byte."""
    single = ["", *(f"s{n}" for n in range(235))]
    double = [[f"d{dictionary}-{n}" for n in range(256)] for dictionary in range(4)]
    assert len(parse_table(small_table(single=single, double=double)).spellings) == 235 + 4 * 256


def test_the_data_files_are_those_of_the_known_dictionaries() -> None:
    """No file lies about unused, and each says its own number."""
    folder = files("ringback.wire.wabinary").joinpath("data")
    names = {
        file.name: json.loads(file.read_text(encoding="utf-8"))["dictionary"] for file in folder.iterdir()
    }
    assert names == {f"tokens-{number}.json": number for number in KNOWN_DICTIONARIES}
