"""How far observations carry one fact."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.confidence import Discrepancy, Hindrance, ObservedFact, Witness, carry, obstacles
from ringback.confidence.carry import counts
from ringback.findings import Stance
from ringback.spec.model import CONFIDENCES
from support.observing import fact, observations, seen

HOOK = seen("frida-hooking", "2.25.1", platform="ANDROID", capture="hook")
levels = st.sampled_from(CONFIDENCES)


@pytest.mark.parametrize("before", ["unknown", "speculative", "probable"])
def test_one_observation_carries_to_probable(before: str) -> None:
    """One clean observation by one technique makes a fact probable and no more, and says what is missing."""
    weighed = carry(fact(before), [seen()])
    assert (weighed.before, weighed.after) == (before, "probable")
    assert weighed.is_raised is (before != "probable")
    assert weighed.hindrances == (Hindrance.ONE_TECHNIQUE, Hindrance.SAME_BUILD)
    assert weighed.supporting == (seen(),)


def test_a_thousand_observations_by_one_technique_carry_no_further() -> None:
    """Repetition is no corroboration: the fact stays probable, and the calls are counted."""
    many = [seen(build=f"2.3000.{n}", call_id=f"CALLID-{n}") for n in range(1000)]
    weighed = carry(fact("speculative"), many)
    assert weighed.after == "probable"
    assert weighed.hindrances == (Hindrance.ONE_TECHNIQUE,)
    assert len(weighed.calls) == 1000


def test_two_independent_techniques_confirm() -> None:
    """A socket capture of one build and a hook in another confirm the fact; nothing hinders it further."""
    weighed = carry(fact(), [seen(), HOOK])
    assert (weighed.after, weighed.hindrances) == ("confirmed", ())
    assert not weighed.is_stated_beyond


@pytest.mark.parametrize(
    ("other", "hindrance"),
    [
        (seen("baileys-instrumentation", "2.3000.2"), Hindrance.SAME_WIRE),
        (seen("frida-hooking"), Hindrance.SAME_BUILD),
        (seen(build="2.3000.2"), Hindrance.ONE_TECHNIQUE),
        (seen("frida-hooking", None), Hindrance.BUILD_UNKNOWN),
        (seen("frida-hooking", ""), Hindrance.BUILD_UNKNOWN),
    ],
)
def test_confirmed_is_refused(other: ObservedFact, hindrance: Hindrance) -> None:
    """Same wire, same build, one technique, and a build not known: none of them confirms."""
    weighed = carry(fact("speculative"), [seen(), other])
    assert (weighed.after, weighed.hindrances) == ("probable", (hindrance,))


def test_same_version_on_two_platforms_is_one_build() -> None:
    """A version number that two platforms share does not make two builds."""
    weighed = carry(fact(), [seen(), seen("frida-hooking", platform="MACOS")])
    assert weighed.hindrances == (Hindrance.SAME_BUILD,)


def test_flavors_are_sources_and_carry_nothing() -> None:
    """What a reimplementation shows is kept and not counted, whether it is named as flavor or technique."""
    shown = [seen(flavor="cobalt"), seen("whatsapp-rust")]
    weighed = carry(fact("speculative"), shown)
    assert weighed.after == "speculative"
    assert weighed.hindrances == (Hindrance.ONLY_FLAVORS,)
    assert weighed.uncounted == tuple(shown)


def test_flavor_is_no_second_technique() -> None:
    """A hook in a reimplementation does not confirm what a capture of the stock client shows."""
    weighed = carry(fact(), [seen(), replace(HOOK, flavor="whatsapp-rust")])
    assert weighed.after == "probable"


def test_technique_that_cannot_see_carries_nothing() -> None:
    """A TLS interception has shown no stanza, whatever is said: alone it says so, and beside another it
    confirms nothing."""
    blind = seen("mitm-tls", "2.25.1")
    assert carry(fact("unknown"), [blind]).hindrances == (Hindrance.CANNOT_SEE,)
    assert carry(fact(), [seen(), blind]).after == "probable"
    both = carry(fact(), [blind, seen("nobody")]).hindrances
    assert both == (Hindrance.ONLY_FLAVORS, Hindrance.CANNOT_SEE)


def test_fact_that_nothing_shows_stays() -> None:
    """Silence is counted and moves nothing."""
    silent = [seen(stance=Stance.SILENT), seen(stance=Stance.SILENT, capture="two.flow")]
    weighed = carry(fact("speculative"), silent)
    assert (weighed.reached, weighed.after, weighed.silent) == (None, "speculative", 2)
    assert weighed.hindrances == (Hindrance.NOT_EXERCISED,)


def test_what_extends_a_fact_is_counted_apart() -> None:
    """An enum value beyond the list is neither for nor against the fact."""
    weighed = carry(fact("speculative"), [seen(stance=Stance.EXTENDS)])
    assert (weighed.after, weighed.extending, weighed.discrepancy) == ("speculative", 1, None)


def test_contradiction_keeps_both_sides_and_blocks() -> None:
    """Two techniques that would confirm, and one observation against: nothing rises, nothing is lost."""
    against = seen(stance=Stance.CONTRADICTS, capture="two.flow")
    weighed = carry(fact("speculative"), [seen(), against, HOOK])
    assert (weighed.reached, weighed.after) == (None, "speculative")
    assert weighed.hindrances == (Hindrance.CONTRADICTED,)
    assert weighed.discrepancy == Discrepancy(fact("speculative"), (seen(), HOOK), (against,))


def test_contradiction_without_support_stands_against_the_file() -> None:
    """Where only contradictions were seen, the other side of the discrepancy is the fact as it is stated."""
    against = seen(stance=Stance.CONTRADICTS)
    discrepancy = carry(fact(), [against]).discrepancy
    assert discrepancy == Discrepancy(fact(), (), (against,))


def test_file_that_states_more_keeps_its_level() -> None:
    """A fact called confirmed on one technique's evidence is not lowered, and not passed over either."""
    weighed = carry(fact("confirmed"), [seen()])
    assert (weighed.reached, weighed.after) == ("probable", "confirmed")
    assert weighed.is_stated_beyond
    assert not weighed.is_raised


