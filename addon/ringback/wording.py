"""Numbers and the words that go with them."""

from __future__ import annotations


def counted(number: int, word: str) -> str:
    """`1 call`, `2 calls`."""
    return f"{number} {agreeing(number, word, f'{word}s')}"


def agreeing(number: int, one: str, many: str) -> str:
    """The word for so many: `is` or `are`."""
    return one if number == 1 else many
