"""What the model answers about itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from ringback.spec.load import load_specification
from ringback.spec.model import AttributeFact, ChildFact, Specification, StanzaSpec, Vantage
from support.specs import specs

PREACCEPT = load_specification(None).stanzas["call-preaccept"]
PATHS = {fact.path: fact for fact in PREACCEPT.facts()}


def required(vantage: Vantage) -> set[str]:
    return {
        fact.path
        for fact in PREACCEPT.facts()
        if isinstance(fact, AttributeFact) and fact.required_for(vantage)
    }


def test_each_copy_lacks_its_own_end_of_the_address() -> None:
    """The sender's copy has no `from`, the delivered copy no `to`; the literal reading asks for both."""
    literal = {
        f"call/{name}" for name in ("@from", "@to", "@id", "preaccept/@call-id", "preaccept/@call-creator")
    }
    assert required(Vantage.LITERAL) == literal
    assert required(Vantage.SENT) == literal - {"call/@from"}
    assert required(Vantage.DELIVERED) == literal - {"call/@to"}


def test_only_the_root_is_excused() -> None:
    """An attribute called `from` on a child is no address of the stanza."""
    inner = replace(PATHS["call/@from"], path="call/preaccept/@from")
    assert isinstance(inner, AttributeFact)
    assert inner.required_for(Vantage.SENT)
    assert not inner.on_root


def test_an_optional_address_stays_optional() -> None:
    """No copy makes an attribute required that the file does not require."""
    fact = PATHS["call/@from"]
    assert isinstance(fact, AttributeFact)
    optional = replace(fact, required=False)
    assert not any(optional.required_for(vantage) for vantage in Vantage)


def with_children(*occurrences: tuple[str, str]) -> StanzaSpec:
    child = PATHS["call/preaccept"]
    assert isinstance(child, ChildFact)
    children = tuple(replace(child, tag=tag, occurrence=times) for tag, times in occurrences)
    return replace(PREACCEPT, id="-".join(("call", *(tag for tag, _ in occurrences))), children=children)


@pytest.mark.parametrize(
    ("spec", "action", "actions"),
    [
        (with_children(("offer", "1")), "offer", ("offer",)),
        (with_children(("offer", "1..n")), "offer", ("offer",)),
        (with_children(("offer", "1"), ("privacy", "0..1")), "offer", ("offer",)),
        (with_children(("mute", "0..1"), ("video", "0..n")), None, ("mute", "video")),
        (with_children(("offer", "1"), ("accept", "1")), None, ("offer", "accept")),
        (with_children(), None, ()),
    ],
)
def test_the_action_is_the_one_child_that_must_be_there(
    spec: StanzaSpec, action: str | None, actions: tuple[str, ...]
) -> None:
    """Where it is not one, every child is an action that the file knows."""
    assert (spec.action, spec.actions) == (action, actions)


def test_a_file_that_requires_the_action_comes_first() -> None:
    """A general file may know an action that another file is about."""
    general = with_children(("video", "0..1"), ("mute", "0..1"))
    own = with_children(("video", "1"))
    for files in ((general, own), (own, general)):
        loaded = Specification({spec.id: spec for spec in files})
        assert loaded.for_action("call", "video") is own
        assert loaded.for_action("call", "mute") is general
        assert loaded.for_action("ack", "video") is None


@given(specs())
def test_every_fact_is_named_once(spec: StanzaSpec) -> None:
    """Paths are the addresses of facts: no two facts of a file share one."""
    paths = [fact.path for fact in spec.facts()]
    assert len(paths) == len(set(paths))
