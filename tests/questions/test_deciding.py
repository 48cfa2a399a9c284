"""From units to answers: thresholds, exceptions, conditions."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.questions import Answer
from ringback.questions.deciding import (
    ANSWERED_SHARE,
    MIN_CALLS,
    MIN_UNITS_PER_SIDE,
    MIN_UNITS_TO_REFUTE,
    Decision,
    Kind,
    decide,
    separating,
)
from ringback.questions.unit import Unit


def units(successes: int, failures: int = 0, *, calls: int | None = None) -> list[Unit]:
    """Units of different calls, or spread over so many."""
    ways = [True] * successes + [False] * failures
    return [Unit(f"C-{number % (calls or len(ways))}", way, {}) for number, way in enumerate(ways)]


def of_platform(platform: str | None, success: bool, count: int) -> list[Unit]:
    traits: Mapping[str, str] = {} if platform is None else {"platform": platform}
    return [Unit(f"{platform}-{success}-{number}", success, traits) for number in range(count)]


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(
    ("successes", "answer"),
    [
        (0, Answer.NOT_EXERCISED),
        (1, Answer.OPEN),
        (3, Answer.OPEN),
        (4, Answer.LEANING_YES),
        (34, Answer.LEANING_YES),
        (35, Answer.YES),
    ],
)
def test_all_successes(kind: Kind, successes: int, answer: Answer) -> None:
    """Few units answer nothing; the bound is where the whole interval lies beyond the share, 35 units."""
    assert decide(units(successes), (), kind) == Decision(answer)


@pytest.mark.parametrize(
    ("failures", "answer"),
    [(3, Answer.OPEN), (4, Answer.LEANING_NO), (34, Answer.LEANING_NO), (35, Answer.NO)],
)
def test_no_success_at_all_answers_which_way(failures: int, answer: Answer) -> None:
    """A question of either-or is answered the other way on the same terms."""
    assert decide(units(0, failures), (), Kind.EITHER) == Decision(answer)


@pytest.mark.parametrize(
    ("successes", "failures", "answer"),
    [
        (0, 1, Answer.LEANING_NO),
        (MIN_UNITS_TO_REFUTE - 2, 1, Answer.LEANING_NO),
        (MIN_UNITS_TO_REFUTE - 1, 1, Answer.NO),
        (1000, 1, Answer.NO),
        (0, 40, Answer.NO),
    ],
)
def test_one_exception_refutes_always(successes: int, failures: int, answer: Answer) -> None:
    """However many successes there are, one exception makes it no; below the threshold it only leans."""
    assert decide(units(successes, failures), (), Kind.ALWAYS) == Decision(answer)


@pytest.mark.parametrize(("successes", "failures"), [(3, 3), (20, 1), (20, 20)])
def test_both_ways_and_no_condition_leaves_it_open(successes: int, failures: int) -> None:
    """Where either occurs and nothing recorded tells why, the question of either-or stays open."""
    assert decide(units(successes, failures), ("platform",), Kind.EITHER) == Decision(Answer.OPEN)


@pytest.mark.parametrize(("failures", "leaning"), [(0, Answer.LEANING_YES), (1, Answer.LEANING_NO)])
def test_many_units_of_few_calls_answer_nothing(failures: int, leaning: Answer) -> None:
    """The units of one call share its network: below the least number of calls nothing is answered."""
    few, enough = (units(60, failures, calls=calls) for calls in (MIN_CALLS - 1, MIN_CALLS))
    assert decide(few, (), Kind.ALWAYS).answer is leaning
    assert decide(enough, (), Kind.ALWAYS).answer is (Answer.NO if failures else Answer.YES)


@pytest.mark.parametrize("kind", Kind)
def test_a_dimension_that_separates_is_the_condition(kind: Kind) -> None:
    """Where all exceptions have one platform and no success has it, the answer depends on the platform."""
    seen = of_platform("web", True, 9) + of_platform("android", False, 4)
    decision = decide(seen, ("version", "platform"), kind)
    assert decision == Decision(Answer.DEPENDS, "platform (android: 0 of 4, web: 9 of 9)")


def test_several_that_separate_are_all_named() -> None:
    """What changed together cannot be told apart."""
    seen = [
        Unit(f"C-{number}", number < 8, {"a": str(number < 8), "b": str(number < 8)}) for number in range(12)
    ]
    assert decide(seen, ("a", "b"), Kind.ALWAYS).condition == (
        "a (False: 0 of 4, True: 8 of 8) or b (False: 0 of 4, True: 8 of 8)"
    )


def test_an_exception_among_its_like_separates_nothing() -> None:
    """One unit of the other way with the same value is enough to drop the dimension."""
    seen = of_platform("web", True, 9) + of_platform("web", False, 1) + of_platform("android", False, 4)
    assert separating(seen, ("platform",)) == ()


def test_unknown_values_separate_nothing() -> None:
    """That something is not known cannot be what an emission depends on."""
    seen = of_platform("web", True, 9) + of_platform(None, False, 4)
    assert separating(seen, ("platform",)) == ()


@pytest.mark.parametrize("count", [MIN_UNITS_PER_SIDE - 1, MIN_UNITS_PER_SIDE])
def test_too_few_exceptions_have_no_condition(count: int) -> None:
    """A single exception differs from the rest in something by chance: no condition is read off it."""
    seen = of_platform("web", True, 30) + of_platform("android", False, count)
    decision = decide(seen, ("platform",), Kind.ALWAYS)
    assert decision.answer is (Answer.NO if count < MIN_UNITS_PER_SIDE else Answer.DEPENDS)


@given(st.lists(st.tuples(st.booleans(), st.sampled_from("abc")), max_size=80), st.sampled_from(Kind))
def test_yes_never_stands_beside_an_exception(seen: list[tuple[bool, str]], kind: Kind) -> None:
    """Answered yes means that no exception was seen and that the interval is beyond the share."""
    made = [Unit(f"C-{number}", way, {"d": value}) for number, (way, value) in enumerate(seen)]
    decision = decide(made, ("d",), kind)
    assert (decision.answer is Answer.NOT_EXERCISED) is (not made)
    assert bool(decision.condition) is (decision.answer is Answer.DEPENDS)
    if decision.answer in (Answer.YES, Answer.LEANING_YES):
        assert all(way for way, _ in seen)
    if decision.answer is Answer.YES:
        assert len(made) / (len(made) + 3.85) >= ANSWERED_SHARE
