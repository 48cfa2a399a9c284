from __future__ import annotations

import pytest

from ringback.sanitize.series import Series, letters, numbered


def test_letters_go_on_after_z() -> None:
    """The twenty-seventh user is AA, as the columns of a spreadsheet are counted."""
    users = letters()
    given = [users.name(f"user {number}") for number in range(1, 26 * 27 + 2)]
    assert given[:2] == ["A", "B"]
    assert given[25:28] == ["Z", "AA", "AB"]
    assert given[-2:] == ["ZZ", "AAA"]


def test_a_value_keeps_its_placeholder() -> None:
    """The same value gets the same placeholder for good, whatever comes between."""
    calls = numbered("CALLID")
    assert [calls.name(raw) for raw in ("x", "y", "x", "z", "y")] == [
        "CALLID-0001",
        "CALLID-0002",
        "CALLID-0001",
        "CALLID-0003",
        "CALLID-0002",
    ]


@pytest.mark.parametrize("raw", ["A", "B", "QZ"])
def test_a_placeholder_stands_for_itself(raw: str) -> None:
    """What is spelled as a placeholder passes unchanged, and nobody else is given its letter."""
    users = letters()
    assert users.name(raw) == raw
    assert raw not in [users.name(f"user {number}") for number in range(500)]
    assert users.name(raw) == raw


def test_a_placeholder_given_before_it_is_met_on_the_wire_stays() -> None:
    """A user who happens to be called as somebody's placeholder does not change what was given out."""
    users = letters()
    first = users.name("15550000001")
    assert users.name(first) == first
    assert users.name("15550000001") == first


def test_the_limit_is_one_shared_placeholder() -> None:
    """At the limit values are still told apart; from one past it on they share a placeholder."""
    series = Series(str, own="never", overflow="OTHER", limit=3)
    assert [series.name(raw) for raw in "abcdea"] == ["1", "2", "3", "OTHER", "OTHER", "1"]
    assert series.name("OTHER") == "OTHER"


def test_two_values_of_one_person_are_linked_either_way() -> None:
    """A link works whether the first, the second or neither value was named before."""
    for named in ((), ("lid",), ("number",)):
        users = letters()
        for raw in named:
            users.name(raw)
        users.link("lid", "number")
        assert users.name("lid") == users.name("number") == "A"


def test_two_values_with_their_own_placeholders_stay_apart() -> None:
    """A link that comes too late changes nothing that was given out, and neither do placeholders linked."""
    users = letters()
    users.name("lid")
    users.name("number")
    users.link("lid", "number")
    users.link("A", "B")
    assert [users.name(raw) for raw in ("lid", "number", "A", "B")] == ["A", "B", "A", "B"]


def test_known_tells_what_was_named_before() -> None:
    """`known` names nobody; a placeholder that was given out is known as itself."""
    users = letters()
    assert users.known("x") is None
    assert users.name("x") == "A"
    assert (users.known("x"), users.known("A"), users.known("B")) == ("A", "A", None)


def test_a_huge_value_is_not_kept() -> None:
    """A value of a megabyte is told apart by its digest; surrogates in it are no trouble."""
    users = letters()
    huge = "\udcff" + "x" * 1_000_000
    assert (users.name(huge), users.name(huge + "y"), users.name(huge)) == ("A", "B", "A")
    assert all(len(key) <= 256 for key in users._names)


def test_the_value_named_longest_ago_is_forgotten() -> None:
    """At the limit all keep their placeholder; past it the one that was asked for longest ago gets another,
    and no two that are remembered share one."""
    calls = numbered("CALLID", most=3)
    assert [calls.name(raw) for raw in "abca"] == ["CALLID-0001", "CALLID-0002", "CALLID-0003", "CALLID-0001"]
    assert (calls.name("d"), calls.forgotten) == ("CALLID-0004", 1)
    assert [calls.known(raw) for raw in "abcd"] == ["CALLID-0001", None, "CALLID-0003", "CALLID-0004"]
    assert (calls.known("CALLID-0002"), calls.known("CALLID-0001")) == (None, "CALLID-0001")
    assert calls.name("b") == "CALLID-0005"


def test_a_placeholder_is_known_as_long_as_one_of_its_values_is() -> None:
    """Two values of one person have one: it goes with the second of them."""
    users = letters(most=2)
    users.link("lid", "number")
    users.name("x")
    assert (users.known("lid"), users.known("number"), users.known("A")) == ("A", None, "A")
    users.name("y")
    assert users.known("A") is None
