from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.view.visible import cropped, cropped_hex, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("A:1@lid", "A:1@lid"),
        ("naïve ✓ 電話", "naïve ✓ 電話"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\r\nb\tc\0", "a\\x0d\\x0ab\\x09c\\x00"),
        ("\u202eesrever", "\\u202eesrever"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("\u2028\u2029", "\\u2028\\u2029"),
        ("\u00a0", "\\xa0"),
        ("\u3000", "\\u3000"),
        ("\x9b31m", "\\x9b31m"),
        ("\udc80", "\\x80"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("\\x1b", "\\\\x1b"),
        ("", ""),
    ],
)
def test_what_a_terminal_would_obey_is_spelled_out(text: str, shown: str) -> None:
    """Control, format and bidirectional characters, foreign blanks and bytes that are no UTF-8 are escapes;
    a backslash is doubled, so that no text can look like an escape."""
    assert visible(text) == shown


@given(st.text())
def test_nothing_unprintable_is_left(text: str) -> None:
    """Whatever comes in, what goes out is printable."""
    assert visible(text).isprintable()


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("12345", 5, "12345"),
        ("123456", 5, "1… (6 characters)"),
        ("x" * 100, 30, "xxxxxxxxxxxx… (100 characters)"),
        ("\x1b\x1b", 5, "\\… (2 characters)"),
        ("x" * 10_000_000, 30, "xxxxxxx… (10000000 characters)"),
        ("", 0, ""),
    ],
)
def test_long_values_are_cropped_with_their_length_told(text: str, limit: int, shown: str) -> None:
    """At the limit a value is whole; beyond it its beginning is shown, and how long it is."""
    assert cropped(text, limit, "…") == shown


def test_a_length_that_would_mislead_is_left_out() -> None:
    """What is not to be measured fills its room to the last character, and ends where it was cut."""
    assert cropped("TEXT-PLACEHOLDER-5000-CHARS", 16, "…", measured=False) == "TEXT-PLACEHOLDE…"
    assert cropped("CALLID-0001", 16, "…", measured=False) == "CALLID-0001"


@pytest.mark.parametrize(
    ("content", "limit", "shown"),
    [
        (b"\x01\x02", 4, "0102"),
        (b"\x01\x02\x03", 4, "01… (3 bytes)"),
        (bytes(100), 20, "000000… (100 bytes)"),
    ],
)
def test_bytes_are_cropped_at_a_byte(content: bytes, limit: int, shown: str) -> None:
    """Bytes are shown in hex, whole bytes only, and their number."""
    assert cropped_hex(content, limit, "…") == shown
