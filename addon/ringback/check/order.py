"""Rules about order: where a pre-accept stands among the call's offer, accepts, rejects and terminate.

All of them wait until the call is settled: keys that come late may yet show an earlier copy of a stanza.
"""

from __future__ import annotations

from collections.abc import Iterator

from ringback.calls import Emission, Sender, Sighting, same_account
from ringback.check import timeline_codes as codes
from ringback.check.code import Code
from ringback.check.subject import Subject, listed_devices
from ringback.findings import Finding

_PATH = "call/preaccept"


def offer_order(subject: Subject) -> Iterator[Finding]:
    """It follows an offer, or every offer follows it; stanzas that cross show neither.

    That there was no earlier offer is told only where its connection was read in full.
    """
    for emission in subject.preaccepts:
        earlier = [offer for offer in subject.offers if emission.follows(offer)]
        later = [offer for offer in subject.offers if offer.follows(emission)]
        if earlier:
            yield _finding(subject, codes.OFFER_FIRST, emission, earlier)
        elif later == subject.offers and later and any(map(subject.shows_absence, emission.sightings)):
            yield _finding(subject, codes.PREACCEPT_BEFORE_OFFER, emission, later)


def after_accept(subject: Subject) -> Iterator[Finding]:
    """It follows an accept, told apart by whether another device accepted."""
    for emission in subject.preaccepts:
        accepts = [accept for accept in subject.call.of("accept") if emission.follows(accept)]
        elsewhere = [accept for accept in accepts if _same_client(subject, emission, accept) is False]
        own = [accept for accept in accepts if accept not in elsewhere]
        if own:
            yield _finding(subject, codes.PREACCEPT_AFTER_ACCEPT, emission, own)
        if elsewhere:
            yield _finding(subject, codes.PREACCEPT_AFTER_ACCEPT_ELSEWHERE, emission, elsewhere)


def after_reject(subject: Subject) -> Iterator[Finding]:
    """It follows a reject by the same device; a reject by another device says nothing about this one."""
    for emission in subject.preaccepts:
        rejects = [
            reject
            for reject in subject.call.of("reject")
            if emission.follows(reject) and _same_client(subject, emission, reject)
        ]
        if rejects:
            yield _finding(subject, codes.PREACCEPT_AFTER_REJECT, emission, rejects)


def after_terminate(subject: Subject) -> Iterator[Finding]:
    """It follows a terminate that ended the call for its device."""
    for emission in subject.preaccepts:
        ends = [
            terminate
            for terminate in subject.call.of("terminate")
            if emission.follows(terminate) and _ends_for(subject, terminate, emission)
        ]
        if ends:
            yield _finding(subject, codes.PREACCEPT_AFTER_TERMINATE, emission, ends)


def _finding(subject: Subject, code: Code, emission: Emission, others: list[Emission]) -> Finding:
    shown_by = [sighting for other in others for sighting in other.sightings]
    jids = subject.clients[others[0]].jids
    return subject.finding(code, _PATH, emission.sightings, shown_by, got=jids[0] if jids else None)


def _same_client(subject: Subject, one: Emission, other: Emission) -> bool | None:
    return subject.clients[one].same_as(subject.clients[other])


def _ends_for(subject: Subject, terminate: Emission, emission: Emission) -> bool:
    """Whether the terminate reaches the pre-accept's device: the caller dismisses single devices with one.

    Where its targets cannot be compared with the device it counts as ending the call.
    """
    client = subject.clients[emission]
    if any(copy.connection in client.connections for copy in terminate.delivered):
        return True
    return all(_reaches(copy, client) is not False for copy in terminate.sightings)


def _reaches(terminate: Sighting, client: Sender) -> bool | None:
    """Whether this copy names the client as a target; None where it names no single devices, or of another
    account, as the callee's own terminate does."""
    named = listed_devices(terminate)
    target = terminate.node.jid("to")
    if not named and target is not None and target.device is not None:
        named = [target] if any(same_account(target, jid) for jid in client.jids) else []
    return Sender(tuple(named), frozenset()).same_as(client)
