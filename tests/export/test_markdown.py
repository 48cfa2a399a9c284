"""Markdown that says what it is given."""

from __future__ import annotations

from ringback.export.markdown import plain, table


def test_signs_of_markdown_are_escaped() -> None:
    """Backslashes too, so that none of them escapes the escape."""
    assert plain("a|b\n*c* \\| <d> &amp; ~~e~~") == "a\\|b \\*c\\* \\\\\\| \\<d\\> \\&amp; \\~\\~e\\~\\~"


def test_a_table_without_rows_is_none() -> None:
    """With rows it has a blank line before it."""
    assert list(table(("a", "b"), [])) == []
    assert list(table(("a", "b"), [("1|2", "3")])) == ["", "| a | b |", "| --- | --- |", "| 1\\|2 | 3 |"]
