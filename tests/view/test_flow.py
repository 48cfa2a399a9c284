from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from ringback.view.flow import flow


def laid_out(*pieces: str, width: int | None, indent: str = "    ") -> list[str]:
    return [line.plain for line in flow([Text(piece) for piece in pieces], width=width, indent=indent)]


def test_pieces_stand_together_while_they_fit() -> None:
    """Pieces share a line, two blanks apart, up to the last column; the next one begins a new line."""
    assert laid_out("a" * 10, "b" * 10, "c", width=22) == ["aaaaaaaaaa  bbbbbbbbbb", "    c"]
    assert laid_out("a" * 10, "b" * 10, "c", width=21) == ["aaaaaaaaaa", "    bbbbbbbbbb  c"]


def test_nothing_is_set_apart_from_a_line_without_text() -> None:
    """A piece of blanks that begins a line leaves no gap there."""
    assert laid_out("abcd", "e", " ", "f", width=9, indent="") == ["abcd  e", "f"]


def test_a_long_piece_is_wrapped_at_its_blanks() -> None:
    """A sentence that is wider than a line is wrapped between words, under the indent."""
    sentence = "one two three four five six seven eight nine ten"
    assert laid_out("head", sentence, width=30) == [
        "head",
        "    one two three four five",
        "    six seven eight nine ten",
    ]


def test_a_word_wider_than_a_line_is_broken() -> None:
    """Nothing runs over the edge, not even a word without a blank."""
    assert laid_out("head", "x" * 60, width=30) == [
        "head",
        "    " + "x" * 26,
        "    " + "x" * 26,
        "    " + "x" * 8,
    ]


def test_a_wide_character_takes_two_columns() -> None:
    assert laid_out("head", "電" * 20, width=30) == ["head", "    " + "電" * 13, "    " + "電" * 7]


def test_without_a_width_all_is_one_line() -> None:
    """For whoever pipes the output, everything stands on one line."""
    assert laid_out("a" * 100, "", "b" * 100, width=None) == ["a" * 100 + "  " + "b" * 100]


def test_nothing_is_an_empty_line() -> None:
    """No pieces are one empty line."""
    assert laid_out(width=80) == [""]


def test_colours_stay_with_their_words() -> None:
    """A wrapped piece keeps its style on each of its lines."""
    head, *sentence = flow([Text("head"), Text("word " * 10, "red")], width=30, indent="    ")
    assert head.plain == "head"
    assert len(sentence) == 2
    for line in sentence:
        console = Console(color_system="standard", force_terminal=True, file=io.StringIO(), width=80)
        with console.capture() as output:
            console.print(line)
        assert "\x1b[31mword" in output.get()


@given(st.lists(st.text("ab 電", max_size=40), max_size=8), st.integers(20, 60))
def test_no_word_is_lost_and_no_line_is_too_wide(pieces: list[str], width: int) -> None:
    """Whatever the pieces are, every letter is there once and in order, and no line is wider than asked."""
    lines = laid_out(*pieces, width=width)
    assert all(cell_len(line.rstrip()) <= max(width, 24) for line in lines)
    assert "".join(lines).replace(" ", "") == "".join(pieces).replace(" ", "")
