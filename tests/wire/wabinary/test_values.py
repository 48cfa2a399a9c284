"""`wire.wabinary.values`: every way to spell a value, and every way to get it wrong."""

from __future__ import annotations

import dataclasses
import tracemalloc

import pytest

from ringback.errors import DecodeError
from ringback.stanza import Jid, Value
from ringback.wire.wabinary import decode, encode, token_table
from ringback.wire.wabinary.values import EndOfDataError
from support.wabinary_cases import READ, WRITTEN, frame, with_attribute, with_content

TABLE = token_table(3)

NO_VALUE = ["f0", "f1", "f2", "f3", "f4", "f8", "f9"]
"""First bytes of no value: unused ones, and lists."""

WRONG = [
    *((first, 0, "the first byte of a value", first) for first in NO_VALUE),
    ("ec", 1, "the index of a token", "end of data"),
    ("fc", 1, "a length", "end of data"),
    ("fc02", 2, "a binary of 2 bytes", "end of data"),
    ("fc0261", 2, "a binary of 2 bytes", "end of data after 1"),
    ("fd0000", 1, "a length of 3 bytes", "end of data after 2"),
    ("fd00010061", 4, "a binary of 256 bytes", "end of data after 1"),
    ("fe000000", 1, "a length of 4 bytes", "end of data after 3"),
    ("feffffffff61", 5, "a binary of 4294967295 bytes", "end of data after 1"),
    ("ff", 1, "the length of a packed text", "end of data"),
    ("ff02", 2, "a packed text of 2 bytes", "end of data"),
    ("ff80", 1, "at least one byte in a packed text of odd length", "80"),
    ("fb80", 1, "at least one byte in a packed text of odd length", "80"),
    ("ff01c1", 2, "half bytes 0 to 9, a, b or f", "c1"),
    ("ff03" + "12341e", 4, "half bytes 0 to 9, a, b or f", "1e"),
    ("ff811d", 2, "half bytes 0 to 9, a, b or f", "1d"),
    ("fa", 1, "a text", "end of data"),
    ("fa0000", 2, "a server", "00"),
    ("fa64fc00", 2, "a server", "fc"),
    ("fa64", 2, "a text", "end of data"),
    ("fafa000303", 1, "the first byte of a text", "fa"),
    ("fa64f70001ff0112", 2, "the first byte of a text", "f7"),
    ("f7", 1, "a domain", "end of data"),
    ("f700", 2, "a device", "end of data"),
    ("f70001f8", 3, "the first byte of a text", "f8"),
    ("f6640001", 4, "a text", "end of data"),
    ("f66400", 2, "a device of 2 bytes", "end of data after 1"),
    ("f664000103", 4, "the server 'msgr'", "03"),
    ("f56400010002cc", 6, "the server 'interop'", "cc"),
    ("f564000100", 4, "an integrator of 2 bytes", "end of data after 1"),
]
"""Value bytes; of the error: offset within the value, expected, got."""


@pytest.mark.parametrize(("spelled", "value"), WRITTEN + READ)
def test_a_value_is_read(spelled: str, value: Value) -> None:
    """The spelling gives the value, its kind included, and uses all of its bytes."""
    decoded = decode(with_attribute(spelled), TABLE)
    assert decoded.node.attrs == {"id": value}
    assert type(decoded.node.attrs["id"]) is type(value)
    assert decoded.trailing == 0


@pytest.mark.parametrize(("spelled", "value"), WRITTEN)
def test_a_value_is_written(spelled: str, value: Value) -> None:
    """The value has this one spelling."""
    node = decode(with_attribute(spelled), TABLE).node
    assert encode(node, TABLE) == with_attribute(spelled)


@pytest.mark.parametrize(("spelled", "value"), WRITTEN + READ)
def test_a_tag_or_a_name_is_read_in_any_spelling(spelled: str, value: Value) -> None:
    """Whatever spells a value spells a tag and a name too; an address is then its text. No tag is empty."""
    text = str(value)
    assert decode(frame(f"f80364{spelled}08"), TABLE).node.attrs == {text: "id"}
    if text:
        assert decode(frame(f"f801{spelled}"), TABLE).node.tag == text


