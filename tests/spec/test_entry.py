"""What a refusal says, and what a plain value is read as."""

from __future__ import annotations

import pytest

from ringback.spec.document import Scalar
from ringback.spec.entry import plain_value, quoted, suggest

TYPES = ("string", "int", "hex", "bytes", "bool", "jid", "timestamp")


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("sting", "string"),
        ("JID", "jid"),
        ("time-stamp", "timestamp"),
        ("byte", "bytes"),
        ("boolean", "bool"),
        ("uuid", None),
        ("", None),
    ],
)
def test_the_nearest_word_is_suggested_where_one_is_near(word: str, near: str | None) -> None:
    """A slip of the finger is mended, another word not guessed at; the vocabulary is always named."""
    said = suggest(word, TYPES)
    assert said.startswith("known: " if near is None else f"did you mean {near!r}? (known: ")
    assert ", ".join(TYPES) in said


@pytest.mark.parametrize(("length", "shown"), [(60, 60), (61, 60), (10_000, 60)])
def test_a_quoted_text_fits_a_message(length: int, shown: int) -> None:
    """Up to sixty characters, then three dots; control characters are escaped."""
    assert quoted("x" * length) == repr("x" * shown + "..." * (length > shown))
    assert quoted("a\nb") == r"'a\nb'"


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("3478", "number", 3478),
        ("-1", "number", -1),
        ("0.5", "number", 0.5),
        ("7E10", "number", "7E10"),
        ("0x1F", "number", "0x1F"),
        ("00001", "number", "00001"),
        ("1_000", "number", "1_000"),
        (".inf", "number", ".inf"),
        ("9" * 40, "number", "9" * 40),
        ("true", "truth value", True),
        ("FALSE", "truth value", False),
        ("true", "text", "true"),
        ("3478", "text", "3478"),
        ("2026-11-22", "date", "2026-11-22"),
    ],
)
def test_a_number_is_one_only_where_it_is_spelled_like_one(
    text: str, kind: str, value: str | float | bool
) -> None:
    """Ids whose quotes were forgotten stay what they are; nothing is lost to a number's shorter spelling."""
    read = plain_value(Scalar(text, kind, 1))
    assert (type(read), read) == (type(value), value)