def test_same_observation_given_twice_counts_once() -> None:
    """An observation that comes in by two ways is one."""
    assert len(carry(fact(), [seen(), seen()]).supporting) == 1


@given(levels, st.lists(observations, max_size=8))
def test_never_lowers_and_confirms_only_independent_pairs(before: str, several: list[ObservedFact]) -> None:
    """Whatever is observed, no level falls, and a rise to confirmed has an independent pair behind it."""
    weighed = carry(fact(before), several)
    assert CONFIDENCES.index(weighed.after) <= CONFIDENCES.index(before)
    witnesses = [Witness(one.technique, one.build or "") for one in weighed.supporting]
    independent = any(not obstacles(one, other) for one in witnesses for other in witnesses)
    assert (weighed.reached == "confirmed") is (independent and not weighed.contradicting)
    assert all(counts(one) for one in weighed.supporting)
    assert (weighed.hindrances == ()) is (weighed.reached == "confirmed")


@given(levels, st.permutations([seen(), HOOK, seen(build=None), seen(flavor="cobalt"), seen("mitm-tls")]))
def test_order_does_not_matter(before: str, several: list[ObservedFact]) -> None:
    """The level and the reasons are those of the set of observations."""
    assert carry(fact(before), several).after == "confirmed"


@given(levels, st.lists(observations, max_size=6))
def test_no_observation_is_dropped(before: str, several: list[ObservedFact]) -> None:
    """Each distinct observation is in exactly one of the counts."""
    weighed = carry(fact(before), several)
    kept = len(weighed.supporting) + len(weighed.uncounted) + len(weighed.contradicting)
    assert kept + weighed.silent + weighed.extending == len(set(several))


@given(levels, st.lists(observations, max_size=6))
def test_contradiction_lets_nothing_rise(before: str, several: list[ObservedFact]) -> None:
    """One contradiction among any observations leaves the level where it was."""
    against = seen(stance=Stance.CONTRADICTS)
    weighed = carry(fact(before), [*several, against])
    assert weighed.after == before
    assert weighed.discrepancy is not None
    assert against in weighed.discrepancy.contradicting
