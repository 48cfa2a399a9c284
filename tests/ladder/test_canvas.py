"""A row that is written in any order."""

from __future__ import annotations

from ringback.ladder.canvas import Canvas


def test_what_is_written_later_covers_what_was_there() -> None:
    """Blanks at the end are left out; styles run as long as they are the same."""
    row = Canvas(10)
    row.put(0, "abcdef", "dim")
    row.put(2, "XY", "bold")
    assert row.text().plain == "abXYef"
    assert [(span.start, span.end, span.style) for span in row.text().spans] == [
        (0, 2, "dim"),
        (2, 4, "bold"),
        (4, 6, "dim"),
    ]


def test_what_would_stand_outside_is_left_out() -> None:
    """Left and right, and a wide character as a whole."""
    row = Canvas(4)
    row.put(-1, "abc電d電")
    assert row.text().plain == "bc電"
    assert row.text().cell_len == 4


def test_half_of_a_wide_character_is_a_blank() -> None:
    """Writing over one of its columns takes the other, so that what follows stays in its column."""
    row = Canvas(6)
    row.put(0, "電電|")
    row.put(1, "x")
    assert row.text().plain == " x電|"
    row.put(2, "y")
    assert row.text().plain == " xy |"


def test_characters_without_a_width_are_left_out() -> None:
    """They would stand on whatever is written beside them."""
    row = Canvas(4)
    row.put(0, "e\u0301f")
    assert row.text().plain == "ef"
