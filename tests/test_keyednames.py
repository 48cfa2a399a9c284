"""Keyed names: stable, shaped like what they stand for, and worth nothing without the secret."""

from __future__ import annotations

import ipaddress
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.keyednames import MAX_LENGTH, KeyedName, KeyedNames

NAMES = KeyedNames(b"k" * 32)
OTHER = KeyedNames(b"o" * 32)


@pytest.mark.parametrize(
    ("raw", "shape"),
    [
        ("15550000001", "d11"),
        ("-42", "n3"),
        ("00aaff", "h6"),
        ("00AAFF", "H6"),
        ("00AaFf", "x6"),
        ("Made Up Person", "t14"),
        ("\u0661\u0662", "t2"),
        ("", "t0"),
    ],
)
def test_a_name_tells_form_and_length_of_what_it_stands_for(raw: str, shape: str) -> None:
    """Digits, hex in either case and other text are told apart; nothing else of the value is."""
    assert re.fullmatch(f"u-{shape}-[a-z]{{10}}", NAMES.name("u", raw))


@given(st.text(), st.sampled_from("ugcsnt"))
def test_a_name_parses_back_into_its_parts(raw: str, kind: str) -> None:
    """Every name is one that `KeyedName` knows, spelled the same again."""
    name = NAMES.name(kind, raw)
    parsed = KeyedName.maybe_parse(name)
    assert parsed is not None
    assert str(parsed) == name
    assert (parsed.kind, parsed.length) == (kind, len(raw))


def test_names_depend_on_secret_kind_and_value_alone() -> None:
    """The same twice; another secret, kind or value gives another name."""
    assert NAMES.name("u", "1") == KeyedNames(b"k" * 32).name("u", "1")
    letters = {name.name(kind, raw)[-10:] for name in (NAMES, OTHER) for kind in "uc" for raw in "12"}
    assert len(letters) == 8
    assert NAMES.realm != OTHER.realm


@pytest.mark.parametrize("length", [MAX_LENGTH, MAX_LENGTH + 1, 3 * MAX_LENGTH])
def test_a_length_is_capped(length: int) -> None:
    """A length of seven digits could pass for a number."""
    assert NAMES.name("t", "x" * length).startswith("t-t999999-")


@pytest.mark.parametrize(
    "text", ["", "u-d14-short", "u-d14-KQFWZHTBRA", "q-d14-kqfwzhtbra", "u-d14-kqfwzhtbra "]
)
def test_what_is_no_name_is_none(text: str) -> None:
    """Kind, form, length and ten letters: nothing else."""
    assert KeyedName.maybe_parse(text) is None


DOCUMENTED = [
    ipaddress.ip_network(net)
    for net in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
]


def is_documented(text: str) -> bool:
    address = ipaddress.ip_address(text)
    return any(address in net for net in DOCUMENTED)


@given(st.ip_addresses(), st.integers(0, 65535))
def test_an_address_becomes_one_for_documentation(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address, port: int
) -> None:
    """As text, as text with a port, and packed: one and the same address, the port kept."""
    alone = NAMES.address(str(address))
    assert alone is not None
    assert is_documented(alone)
    spelled = f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"
    expected = f"[{alone}]:{port}" if address.version == 6 else f"{alone}:{port}"
    assert NAMES.address(spelled) == expected
    packed = NAMES.packed(address.packed + port.to_bytes(2, "big"))
    assert packed == ipaddress.ip_address(alone).packed + port.to_bytes(2, "big")


@pytest.mark.parametrize("text", ["", "opus", "1.2.3", "300.1.1.1:80", "[1.2.3.4", "1" * 65])
def test_what_is_no_address_is_none(text: str) -> None:
    """Neither an address nor one with a port."""
    assert NAMES.address(text) is None


def test_packed_lengths_of_no_address_are_none() -> None:
    """Six or eighteen bytes; nothing else is an address and a port."""
    assert [length for length in range(30) if NAMES.packed(bytes(length)) is not None] == [6, 18]
