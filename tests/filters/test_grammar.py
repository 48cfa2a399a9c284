"""Filters that are understood and such that are not, with the place that is wrong."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ringback.errors import RingbackError
from ringback.filters import KEYS, Filter, FilterError, parse
from ringback.filters.grammar import MAX_DEPTH
from ringback.filters.tokens import MAX_LENGTH

SIGNS = ("and", "or", "not", "(", ")", "=", ":", "!=", "~", "!~", ">=", "<", "&&", "||", "!", '"', "'", "\\")
VALUES = (
    "error",
    "CALLID-0001",
    "B:17@lid",
    "22:13",
    "+90",
    "*",
    "[",
    "a*b?[",
    " ",
    "\x1b[31m",
    "\u202e",
    "é",
)
WORDS = st.sampled_from([*KEYS, *SIGNS, *VALUES])


def parsed(text: str) -> Filter | FilterError:
    try:
        return parse(text)
    except FilterError as error:
        return error


@given(st.one_of(st.text(), st.lists(WORDS).map("".join), st.lists(WORDS).map(" ".join)))
@example("\ud800 = \x00")
def test_any_text_is_a_filter_or_an_error_within_it(text: str) -> None:
    """Nothing else comes of it; the error's place lies within the text, and its lines can be shown."""
    outcome = parsed(text)
    if isinstance(outcome, Filter):
        assert outcome.text == text
        return
    assert 0 <= outcome.position <= outcome.position + outcome.length <= len(text)
    reason, shown, carets = str(outcome).splitlines()
    assert (reason + shown).isprintable()
    assert set(carets) == {" ", "^"}


@pytest.mark.parametrize(
    ("text", "marked", "reason"),
    [
        ("sevrity >= warning", "sevrity", "there is no key 'sevrity': did you mean severity?"),
        ("sevrity:warning", "sevrity", "there is no key 'sevrity': did you mean severity?"),
        ("x = 1", "x", "there is no key 'x': there are action, call, device, severity, code,"),
        ("severity = wraning", "wraning", "severity is never 'wraning': did you mean warning?"),
        ("stance = 7", "7", "stance is never '7': there are supports, contradicts, extends, silent"),
        ("code = ack-mising", "ack-mising", "code is never 'ack-mising': did you mean ack-missing?"),
        ("code = 7", "7", "code is never '7'; `ringback codes` lists them"),
        ("code ~ ack-mising", "ack-mising", "code is never 'ack-mising': did you mean ack-missing?"),
        ("code !~ x*y", "x*y", "code is never 'x*y'; `ringback codes` lists them"),
        ("stance ~ *x", "*x", "stance is never '*x': there are supports"),
        ("question = first", "first", "'first' is no question: write its number or that behind its file"),
        ("question != a/0", "a/0", "'a/0' is no question"),
        ("code >= ack-missing", ">=", "code cannot be compared so: use one of `=`, `!=`, `~`, `!~`"),
        ("time ~ 22", "~", "time cannot be compared so: use one of `=`, `!=`, `>=`"),
        ("time = noon", "noon", "'noon' is no time: write `22:13`"),
        ("time = 2023-11-14T", "2023-11-14T", "is no time"),
        ("time = 25:00", "25:00", "is no time"),
        ("severity", "severity", "a comparison of severity is missing: one of `=`"),
        ("action =", "", "the filter ends too early: a value of action is missing"),
        ("action = and", None, ""),
        ("action = )", ")", "a value of action is needed here"),
        ("a b", "b", "`and`, `or` or the end of the filter is needed here"),
        ("(a b", "b", "`and`, `or` or `)` is needed here"),
        ("(a", "(", "this parenthesis is not closed: `)` is missing at the end"),
        ("a)", ")", "`and`, `or` or the end of the filter is needed here"),
        ("a and", "", "the filter ends too early: a comparison such as"),
        ("= a", "=", "a comparison such as `severity >= warning`, a text, `not` or `(` is needed here"),
        ('text ~ "open', '"', 'this quotation does not end: close it with "'),
        ("not", "", "the filter ends too early"),
    ],
)
def test_errors_mark_the_place(text: str, marked: str | None, reason: str) -> None:
    """The characters that are wrong, what is wrong, and what could stand there."""
    if marked is None:
        assert parse(text).text == text
        return
    with pytest.raises(FilterError) as raised:
        parse(text)
    error = raised.value
    assert text[error.position : error.position + error.length] == marked
    assert error.reason.startswith(reason) or reason in error.reason
    assert isinstance(error, RingbackError)


def test_the_caret_stands_under_what_is_meant() -> None:
    """Also behind characters that take two columns, or that are shown as escapes."""
    with pytest.raises(FilterError) as raised:
        parse("text = 電話 and text = \x1b and sevrity = ok")
    _, shown, carets = str(raised.value).splitlines()
    assert shown == "  text = 電話 and text = \\x1b and sevrity = ok"
    assert carets == " " * 34 + "^" * 7


def test_a_long_filter_is_shown_around_the_place() -> None:
    with pytest.raises(FilterError) as raised:
        parse("a or " * 60 + "x=1" + " or a" * 60)
    _, shown, carets = str(raised.value).splitlines()
    assert len(shown) < 140
    assert shown[carets.index("^")] == "x"


def test_length_and_depth_are_bounded() -> None:
    """At the limit, and one beyond."""
    assert parse("a" * MAX_LENGTH)
    with pytest.raises(FilterError, match="longer than"):
        parse("a" * (MAX_LENGTH + 1))
    assert parse("(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH)
    with pytest.raises(FilterError, match="within each other"):
        parse("(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1))
    with pytest.raises(FilterError, match="within each other"):
        parse("!" * 1_000 + "a")
