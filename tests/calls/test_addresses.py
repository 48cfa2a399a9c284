"""When two addresses mean one device."""

import pytest

from ringback.calls import addressing_mode, same_account, same_device, same_value
from ringback.stanza import Jid


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        ("A@s.whatsapp.net", "pn"),
        ("A@c.us", "pn"),
        ("A:99@hosted", "pn"),
        ("A@lid", "lid"),
        ("A:99@hosted.lid", "lid"),
        ("CALLID-0001@call", None),
        ("120000@g.us", None),
        ("@s.whatsapp.net", None),
    ],
)
def test_addressing_modes(text: str, mode: str | None) -> None:
    """Phone numbers and LIDs are the two modes; a server, a call or a group is no account."""
    assert addressing_mode(Jid.parse(text)) == mode


@pytest.mark.parametrize(
    ("one", "other", "account", "device"),
    [
        ("A@lid", "A@lid", True, True),
        ("A@lid", "A:0@lid", True, True),
        ("A.0:7@s.whatsapp.net", "A:7@s.whatsapp.net", True, True),
        ("A:99@hosted.lid", "A:99@lid", True, True),
        ("A@c.us", "A@s.whatsapp.net", True, True),
        ("A:1@lid", "A:2@lid", True, False),
        ("A:1@lid", "B:1@lid", False, False),
        ("A:1@lid", "A:1@s.whatsapp.net", None, None),
        ("A@call", "A@call", None, None),
    ],
)
def test_devices_compare_within_one_mode(
    one: str, other: str, account: bool | None, device: bool | None
) -> None:
    """Bare means device 0; across modes the answer is that it cannot be told; the order does not matter."""
    first, second = Jid.parse(one), Jid.parse(other)
    assert same_account(first, second) is same_account(second, first) is account
    assert same_device(first, second) is same_device(second, first) is device


def test_an_unknown_address_cannot_be_compared() -> None:
    """No address is neither the same nor another device."""
    assert same_device(None, Jid.parse("A@lid")) is None
    assert same_account(Jid.parse("A@lid"), None) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Jid.parse("A:1@lid"), "A:1@lid", True),
        (Jid.parse("A:1@lid"), Jid.parse("A@lid"), False),
        (Jid.parse("A:1@lid"), Jid.parse("A:1@s.whatsapp.net"), None),
        (Jid.parse("C@call"), Jid.parse("C@call"), True),
        (Jid.parse("C@call"), Jid.parse("A@lid"), False),
        ("text", "text", True),
        ("text", "texts", False),
        ("text", None, None),
        (None, "text", None),
    ],
)
def test_values_compare_as_addresses_or_literally(
    one: Jid | str | None, other: Jid | str | None, same: object
) -> None:
    """Addresses of accounts compare by device also where one is spelled as text, all else by its text."""
    assert same_value(one, other) is same
