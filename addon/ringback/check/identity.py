"""Rules about identity: the call-id, the creator and the stanza id of a pre-accept, and its addresses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ringback.calls import Emission, Sighting, same_value
from ringback.check import correlation_codes as codes
from ringback.check.subject import Subject, action_value
from ringback.findings import Finding
from ringback.spec.model import AttributeFact, StanzaSpec, Vantage
from ringback.stanza import Value

_CALL_ID = "call/preaccept/@call-id"
_CREATOR = "call/preaccept/@call-creator"


def call_id_matches(subject: Subject) -> Iterator[Finding]:
    """The call-id is that of an offer."""
    offered = [sighting for offer in subject.offers for sighting in offer.sightings]
    for emission in subject.preaccepts if offered else ():
        shown_by = (*offered, *emission.sightings)
        yield subject.finding(codes.CALL_ID_MATCHES, _CALL_ID, shown_by, got=emission.call_id)


def call_id_unknown(subject: Subject) -> Iterator[Finding]:
    """Nothing that was read of any connection offered this call, and one of them was read from its start."""
    for emission in () if subject.offers else subject.preaccepts:
        if any(map(subject.shows_absence, emission.sightings)):
            yield subject.finding(codes.CALL_ID_UNKNOWN, _CALL_ID, emission.sightings, got=emission.call_id)


def creator(subject: Subject) -> Iterator[Finding]:
    """The creator is, or is not, that of the offer. One finding for each pair of values."""
    offered = _creators(sighting for offer in subject.offers for sighting in offer.sightings)
    for emission in subject.preaccepts:
        for got, seen in _creators(emission.sightings).items():
            for expected, shown in offered.items():
                same = same_value(expected, got)
                if same is not None:
                    code = codes.CREATOR_MATCHES if same else codes.CREATOR_DIFFERS
                    yield subject.finding(code, _CREATOR, (*shown, *seen), expected=expected, got=got)


def _creators(sightings: Iterable[Sighting]) -> dict[Value, list[Sighting]]:
    found: dict[Value, list[Sighting]] = {}
    for sighting in sightings:
        value = action_value(sighting, "call-creator")
        if value is not None:
            found.setdefault(value, []).append(sighting)
    return found


def stanza_id_reused(subject: Subject) -> Iterator[Finding]:
    """The sender used the same id for a different stanza, of this call or of another."""
    for emission in subject.preaccepts:
        others = _same_id(subject, emission) if emission.stanza_id is not None else []
        if others:
            shown_by = (*emission.sightings, *others)
            yield subject.finding(codes.STANZA_ID_REUSED, "call/@id", shown_by, got=emission.stanza_id)


def _same_id(subject: Subject, emission: Emission) -> list[Sighting]:
    calls = (subject.call, *subject.call.same_ids)
    candidates = [
        sighting
        for call in calls
        for other in call.emissions
        if other.stanza_id == emission.stanza_id
        for sighting in other.sightings
    ]
    return [one for one in candidates if any(_is_reuse(one, seen) for seen in emission.sightings)]


def _is_reuse(one: Sighting, other: Sighting) -> bool:
    """Two stanzas of one id, by one sender, that do not say the same.

    Only copies that one connection saw are compared, as the server gives each receiver a copy of its own. The
    wrapper is left out: the server marks what it delivers again.
    """
    same_sender = one.sender.same_as(other.sender) is True
    return one.connection == other.connection and same_sender and one.node.children != other.node.children


def addresses_literal(subject: Subject) -> Iterator[Finding]:
    """Copies that lack an address which the file, read to the letter, requires of every copy."""
    required = [] if subject.spec is None else _required_addresses(subject.spec)
    lacking = [
        (sighting, fact)
        for emission in subject.preaccepts
        for sighting in emission.sightings
        for fact in required
        if sighting.vantage.excuses(fact) and fact.name not in sighting.node.attrs
    ]
    if lacking:
        _, fact = lacking[0]
        shown_by = [sighting for sighting, _ in lacking]
        yield subject.finding(codes.ADDRESSES_LITERAL, fact.path, shown_by)


def _required_addresses(spec: StanzaSpec) -> list[AttributeFact]:
    excusable = (Vantage.SENT, Vantage.DELIVERED)
    return [
        fact
        for fact in spec.attributes
        if fact.required and any(vantage.excuses(fact) for vantage in excusable)
    ]
