"""Names that ringback's own words are made of."""

from __future__ import annotations

import pytest

from ringback.export.material import identities_of
from ringback.export.ownwords import is_own
from support.sightings import Tape, preaccept


@pytest.mark.parametrize("name", ["Example", "placeholder", "The Caller", "open question", "call's end"])
def test_a_name_of_ordinary_words_tells_nobody_apart(name: str) -> None:
    assert is_own(name)


@pytest.mark.parametrize(
    "name", ["Xanthippe", "The Xanthippe", "15550000001", "caller1", "caller@lid", "", " "]
)
def test_any_other_name_does(name: str) -> None:
    """A name with one word of its own, with a digit or another sign, or that is none."""
    assert not is_own(name)


def test_a_chosen_name_of_ordinary_words_is_not_searched_for() -> None:
    """It would be found in the sentences of every page, and nothing could be exported."""
    for name, expected in (("Example", False), ("Xanthippe", True)):
        xml = preaccept().replace("<call ", f'<call notify="{name}" ')
        assert (name in identities_of([Tape().sent(xml)])) is expected
