"""A whole specification weighed, and its score."""

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.confidence import ObservedFact, Score, score, weigh
from ringback.findings import Stance
from ringback.spec.model import CONFIDENCES, Specification
from support.judging import changed, preaccept_file, shipped
from support.observing import seen

DESTINATION = "call/preaccept/destination"


@pytest.mark.parametrize(
    ("confidences", "value"),
    [
        ((), None),
        (("unknown",), Fraction(0)),
        (("speculative", "unknown"), Fraction(0)),
        (("probable", "speculative"), Fraction(1, 4)),
        (("confirmed", "probable", "speculative", "unknown"), Fraction(3, 8)),
        (("confirmed",), Fraction(1)),
    ],
)
def test_score_is_confirmed_and_half_of_probable(confidences: Iterable[str], value: Fraction | None) -> None:
    """A confirmed fact counts whole, a probable one half, any other not at all."""
    assert score(confidences).value == value


@given(st.lists(st.sampled_from(CONFIDENCES), min_size=1))
def test_score_lies_between_nothing_and_all(confidences: list[str]) -> None:
    """The score of any facts is from 0 to 1."""
    value = score(confidences).value
    assert value is not None
    assert 0 <= value <= 1


def test_score_as_text() -> None:
    """Percent with one decimal, and the counts that it is made of."""
    assert str(Score(0, 6, 11)) == "27.3 % (0 confirmed and 6 probable of 11)"
    assert str(Score(0, 0, 0)) == "no facts"


def test_every_fact_of_the_file_is_weighed() -> None:
    """Without any observation each fact stands as the file states it, and the score does not move."""
    weighing = weigh(shipped(), [])
    paths = [f"call-preaccept#{fact.path}" for fact in preaccept_file().facts()]
    assert list(weighing.carries) == paths
    assert weighing.total.before == weighing.total.after == Score(0, 6, 10)
    assert not list(weighing.raised)


def test_score_rises_with_what_the_evidence_carries() -> None:
    """Of ten facts six are probable (3 / 10). One confirmed and one raised to probable make it 4 / 10."""
    observations = [
        seen(),
        seen("frida-hooking", "2.25.1"),
        seen(path=DESTINATION),
    ]
    weighing = weigh(shipped(), observations)
    assert (weighing.total.before.value, weighing.total.after.value) == (Fraction(3, 10), Fraction(4, 10))
    assert [one.fact.path for one in weighing.raised] == ["call/preaccept/@call-id", DESTINATION]


def test_score_is_told_for_each_file() -> None:
    """Each file has its own score, and the total is that of all their facts together."""
    file = preaccept_file()
    other = replace(changed(file, confidences={"call/preaccept": "confirmed"}), id="call-other")
    weighing = weigh(Specification({file.id: file, "call-other": other}), [seen(path=DESTINATION)])
    assert weighing.files["call-preaccept"].after == Score(0, 7, 10)
    assert weighing.files["call-other"].after == Score(1, 5, 10)
    assert weighing.total.after == Score(1, 12, 20)


def test_discrepancies_are_collected() -> None:
    """Every fact that something contradicts is listed with both sides."""
    against = seen(path=DESTINATION, stance=Stance.CONTRADICTS)
    discrepancies = list(weigh(shipped(), [seen(), seen(path=DESTINATION), against]).discrepancies)
    assert [one.fact.path for one in discrepancies] == [DESTINATION]
    assert discrepancies[0].contradicting == (against,)


def test_observation_of_an_unknown_fact_is_told() -> None:
    """What speaks to a fact that this specification does not have is handed back."""
    stray: ObservedFact = seen(path="call/preaccept/audio")
    weighing = weigh(shipped(), [stray, seen()])
    assert weighing.unplaced == (stray,)
    assert weighing.total.after == weighing.total.before
