"""Which witnesses corroborate each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.confidence.independence import (
    BLIND,
    NOISE_SOCKET,
    STATIC,
    Hindrance,
    Witness,
    least_obstacles,
    obstacles,
    sees_stanzas,
)
from ringback.spec.model import TECHNIQUES

WEB, HOOK = Witness("websocket-capture", "2.3000.1"), Witness("frida-hooking", "2.25.1")

witnesses = st.builds(Witness, st.sampled_from(TECHNIQUES), st.sampled_from(("", "2.3000.1", "2.25.1")))


def test_two_techniques_on_two_builds_corroborate() -> None:
    """Nothing stands between a socket capture of one build and a hook in another."""
    assert obstacles(WEB, HOOK) == ()


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (("websocket-capture", "1"), ("websocket-capture", "2"), {Hindrance.ONE_TECHNIQUE}),
        (("websocket-capture", "1"), ("baileys-instrumentation", "2"), {Hindrance.SAME_WIRE}),
        (
            ("baileys-instrumentation", "1"),
            ("websocket-capture", "1"),
            {Hindrance.SAME_WIRE, Hindrance.SAME_BUILD},
        ),
        (("websocket-capture", "1"), ("frida-hooking", "1"), {Hindrance.SAME_BUILD}),
        (("websocket-capture", ""), ("frida-hooking", "1"), {Hindrance.BUILD_UNKNOWN}),
        (("websocket-capture", ""), ("frida-hooking", ""), {Hindrance.BUILD_UNKNOWN}),
        (("static-smali-analysis", "1"), ("wasm-analysis", "2"), {Hindrance.NOTHING_LIVE}),
        (("static-smali-analysis", "1"), ("websocket-capture", "2"), set()),
        (
            ("wasm-analysis", "1"),
            ("wasm-analysis", "2"),
            {Hindrance.ONE_TECHNIQUE, Hindrance.NOTHING_LIVE},
        ),
    ],
)
def test_each_obstacle_is_named(
    one: tuple[str, str], other: tuple[str, str], expected: set[Hindrance]
) -> None:
    """Same technique, same wire, same build, a build not known, and nothing live: each by its name."""
    assert set(obstacles(Witness(*one), Witness(*other))) == expected
    assert set(obstacles(Witness(*other), Witness(*one))) == expected


@given(witnesses)
def test_nobody_corroborates_himself(witness: Witness) -> None:
    """However often a technique on a build is repeated, it is one witness."""
    assert Hindrance.ONE_TECHNIQUE in obstacles(witness, witness)
    assert least_obstacles([witness] * 3) == obstacles(witness, witness)


@given(st.lists(witnesses, min_size=1, max_size=6))
def test_nearest_pair_decides(several: list[Witness]) -> None:
    """There is nothing missing exactly where some pair is independent, in whatever order they come."""
    some_pair = any(not obstacles(one, other) for one in several for other in several)
    assert (least_obstacles(several) == ()) is some_pair
    assert least_obstacles(several) == least_obstacles(reversed(several))


def test_no_witness_is_our_own_mistake() -> None:
    """Obstacles of nobody have no meaning."""
    with pytest.raises(ValueError, match="empty"):
        least_obstacles([])


def test_who_sees_stanzas() -> None:
    """All techniques of the fixed set do, but for the one that cannot open the Noise socket."""
    assert [name for name in TECHNIQUES if not sees_stanzas(name)] == ["mitm-tls"]
    assert not sees_stanzas("whatsapp-rust")
    assert set(TECHNIQUES) >= NOISE_SOCKET | STATIC | BLIND


@pytest.mark.parametrize("hindrance", Hindrance)
def test_each_hindrance_has_its_reason(hindrance: Hindrance) -> None:
    """Every hindrance is told in one sentence."""
    assert hindrance.reason[0].isupper()
    assert hindrance.reason.endswith(".")
