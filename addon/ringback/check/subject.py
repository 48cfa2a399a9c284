"""The pre-accepts of one call, and what the rules about them ask of the call."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cached_property
from typing import TypeAlias

from ringback.calls import Call, Emission, Sender, Sighting
from ringback.check.code import Code, Fact
from ringback.findings import Evidence, Finding
from ringback.recognise import PREACCEPT, action_child
from ringback.spec.model import StanzaSpec
from ringback.stanza import Jid, Value
from ringback.wire.events import Direction

MAX_EVIDENCE = 16
"""Pieces of evidence listed in a finding about a call, earliest first; the message tells how many more there
are. Against a call with an offer and a pre-accept for every limit of `ringback.calls.book`."""


class Subject:
    """One call with the file that specifies its pre-accepts; what every rule is given.

    What the rules share is worked out once: a call is looked at again after each of its stanzas.
    """

    def __init__(self, call: Call, spec: StanzaSpec | None, unreliable: Collection[int] = ()) -> None:
        """Without a file, where no loaded one specifies pre-accepts, findings speak to no fact.

        `unreliable` are connections of which not everything could be read: that a stanza was not seen there
        says nothing.
        """
        self.call = call
        self.spec = spec
        self.unreliable = unreliable
        self.preaccepts = call.of(PREACCEPT)
        """In order of time."""
        self.offers = call.of("offer")
        """In order of time."""

    @cached_property
    def clients(self) -> dict[Emission, Sender]:
        """Who emitted each: `Call.clients`."""
        return self.call.clients()

    @cached_property
    def offered(self) -> list[Sighting]:
        """Every copy of every offer, in order of time."""
        return sorted((copy for offer in self.offers for copy in offer.sightings), key=_seen)

    def shows_absence(self, sighting: Sighting) -> bool:
        """Whether what was not seen on the sighting's connection was not there.

        So it is where the connection was read from its start, nothing of it stayed closed, and the call had
        room for all of it.
        """
        readable = sighting.complete and sighting.connection not in self.unreliable
        return readable and self.call.is_whole

    def fact(self, path: str) -> Fact | None:
        """The fact at that path of the file, None where the file has none."""
        return self._facts.get(path)

    @cached_property
    def _facts(self) -> dict[str, Fact]:
        return {} if self.spec is None else {fact.path: fact for fact in self.spec.facts()}

    def finding(
        self,
        code: Code,
        path: str,
        about: Iterable[Sighting],
        shown_by: Collection[Sighting] = (),
        *,
        fact: str | None = None,
        expected: Value | None = None,
        got: Value | None = None,
        addition: str = "",
        unlisted: int = 0,
    ) -> Finding:
        """A finding about the call: its evidence are the copies it is about and `shown_by`, in order of time.

        `path` and `fact` are spelled with slashes; where no fact is named it is the one at `path`.
        `unlisted` counts further evidence that is not handed over.
        """
        copies = [copy.evidence for copy in about]
        evidence, more = _listed(copies, [sighting.evidence for sighting in shown_by])
        more += unlisted
        return code.finding(
            self.spec,
            tuple(path.split("/")),
            evidence,
            call_id=self.call.call_id,
            fact=self.fact(fact or path),
            expected=expected,
            got=got,
            about=tuple(copies),
            addition=f"{addition} Evidence not listed: {more} more.".strip() if more else addition,
        )


Rule: TypeAlias = Callable[[Subject], Iterator[Finding]]
"""One question put to the pre-accepts of a call."""


def _listed(copies: list[Evidence], shown_by: list[Evidence]) -> tuple[list[Evidence], int]:
    """The evidence to list and how much there is more: at most half of the list goes to the copies, if there
    is other evidence to list."""
    everything = in_order(copies + shown_by)
    if len(everything) <= MAX_EVIDENCE:
        return everything, 0
    own = in_order(copies)
    others = [each for each in in_order(shown_by) if each not in own]
    own = own[: max(MAX_EVIDENCE // 2, MAX_EVIDENCE - len(others))]
    return in_order(own + others[: MAX_EVIDENCE - len(own)]), len(everything) - MAX_EVIDENCE


def in_order(evidence: Iterable[Evidence]) -> list[Evidence]:
    """Each piece of evidence once, earliest first."""
    by_place = {(each.capture, *_order(each)): each for each in evidence}
    return sorted(by_place.values(), key=_order)


def _order(evidence: Evidence) -> tuple[float, int, int, int, bool]:
    place = evidence.place
    sent = place.direction is Direction.CLIENT
    return (place.at, evidence.connection, place.message, place.frame, sent)


def _seen(sighting: Sighting) -> tuple[float, int, int, int, bool]:
    return _order(sighting.evidence)


def action_value(sighting: Sighting, name: str) -> Value | None:
    """The attribute of the sighting's action child, None where it has none."""
    child = action_child(sighting.node)
    return None if child is None else child.attrs.get(name)


def action_jid(sighting: Sighting, name: str) -> Jid | None:
    """The same as an address, also where it was spelled as text; None where it is none."""
    child = action_child(sighting.node)
    return None if child is None else child.jid(name)


def listed_devices(sighting: Sighting) -> list[Jid]:
    """The devices that a stanza lists: `<destination><to jid>` of an offer or terminate as its sender wrote
    it, `<user><device jid>` of an offer's ack and of a group's offer.

    Source: Cobalt's published fixtures (commit dce2b51a), 1to1/audio-accept and group/audio-offer.
    """
    listing = (node for node in sighting.node.walk() if node.tag in ("to", "device"))
    return [jid for node in listing if (jid := node.jid("jid")) is not None]
