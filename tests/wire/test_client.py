"""The client's own words: names of enum values, numbers without a name, text that is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.wire.client import MAX_TEXT, identify
from ringback.wire.events import ClientIdentified
from support.noise_peer import client_payload, proto


def test_a_linked_web_client() -> None:
    """Platform, version and device are facts; the push name is nowhere."""
    client = identify(client_payload())
    assert client == ClientIdentified(
        platform="WEB",
        version="2.3000.1025",
        device=7,
        username="100001",
        detail=(
            ("os version", "0.1"),
            ("manufacturer", "Example"),
            ("model", "Desktop"),
            ("release channel", "RELEASE"),
            ("web sub-platform", "WEB_BROWSER"),
        ),
    )
    assert "Alice" not in repr(client)


@pytest.mark.parametrize(
    ("number", "name"), [(0, "ANDROID"), (1, "IOS"), (12, "SMB_IOS"), (24, "MACOS"), (37, "AR_WRIST")]
)
def test_platform_names(number: int, name: str) -> None:
    """Numbers of the published set have the published name, its first and last included."""
    assert identify(client_payload(platform=number)).platform == name


@pytest.mark.parametrize("number", [38, 77, 2**31 - 1])
def test_platforms_outside_the_set_stay_numbers(number: int) -> None:
    """A new platform is shown, not dropped."""
    assert identify(client_payload(platform=number)).platform == f"platform-{number}"


def test_a_negative_enum_value() -> None:
    """Enums are signed on the wire: minus one is ten bytes long and shown as it is."""
    assert identify(proto((5, proto((1, 2**64 - 1))))).platform == "platform--1"


def test_other_numbers_outside_their_set() -> None:
    """Release channel, web sub-platform and companion platform keep unknown numbers too."""
    payload = proto((5, proto((10, 9))), (6, proto((4, 6))), (19, proto((8, proto((3, 99))))))
    assert identify(payload).detail == (
        ("release channel", "channel-9"),
        ("web sub-platform", "sub-platform-6"),
        ("companion platform", "platform-99"),
    )


def test_a_pairing_client_has_no_device() -> None:
    """Without device and username the client is being paired; its platform is still a fact."""
    client = identify(client_payload(device=None, username=None))
    assert (client.platform, client.device, client.username) == ("WEB", None, None)


def test_nothing_stated() -> None:
    """An empty payload is legal protobuf: nothing is invented for it."""
    assert identify(b"") == ClientIdentified("not stated", "", None, None, ())


def test_a_payload_that_is_none() -> None:
    """What opened but is no ClientPayload is said to be so."""
    assert identify(b"\xff\xff") == ClientIdentified(
        "unreadable", "", None, None, (("payload", "no ClientPayload in 2 bytes"),)
    )


def test_text_is_bounded_and_need_not_be_utf8() -> None:
    """Text facts are cut at the limit and never raise."""
    long = identify(proto((5, proto((5, b"\xff" + b"x" * MAX_TEXT))))).detail
    assert long == (("os version", "\ufffd" + "x" * (MAX_TEXT - 1)),)


@given(st.binary(max_size=60))
def test_any_payload_gives_a_client(payload: bytes) -> None:
    """Hostile bytes are a client without facts at worst, never an exception."""
    assert isinstance(identify(payload), ClientIdentified)
