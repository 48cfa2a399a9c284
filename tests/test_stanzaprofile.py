"""Many stanzas of one kind, beside many of another build."""

from __future__ import annotations

from ringback.stanza import Node, from_text
from ringback.stanzadiff import Change, Kind, Part
from ringback.stanzaprofile import MAX_PLACES, MAX_VALUES, OTHERS, Profile, compare_profiles, without_indices


def profile(*stanzas: str) -> Profile:
    return Profile.of(map(from_text, stanzas))


def told(left: Profile, right: Profile) -> list[tuple[str, str, str, str | None, str | None]]:
    return [
        (each.kind.value, "/".join(each.place), each.name, each.left, each.right)
        for each in compare_profiles(left, right)
    ]


def test_what_is_there_on_one_side_only_is_told_with_its_share() -> None:
    left, right = profile("<a/>", '<a x="1"/>'), profile("<a><b y='1'><c/></b></a>")
    assert told(left, right) == [
        ("removed", "a", "@x", "in 1 of 2", None),
        ("added", "a", "b", None, 'in 1 of 1, such as <b y="1"><c/></b>'),
    ]
    (removed, added) = compare_profiles(left, right)
    assert (removed.left_count, removed.right_count) == ((1, 2), (0, 1))
    assert (added.left_count, added.right_count) == ((0, 2), (1, 1))


def test_what_is_always_there_on_one_side_only_is_told() -> None:
    """How often something optional occurs is chance; that it is always there is not."""
    always, mostly, seldom = (
        profile(*['<a x="1"/>'] * present, *["<a/>"] * absent) for present, absent in ((4, 0), (3, 1), (1, 3))
    )
    assert told(always, mostly) == [("changed", "a", "@x", "in 4 of 4", "in 3 of 4")]
    assert told(mostly, seldom) == []


def test_values_of_one_side_only_are_told_and_names_are_none() -> None:
    left = profile('<a id="ID-0001" v="1"/>', '<a id="ID-0002" v="2"/>')
    right = profile('<a id="ID-0003" v="2"/>', '<a id="ID-0004" v="3"/>')
    assert told(left, right) == [("changed", "a", "@v", "1 (1)", "3 (1)")]


def test_contents_repetitions_and_orders_are_told() -> None:
    left = profile("<a x='1' y='1'><b>01</b><c/></a>")
    right = profile("<a y='1' x='1'><c/><b>01</b><b>02</b></a>")
    assert told(left, right) == [
        ("reordered", "a", "", "x y", "y x"),
        ("reordered", "a", "", "b c", "c b"),
        ("changed", "a", "b", "1 times in 1", "2 times in 1"),
        ("changed", "a/b", "", None, "0x02 (1)"),
    ]


def test_attributes_that_are_repeated_are_told() -> None:
    once, twice = profile('<a x="1"/>'), Profile.of([Node("a", {"x": "1"}, None, (("x", "2"),))])
    assert told(once, twice) == [("changed", "a", "@x", "1 (1)", "1, 2 (1)")]


def test_the_same_stanzas_are_the_same() -> None:
    stanzas = ('<a x="1"><b/></a>', "<a><c>00</c></a>", '<a y="1" x="2"/>')
    assert told(profile(*stanzas), profile(*reversed(stanzas))) == []
    assert told(profile(), profile()) == []


def test_values_and_places_are_bounded() -> None:
    many = Profile.of(Node("a", {"x": f"v{number}"}) for number in range(MAX_VALUES + 5))
    values = many.elements["a",].attributes["x"]
    assert len(values) == MAX_VALUES + 1
    assert values[OTHERS] == 5
    wide = Node("a", {}, tuple(Node(f"t{number}") for number in range(MAX_PLACES + 5)))
    assert len(Profile.of([wide]).elements) == MAX_PLACES


def test_changes_in_many_stanzas_lose_what_is_of_one() -> None:
    change = Change(Kind.CHANGED, Part.ATTRIBUTE, ("call", "te[2]"), "@x[1]", "ID-0001", "A:7@lid")
    same = Change(Kind.CHANGED, Part.ATTRIBUTE, ("call", "te"), "@x", "ID-*", "*:7@lid")
    assert without_indices(change) == same
