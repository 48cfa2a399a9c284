from __future__ import annotations

import pytest

from ringback.sanitize import keep
from ringback.wire.wabinary import KNOWN_DICTIONARIES, token_table


@pytest.mark.parametrize("dictionary", KNOWN_DICTIONARIES)
def test_tokens_of_every_dictionary_are_words(dictionary: int) -> None:
    """A token stands for itself whichever dictionary it is in, unless it is as long as a number or a key."""
    tokens = [token for token in token_table(dictionary).spellings if token]
    kept = [token for token in tokens if keep.is_protocol_word(token)]
    assert len(kept) > 0.99 * len(tokens)
    for token in set(tokens) - set(kept):
        assert sum(character.isdigit() for character in token) > 4


@pytest.mark.parametrize(
    "name",
    [
        "call",
        "te2",
        "call-creator",
        "stream:error",
        "p2p-cand-round",
        "peer_abtest_bucket_id_list",
        "x",
        "joinable",
        "relay_quota",
        "peer_latency_v2",
        "frobnicated-call-state",
    ],
)
def test_names_of_the_protocol_stand(name: str) -> None:
    """Names that are plainly names stand, known or not: a new one is what a researcher looks for. Where it
    has several words, the protocol knows one of them."""
    assert keep.is_plain_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "15550000001",
        "te15550",
        "a1b2c3d4e5",
        "MTU1NTAwMDAwMDE",
        "Alice",
        "two words",
        "with\x1b[31m",
        "rtl\u202e",
        "zażółć",
        "-dash",
        "x" * 25,
        "alice-example",
        "bob_example",
        "bob.example.4917",
        "call.creator",
        "abc123",
        "x8.8.4.4",
        "x-2a00::1",
        "x\n",
    ],
)
def test_other_names_do_not(name: str) -> None:
    """A name with capitals, blanks, five digits, foreign letters or control characters is none,
    nor one with dots, more than 24 characters, three digits, or several words all foreign to the protocol."""
    assert not keep.is_plain_name(name)


@pytest.mark.parametrize(
    ("text", "attribute"),
    [
        ("opus", "enc"),
        ("16000", "rate"),
        ("-1", "rtt"),
        ("999999", "n"),
        ("uncallable", "reason"),
        ("2.3000.1039501489", "version"),
        ("2.25.37.76", "version"),
        ("33554561", "latency"),
    ],
)
def test_values_that_identify_nobody_stand(text: str, attribute: str) -> None:
    """Words of the protocol, short numbers, versions and latencies stand."""
    assert keep.is_plain_value(text, attribute)


@pytest.mark.parametrize(
    ("text", "attribute"),
    [
        ("1000000", "n"),
        ("15550000001", "version"),
        ("2.15550000001", "version"),
        ("2.1555.0000.001.1555.0000", "version"),
        ("8.8.4.4", "version"),
        ("2.25.37.76", "ip"),
        ("33554431", "latency"),
        ("33619968", "latency"),
        ("33554561", "rtt"),
        ("٣٤٥", "n"),
        ("12\n", "n"),
        ("+49", "n"),
        ("hello", "type"),
    ],
)
def test_other_values_do_not(text: str, attribute: str) -> None:
    """Everything else is denied, also what would stand in another attribute."""
    assert not keep.is_plain_value(text, attribute)


@pytest.mark.parametrize("content", ["0105f709e4bb13", "0105ff09e4bb07", "0105f709", "0105f709e4bb13ff"])
def test_capabilities_as_seen_stand(content: str) -> None:
    """Contents that begin as those of public captures are shown, up to eight bytes."""
    assert keep.is_plain_capability(bytes.fromhex(content))


@pytest.mark.parametrize(
    "content",
    [
        bytes(4),
        bytes.fromhex("0105f709e4bb13ff00"),
        bytes.fromhex("0104f709e4bb13"),
        bytes([198, 18, 7, 9, 13, 150]),
        b"\x01\x05hello",
        b"15550000001",
        bytes.fromhex("01055550000001ff"),
    ],
)
def test_other_capabilities_do_not(content: bytes) -> None:
    """Other beginnings, longer contents, text, and ten packed digits in a row are not shown."""
    assert not keep.is_plain_capability(content)


@pytest.mark.parametrize("text", ["WEB", "SMB_ANDROID", "platform-77", "not stated"])
def test_words_of_our_own_about_a_client_stand(text: str) -> None:
    """Names of published values, and what stands in for one that is not published."""
    assert keep.is_plain_description(text)


@pytest.mark.parametrize(
    "text", ["", "platform-15550000001", "1 555 000 0001", "Anna's", "x" * 41, "a\x1b[0m"]
)
def test_other_words_about_a_client_do_not(text: str) -> None:
    """Numbers in any grouping, quotes, control characters and long texts do not."""
    assert not keep.is_plain_description(text)


@pytest.mark.parametrize("text", ["0.1", "10.0.19045", "17", "2.3000.1"])
def test_versions_of_a_system_stand(text: str) -> None:
    """Digits and dots."""
    assert keep.is_plain_release(text)


@pytest.mark.parametrize(
    "text", ["", "17 beta", "Anna", "1.555.0000.0001", "15550000001", "1.2.3.4.5", "1.", "1\n"]
)
def test_other_versions_do_not(text: str) -> None:
    """Words, more than nine digits and more than four numbers do not."""
    assert not keep.is_plain_release(text)


@pytest.mark.parametrize(
    ("text", "plain"), [("Desktop", True), ("desktop", False), ("Anna Examples iPhone", False)]
)
def test_a_device_stands_only_where_known_clients_send_it(text: str, plain: bool) -> None:
    """Whatever else stands there, its owner may have called it so."""
    assert keep.is_plain_model(text) is plain


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("live", True),
        ("single-callee.flows", True),
        ("2026-11-22-2.flows", True),
        ("", True),
        ("15550000001.flows", False),
        ("call-with-12345.flows", False),
        ("0555-000-1234.flows", False),
        ("anna@example.flows", False),
        ("found.jsonl: mine.flows", True),
        ("10.0.0.1.flows", False),
        ("fe80::1.flows", False),
        ("at 9:31.flows", False),
        ("a1b2c3d4e5f6.flows", False),
        ("072-yowsup887-reject-unsupported-audio-caps-2015.xml", False),
    ],
)
def test_names_of_captures(name: str, plain: bool) -> None:
    """A name stands unless it holds many digits or what a scan of exports takes for something."""
    assert keep.is_plain_file(name) is plain
