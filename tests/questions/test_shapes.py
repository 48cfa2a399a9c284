"""Shapes and type guesses of undocumented values."""

import pytest

from ringback.questions.shapes import guess_type, shape_of
from ringback.stanza import Jid, Node


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        (bytes(7), "7 bytes"),
        ("16000", "5 digits"),
        ("0105F7", "6 hex digits"),
        ("opus", "4 letters"),
        ("h.264", "5 characters"),
        ("", "empty text"),
        (None, "no content"),
        ((Node("x"), Node("x")), "2 children"),
        (bytes(999_999), "999999+ bytes"),
        ("7" * 999_998, "999998 digits"),
        ("A" * 1_000_000, "999999+ letters"),
        ("TEXT-PLACEHOLDER-12-CHARS", "12 characters"),
        ("TEXT-PLACEHOLDER-1-CHARS", "1 character"),
        ("TEXT-PLACEHOLDER-999999-CHARS", "999999+ characters"),
        (Jid("1", "lid", 7), "address on lid with device"),
        (Jid("1", "s.whatsapp.net"), "address on s.whatsapp.net"),
        (Jid("1", "somebody.example"), "address on another server"),
    ],
)
def test_shape(value: object, shape: str) -> None:
    """Kind and length, and nothing of the value itself; no length has as many digits as a number that
    reaches somebody, and of a text that is hidden already it is the text's own."""
    assert shape_of(value) == shape  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "guess"),
    [
        ((), ""),
        ((None,), ""),
        (("16000", "-1"), "int"),
        (("1700000000",), "timestamp"),
        (("1700000000", "5"), "int"),
        (("0105f709", "aabbccdd00"), "hex"),
        (("abc",), "string"),
        (("true", "false"), "bool"),
        (("true", "1"), "string"),
        ((Jid("1", "lid"),), "jid"),
        ((bytes(6), bytes(18)), "bytes"),
        ((bytes(6), "default"), "string"),
    ],
)
def test_guess(values: tuple[object, ...], guess: str) -> None:
    """The narrowest type that all values have."""
    assert guess_type(values) == guess  # type: ignore[arg-type]
