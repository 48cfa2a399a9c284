"""Rules about identity: the call-id, the creator and the stanza id of a pre-accept, and its addresses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ringback.calls import Emission, Sighting, same_value
from ringback.check import correlation_codes as codes
from ringback.check.subject import MAX_EVIDENCE, Subject, action_value
from ringback.findings import Finding
from ringback.spec.model import AttributeFact, StanzaSpec, Vantage
from ringback.stanza import Value

_CALL_ID = "call/preaccept/@call-id"
_CREATOR = "call/preaccept/@call-creator"

MAX_CREATORS = 4
"""Creators of one call that are compared with each other. Against offers of one call by everybody."""


def call_id_matches(subject: Subject) -> Iterator[Finding]:
    """The call-id is that of an offer."""
    offered = subject.offered[:MAX_EVIDENCE]
    more = len(subject.offered) - len(offered)
    for emission in subject.preaccepts if offered else ():
        yield subject.finding(
            codes.CALL_ID_MATCHES,
            _CALL_ID,
            emission.sightings,
            offered,
            got=emission.call_id,
            unlisted=more,
        )


def call_id_unknown(subject: Subject) -> Iterator[Finding]:
    """Nothing that was read of any connection offered this call, and one of them was read from its start."""
    for emission in () if subject.offers else subject.preaccepts:
        if any(map(subject.shows_absence, emission.sightings)):
            yield subject.finding(codes.CALL_ID_UNKNOWN, _CALL_ID, emission.sightings, got=emission.call_id)


def creator(subject: Subject) -> Iterator[Finding]:
    """The creator is, or is not, that of the offer. One finding for each pair of values."""
    offered = _creators(subject.offered)
    for emission in subject.preaccepts:
        for got, seen in _creators(emission.sightings).items():
            for expected, shown in offered.items():
                same = same_value(expected, got)
                if same is not None:
                    code = codes.CREATOR_MATCHES if same else codes.CREATOR_DIFFERS
                    yield subject.finding(code, _CREATOR, seen, shown, expected=expected, got=got)


def _creators(sightings: Iterable[Sighting]) -> dict[Value, list[Sighting]]:
    """The first few creators that are named, each with what names it."""
    found: dict[Value, list[Sighting]] = {}
    for sighting in sightings:
        value = action_value(sighting, "call-creator")
        if value is not None and (value in found or len(found) < MAX_CREATORS):
            found.setdefault(value, []).append(sighting)
    return found


def stanza_id_reused(subject: Subject) -> Iterator[Finding]:
    """The sender used the same id for a different stanza, of this call or of another."""
    by_id = _by_id(subject)
    for emission in subject.preaccepts:
        others = _reuses(emission, by_id.get(emission.stanza_id, ()))
        if others:
            yield subject.finding(
                codes.STANZA_ID_REUSED, "call/@id", emission.sightings, others, got=emission.stanza_id
            )


def _by_id(subject: Subject) -> dict[str | None, list[Emission]]:
    """Emissions of this call and those it shares ids with, by each id that a pre-accept has."""
    wanted = {emission.stanza_id for emission in subject.preaccepts} - {None}
    found: dict[str | None, list[Emission]] = {}
    for call in (subject.call, *subject.call.same_ids):
        for emission in call.emissions:
            if emission.stanza_id in wanted:
                found.setdefault(emission.stanza_id, []).append(emission)
    return found


def _reuses(emission: Emission, others: Iterable[Emission]) -> list[Sighting]:
    candidates = (sighting for other in others for sighting in other.sightings)
    return [one for one in candidates if any(_is_reuse(one, seen) for seen in emission.sightings)]


def _is_reuse(one: Sighting, other: Sighting) -> bool:
    """Two stanzas of one id, by one sender, that do not say the same.

    Only copies that one connection saw are compared, as the server gives each receiver a copy of its own. The
    wrapper is left out: the server marks what it delivers again.
    """
    if one.connection != other.connection or one.node.children == other.node.children:
        return False
    return one.sender.same_as(other.sender) is True


def addresses_literal(subject: Subject) -> Iterator[Finding]:
    """Copies that lack an address which the file, read to the letter, requires of every copy.

    One finding for the call: it stands at the first such fact of the file, and its message names them all.
    """
    copies = [sighting for emission in subject.preaccepts for sighting in emission.sightings]
    required = [] if subject.spec is None else _required_addresses(subject.spec)
    lacking = {fact.path: [copy for copy in copies if _lacks(copy, fact)] for fact in required}
    shown_by = {path: shown for path, shown in lacking.items() if shown}
    if shown_by:
        about = [copy for shown in shown_by.values() for copy in shown]
        lacked = f"Lacking: {', '.join(shown_by)}."
        yield subject.finding(codes.ADDRESSES_LITERAL, next(iter(shown_by)), about, addition=lacked)


def _lacks(copy: Sighting, fact: AttributeFact) -> bool:
    return copy.vantage.excuses(fact) and fact.name not in copy.node.attrs


def _required_addresses(spec: StanzaSpec) -> list[AttributeFact]:
    excusable = (Vantage.SENT, Vantage.DELIVERED)
    return [
        fact
        for fact in spec.attributes
        if fact.required and any(vantage.excuses(fact) for vantage in excusable)
    ]
