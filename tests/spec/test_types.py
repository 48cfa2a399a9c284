"""Lexical forms: what each type admits, in Python and in libxml2 alike."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec import structs

from ringback.check.types import describe_range, describe_type, in_range, matches_type
from ringback.spec.model import BASE_TYPES
from ringback.spec.types import Form, form_of, range_of
from ringback.stanza import Jid
from support.nodes import any_jid, any_text

PORT = range_of("port", "int") or Form("")
ENUMS = {"media": ("audio", "video", "7", "_x0041_")}

ADMITTED = {
    "string": ["", " ", "anything at all", "\x00", "é", "\udc80"],
    "bytes": ["", "0105f7", "\udcff"],
    "int": ["0", "7", "-1", "007", "18446744073709551615", "-9223372036854775808", "9" * 20],
    "hex": ["0", "0105f709e4bb13", "ABCDEF", "abcde"],
    "bool": ["true", "false", "1", "0"],
    "jid": [
        "A@s.whatsapp.net",
        "B.0:7@s.whatsapp.net",
        "B:7@lid",
        "@s.whatsapp.net",
        "CALLID@call",
        "12345-9@interop",
        "A.B.7@lid",
        "A.0777@lid",
        "1234567-1@g.us",
        "00-A@lid",
        "A:99999@hosted.lid",
    ],
    "timestamp": ["0", "1700000000", "1779000000"],
    "enum:media": ["audio", "video", "7", "_x0041_"],
}
REFUSED = {
    "int": ["", "+1", " 1", "1 ", "1\n", "1.5", "0x1F", "1e3", "٣", "-", "9" * 21, "A@lid"],
    "hex": ["", "0x01", "01 05", "g", "-1"],
    "bool": ["", "True", "yes", "2", "on", " true"],
    "jid": [
        "",
        "A",
        "s.whatsapp.net",
        "A@",
        "A@LID",
        "A@9",
        "A B@lid",
        "A\u00a0B@lid",
        "A\n@lid",
        "A@lid\n",
        "A:@lid",
        "A:007@lid",
        "A.01@lid",
        "A.01:7@lid",
        "A:100000@lid",
        "A@B@lid",
        "00-A@interop",
        "A/B@lid",
    ],
    "timestamp": ["", "-1", "1700000000000", "1.7e9", "2026-11-22"],
    "enum:media": ["", "AUDIO", "audio ", "screen"],
}


def pairs(table: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, values in table.items() for value in values]


@pytest.mark.parametrize(("type_name", "value"), pairs(ADMITTED))
def test_a_value_of_the_type_matches(type_name: str, value: str) -> None:
    """Each type admits what the wire spells it as."""
    assert matches_type(value, type_name, ENUMS)


@pytest.mark.parametrize(("type_name", "value"), pairs(REFUSED))
def test_a_value_of_another_type_does_not_match(type_name: str, value: str) -> None:
    """Each type refuses what is near it: other alphabets, white space, other spellings of a number."""
    assert not matches_type(value, type_name, ENUMS)


def test_every_type_of_the_model_has_a_form() -> None:
    """The table of forms covers the model's types, and each is in one of the two tables above."""
    for name in BASE_TYPES:
        assert form_of(name, {}).words
        assert name in ADMITTED


def test_an_unknown_type_is_the_callers_fault() -> None:
    """The loader lets no other type through, so one that comes here is a mistake in the code."""
    with pytest.raises(ValueError, match="no attribute type 'float'"):
        matches_type("1", "float", {})


def test_an_enum_that_is_not_loaded_admits_anything_and_says_so() -> None:
    """Without the corpus' enums folder nothing is known of the values, which must not read as a match."""
    assert matches_type("never heard of", "enum:reasons", ENUMS)
    assert describe_type("enum:reasons", ENUMS) == "any text, for the enum reasons is not loaded"
    assert describe_type("enum:media", ENUMS) == "one of audio, video, 7, _x0041_"


@pytest.mark.parametrize("value", ["0", "1", "3478", "65535", "00080", "00000000000000065535"])
def test_a_port_in_range(value: str) -> None:
    """An int called port is 0 to 65535, with as many leading zeros as an int may have."""
    assert matches_type(value, "int", {})
    assert in_range(value, "port", "int")


@pytest.mark.parametrize("value", ["65536", "65540", "65600", "66000", "70000", "100000", "-1", "9" * 20])
def test_a_port_out_of_range(value: str) -> None:
    """What no UDP port can be is out of range although it is an int."""
    assert matches_type(value, "int", {})
    assert not in_range(value, "port", "int")


def test_only_an_int_called_port_has_a_range() -> None:
    """A latency may be any number, and a port that the model calls a string is judged as a string."""
    assert in_range("70000", "latency", "int")
    assert in_range("none", "port", "string")
    assert describe_range("latency", "int") is None
    assert describe_range("port", "int") == "a UDP port, 0 to 65535"


@given(st.integers(-10, 70000))
def test_the_port_range_is_the_arithmetic_one(number: int) -> None:
    """The pattern says what the numbers 0 and 65535 say."""
    assert in_range(str(number), "port", "int") is (0 <= number <= 0xFFFF)


@given(st.from_regex(PORT.pattern or "", fullmatch=True, alphabet=st.characters(codec="ascii")))
def test_every_port_is_an_int(text: str) -> None:
    """The range narrows the type: nothing is in range that is not of the type."""
    assert matches_type(text, "int", {})


@given(
    any_text
    | st.from_regex(r"[0-9-]{0,3}[a.0]{0,4}(\.[0-9]{1,4})?(:[0-9]{1,6})?@[a-zA-Z.]{1,7}", fullmatch=True)
)
@example("A\x85@lid")
@example("A\u3000@lid")
@example("01-A@interop")
@example("_x0041_@lid")
def test_a_text_is_an_address_where_the_address_reader_says_so(text: str) -> None:
    """The pattern of `jid` is the language that `Jid.parse` reads, save for characters XML does not allow."""
    if any(char.isspace() and char < " " and char not in "\t\n\r" for char in text):
        return
    assert matches_type(text, "jid", {}) is (Jid.maybe_parse(text) is not None)


@given(any_jid, st.text("Ab01@:.-"), st.sampled_from(["lid", "interop", "s.whatsapp.net", "call"]))
def test_an_address_off_the_wire_is_one_although_its_user_holds_separators(
    jid: Jid, user: str, server: str
) -> None:
    """XML escapes such a user, so the value stays the address that the wire said it is."""
    assert matches_type(structs.replace(jid, user=user, server=server), "jid", {})


@pytest.mark.parametrize("jid", [Jid("A B", "lid"), Jid("A", "LID"), Jid("A", "")])
def test_an_address_that_no_server_has_is_none(jid: Jid) -> None:
    """A JID tag around rubbish does not make it an address."""
    assert not matches_type(jid, "jid", {})