@pytest.mark.parametrize(("spelled", "value"), WRITTEN + READ)
def test_a_value_in_the_place_of_content(spelled: str, value: Value) -> None:
    """A token and packed text are text, an address is an address; a binary is bytes, an empty list a list."""
    content = decode(with_content(spelled), TABLE).node.content
    if spelled[:2] in {"fc", "fd", "fe"}:
        assert isinstance(value, str)
        assert content == value.encode(errors="surrogateescape")
    else:
        assert content == (() if spelled == "00" else value)


@pytest.mark.parametrize(("spelled", "offset", "expected", "got"), WRONG)
def test_a_wrong_value_is_located(spelled: str, offset: int, expected: str, got: str) -> None:
    """The error names the byte, the path, what should have stood there and what did."""
    with pytest.raises(DecodeError) as refused:
        decode(with_attribute(spelled), TABLE)
    assert dataclasses.astuple(refused.value) == (4 + offset, "call/@id", expected, got)
    assert isinstance(refused.value, EndOfDataError) == got.startswith("end of data")


def test_data_that_ends_before_a_value() -> None:
    """A value that does not even begin is located behind the last byte."""
    with pytest.raises(EndOfDataError, match="byte 8 in call/@to: expected a value, got end of data"):
        decode(frame("f8056408fc016111"), TABLE)


def test_a_message_has_all_four_fields() -> None:
    """One line says everything."""
    with pytest.raises(DecodeError) as refused:
        decode(with_attribute("f1"), TABLE)
    assert str(refused.value) == ("wabinary: byte 4 in call/@id: expected the first byte of a value, got f1")


@pytest.mark.parametrize(("dictionary", "spelled"), [(number, f"{0xEC + number:02x}") for number in range(4)])
def test_a_dictionary_may_be_shorter(dictionary: int, spelled: str) -> None:
    """An index behind the end of a dictionary is an error, as is one into an empty dictionary."""
    double: list[tuple[str, ...]] = [("zero", "one")] * 4
    table = dataclasses.replace(TABLE, double=tuple(double))
    assert decode(with_attribute(f"{spelled}01"), table).node.attrs == {"id": "one"}
    with pytest.raises(DecodeError, match="byte 5 in call/@id: expected an index below 2, got 02"):
        decode(with_attribute(f"{spelled}02"), table)
    double[dictionary] = ()
    with pytest.raises(DecodeError, match="expected an index below 0, got 00"):
        decode(with_attribute(f"{spelled}00"), dataclasses.replace(TABLE, double=tuple(double)))


def test_a_single_byte_table_may_be_shorter() -> None:
    """A byte behind the end of the single-byte tokens is no value."""
    table = dataclasses.replace(TABLE, single=(*TABLE.single[:101], *[None] * 155))
    assert decode(frame("f80164"), table).node.tag == "call"
    with pytest.raises(DecodeError, match="byte 2 in root: expected the first byte of a value, got 65"):
        decode(frame("f80165"), table)


def test_an_address_in_an_address_cannot_nest() -> None:
    """A frame of nothing but JID_PAIR bytes is refused at the second, not followed down."""
    with pytest.raises(DecodeError, match=r"byte 5 in call/@id: expected the first byte of a text, got fa"):
        decode(with_attribute("fa" * 1_000_000), TABLE)


@pytest.mark.parametrize("claim", ["feffffffff", "fe7fffffff", "fdffffff"])
def test_nothing_is_reserved_for_a_claim(claim: str) -> None:
    """A length of gigabytes costs no memory."""
    tracemalloc.start()
    try:
        with pytest.raises(DecodeError, match="end of data after 1"):
            decode(with_content(claim + "00"), TABLE)
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()


def test_device_zero_prints_bare() -> None:
    """The first device of an account is the account's bare address."""
    value = decode(with_attribute("f70100ff0112"), TABLE).node.attrs["id"]
    assert value == Jid("12", "lid")
    assert str(value) == "12@lid"


def test_an_unknown_domain_is_kept() -> None:
    """A domain byte that names no server stands as the agent, so that it is shown and not lost."""
    value = decode(with_attribute("f70702ff0112"), TABLE).node.attrs["id"]
    assert str(value) == "12.7:2@s.whatsapp.net"
