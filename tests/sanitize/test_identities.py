from __future__ import annotations

import pytest

from ringback.sanitize.identities import Identities, parts_of


@pytest.mark.parametrize(
    "text", ["15550000001", "x15550000001y", "15550000001@", "ALICE-smith", "malice", "al-ice"]
)
def test_an_identity_is_found_anywhere_in_a_text(text: str) -> None:
    """The whole text, its middle, any case of its letters, and with a hyphen within."""
    identities = Identities()
    identities.add("15550000001")
    identities.add("Alice")
    assert identities.within(text)


@pytest.mark.parametrize("text", ["", "1555", "5550000001", "alic", "al.ice", "opus"])
def test_a_part_of_an_identity_is_none(text: str) -> None:
    """What is shorter than the identity is not it."""
    identities = Identities()
    identities.add("15550000001")
    identities.add("Alice")
    assert not identities.within(text)


def test_short_ones_and_words_of_the_protocol_are_none() -> None:
    """Neither a user called 55 nor one called preaccept hides what everybody needs to see."""
    identities = Identities()
    identities.add("5555")
    identities.add("preaccept")
    assert identities.size == 0
    assert not identities.within("5555")
    assert not identities.knows("preaccept")


def test_a_name_counts_word_by_word() -> None:
    """Of a name every longer word is an identity of its own."""
    identities = Identities()
    identities.add_name("Alice M. Example")
    assert identities.knows("alice")
    assert identities.within("the-examples")
    assert not identities.within("the-m")


def test_a_long_identity_is_found_by_its_beginning() -> None:
    """Of an identity of a megabyte the first 64 characters are searched for."""
    identities = Identities()
    identities.add("q" * 64 + "rest" * 250_000)
    assert identities.within("--" + "q" * 64)
    assert not identities.within("--" + "q" * 63)


@pytest.mark.parametrize("text", ["al-anna", "ANNA", "anna_2", "x-bob"])
def test_a_short_chosen_name_is_found_as_a_word(text: str) -> None:
    """A name that somebody goes by counts from three letters on, in any case, between other characters."""
    identities = Identities()
    identities.add_chosen_name("Anna Bob")
    assert identities.within(text)


@pytest.mark.parametrize("text", ["annals", "bobsled", "al", "joanna", "4917"])
def test_a_short_chosen_name_is_not_found_within_a_word(text: str) -> None:
    """Else three letters would hide half of the protocol; two letters or digits are no name."""
    identities = Identities()
    identities.add_chosen_name("Anna Bob Al 4917 call")
    assert not identities.within(text)
    assert not identities.within("call")


@pytest.mark.parametrize("text", ["zebquux", "zeb-quux", "zeb_quux", "x_quux", "zeb", "q-u-u-x-zebquux"])
def test_a_chosen_name_is_found_in_parts_and_run_together(text: str) -> None:
    """However the name of a tag or attribute is made of it; `parts_of` has what is looked for."""
    identities = Identities()
    identities.add_chosen_name("Zeb Quux")
    assert identities.within(text)
    assert not parts_of(text).isdisjoint(identities.in_names())


def test_the_words_between_digits_and_underscores_count() -> None:
    """As account names have them."""
    identities = Identities()
    identities.add_name("alice1990_quuxes")
    assert identities.within("x-alice")
    assert identities.within("quuxes2")
    assert not identities.within("quux")


def test_only_what_can_stand_in_a_name_is_looked_for_there() -> None:
    """No number of somebody and no address; an id of few digits could."""
    identities = Identities()
    for each in ("15550000001", "2001:db8::1", "3EB0C0FFEE11AA22CC33", "bluejay", "zoe@example"):
        identities.add(each)
    assert set(identities.in_names()) == {"bluejay"}


def test_the_newest_are_known_whatever_came_before() -> None:
    """At the limit all are found; past it the one that was seen longest ago is not, the newest always is."""
    known = Identities(most=3)
    for name in ("first", "second", "third"):
        known.add(name)
    assert all(map(known.within, ("first", "second", "third")))
    size = known.size
    known.add("first")
    known.add("fourth")
    assert [known.within(name) for name in ("first", "second", "third", "fourth")] == [
        True,
        False,
        True,
        True,
    ]
    assert known.size == size + 1


def test_who_is_seen_again_and_again_is_never_forgotten() -> None:
    """However many others come in between, as long as they are fewer than what is remembered."""
    identities = Identities(64)
    for number in range(1_000):
        identities.add_name("15550000001")
        identities.add_name(f"1666{number:07}")
        assert identities.knows("15550000001")
    assert identities.size > 64


def test_a_name_with_many_words_stays_whole() -> None:
    """Its words are remembered together and forgotten together."""
    identities = Identities(64)
    for number in range(200):
        identities.add_name("alice example-smith")
        identities.add(f"1666{number:07}")
        assert all(map(identities.knows, ("alice", "example", "smith", "aliceexamplesmith")))


def test_what_is_new_is_told_until_it_is_taken() -> None:
    """Only what was not known; a text that may hold it is found, also with its words apart."""
    identities = Identities()
    identities.add_name("alice")
    identities.news.clear()
    identities.add_name("alice")
    assert not identities.news
    identities.add("15550000001")
    assert list(identities.news) == ["15550000001"]
    assert identities.news_may_stand_in("x-1555-0000001")
    assert not identities.news_may_stand_in("x-alice-1555")
