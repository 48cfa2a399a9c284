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
    ["call", "te2", "call-creator", "stream:error", "p2p-cand-round", "peer_abtest_bucket_id_list", "x"],
)
def test_names_of_the_protocol_stand(name: str) -> None:
    """Names that are plainly names stand, known or not: a new one is what a researcher looks for."""
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
        "x" * 49,
        "x8.8.4.4",
        "x-2a00::1",
        "x\n",
    ],
)
def test_other_names_do_not(name: str) -> None:
    """A name with capitals, blanks, five digits, foreign letters or control characters is none."""
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


@pytest.mark.parametrize("content", ["0105f709e4bb13", "0105ff09e4bb07", "0103f70f3e", "00" * 4])
def test_capabilities_as_seen_stand(content: str) -> None:
    """The capability contents of public captures are shown."""
    assert keep.is_plain_capability(bytes.fromhex(content))


@pytest.mark.parametrize(
    "content", [b"\x01" * 17, b"\x01hello", b"15550000001", bytes.fromhex("015550000001ff"), bytes(16)]
)
def test_other_capabilities_do_not(content: bytes) -> None:
    """Longer contents, text, and ten packed digits in a row are not shown."""
    assert not keep.is_plain_capability(content)


@pytest.mark.parametrize("text", ["Windows 10.0.19045", "WEB", "Mac OS", "iPhone15-3", "0.1"])
def test_descriptions_of_a_client_stand(text: str) -> None:
    """Platforms, systems and models stand."""
    assert keep.is_plain_description(text)


@pytest.mark.parametrize("text", ["", "15550000001", "1 555 000 0001", "Anna's phone", "x" * 41, "a\x1b[0m"])
def test_other_descriptions_do_not(text: str) -> None:
    """Numbers in any grouping, quotes, control characters and long texts do not."""
    assert not keep.is_plain_description(text)
