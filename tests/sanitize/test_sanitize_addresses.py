from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringback.sanitize.addresses import Addresses
from ringback.sanitize.identities import Identities

DOCUMENTATION = [
    ipaddress.ip_network(net)
    for net in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
]


def is_documentation(text: str) -> bool:
    address = ipaddress.ip_address(text)
    return any(address in net for net in DOCUMENTATION if net.version == address.version)


@pytest.mark.parametrize(
    ("text", "placeholder"),
    [
        ("8.8.4.4", "192.0.2.1"),
        ("8.8.4.4:3478", "192.0.2.1:3478"),
        ("2a00::5", "2001:db8::1"),
        ("2A00:0:0::0005", "2001:db8::1"),
        ("[2a00::5]:443", "[2001:db8::1]:443"),
        ("::ffff:8.8.4.4", "2001:db8::1"),
        ("fe80::1%an eth0 of mine", "2001:db8::1"),
        ("203.0.113.20", "203.0.113.20"),
        ("2001:db8::ffff", "2001:db8::ffff"),
    ],
)
def test_an_address_becomes_one_of_the_documentation(text: str, placeholder: str) -> None:
    """Any spelling of an address becomes a documentation address; ports and documentation addresses stay."""
    assert Addresses(Identities()).text(text) == placeholder


@pytest.mark.parametrize(
    "text", ["", "opus", "8.8.4", "8.8.4.4:", "[8.8.4.4", "8.8.4.4:123456", "1" * 65, ":"]
)
def test_what_is_no_address_is_none(text: str) -> None:
    """None tells that a text is no address; it is not cropped or guessed at."""
    assert Addresses(Identities()).text(text) is None


def test_a_documentation_address_with_free_text_in_it_does_not_pass() -> None:
    """Only the low end of 2001:db8::/32 passes: the rest has room for a phone number."""
    assert Addresses(Identities()).text("2001:db8:1555:0000:001::") == "2001:db8::1"


def test_one_address_is_one_placeholder_in_every_form() -> None:
    """Text and packed bytes of one address agree; the packed port stays as it is."""
    addresses = Addresses(Identities())
    packed = addresses.packed(bytes([8, 8, 4, 4]) + (3478).to_bytes(2, "big"))
    assert packed == bytes([192, 0, 2, 1]) + (3478).to_bytes(2, "big")
    assert addresses.text("8.8.4.4") == "192.0.2.1"
    assert addresses.text("8.8.8.8") == "192.0.2.2"


@pytest.mark.parametrize("length", [0, 5, 7, 17, 19])
def test_other_lengths_are_no_packed_address(length: int) -> None:
    """Only 6 and 18 bytes are packed addresses with a port."""
    assert Addresses(Identities()).packed(bytes(length)) is None


def test_more_addresses_than_the_documentation_has() -> None:
    """759 IPv4 addresses are told apart; all further ones share one, still of the documentation."""
    addresses = Addresses(Identities())
    addresses.text("192.0.2.7")
    given = [addresses.text(f"8.8.{number // 256}.{number % 256}") for number in range(1000)]
    assert None not in given
    assert all(is_documentation(text) for text in given if text)
    assert len(set(given[:758])) == 758
    assert set(given[758:]) == {"203.0.113.254"}
    assert "192.0.2.7" not in given


@settings(max_examples=100)
@given(st.lists(st.ip_addresses(), max_size=20))
def test_no_address_survives(raw: list[ipaddress.IPv4Address | ipaddress.IPv6Address]) -> None:
    """Every address becomes one of the documentation, the same one each time, which stands for itself."""
    addresses = Addresses(Identities())
    for address in raw:
        text = addresses.text(str(address))
        assert text is not None
        assert is_documentation(text)
        assert text == addresses.text(str(address)) == addresses.text(text)
        packed = addresses.packed(address.packed + b"\x0d\x96")
        assert packed == ipaddress.ip_address(text).packed + b"\x0d\x96"
