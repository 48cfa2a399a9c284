"""Rules about what answers a pre-accept: the server's ack to its sender, the receiver's ack, a receipt."""

from __future__ import annotations

from collections.abc import Iterator

from ringback.calls import Emission, Sighting, same_value
from ringback.check import correlation_codes as codes
from ringback.check.code import Code
from ringback.check.subject import Subject
from ringback.findings import Finding
from ringback.recognise import PREACCEPT, recognise
from ringback.stanza import Value

_ID = "call/@id"


def ack_received(subject: Subject) -> Iterator[Finding]:
    """The server took the stanza."""
    for emission in subject.preaccepts:
        acks = [ack for ack in _server_acks(emission) if "error" not in ack.node.attrs]
        if acks:
            yield subject.finding(codes.ACK_RECEIVED, "ack", emission.sent, acks, fact=_ID)


def ack_refused(subject: Subject) -> Iterator[Finding]:
    """The server answered with an error; one finding for each error."""
    for emission in subject.preaccepts:
        refusals: dict[Value, list[Sighting]] = {}
        for ack in _server_acks(emission):
            if "error" in ack.node.attrs:
                refusals.setdefault(ack.node.attrs["error"], []).append(ack)
        for error, acks in refusals.items():
            yield subject.finding(codes.ACK_REFUSED, "ack/@error", emission.sent, acks, fact=_ID, got=error)


def ack_missing(subject: Subject) -> Iterator[Finding]:
    """The sender's copy was seen on a connection that was read in full, and no ack of the server, of
    whatever type."""
    for emission in subject.preaccepts:
        told = any(map(subject.shows_absence, emission.sent))
        if told and all(ack.sent for ack in emission.acks):
            yield subject.finding(codes.ACK_MISSING, "ack", emission.sent, fact=_ID)


def ack_type_differs(subject: Subject) -> Iterator[Finding]:
    """An ack names another action, and no stanza of that action has the same id. No type is no difference:
    Baileys and whatsmeow ack without one."""
    for emission in subject.preaccepts:
        for ack in emission.acks:
            named = ack.node.text("type")
            if named not in (None, PREACCEPT) and not _answers_another(subject, emission, ack):
                stanza, got = _answered(emission, ack), ack.node.attrs["type"]
                yield subject.finding(
                    codes.ACK_TYPE_DIFFERS, "ack/@type", stanza, [ack], fact=_ID, expected=PREACCEPT, got=got
                )


def ack_address_differs(subject: Subject) -> Iterator[Finding]:
    """The server's ack is `from` another address than the stanza went to, or the receiver's ack goes `to`
    another than it came from."""
    for emission in subject.preaccepts:
        for ack in emission.acks:
            if ack.node.text("type") in (None, PREACCEPT):
                yield from _address_differs(subject, codes.ACK_ADDRESS_DIFFERS, emission, ack)


def _address_differs(subject: Subject, code: Code, emission: Emission, ack: Sighting) -> Iterator[Finding]:
    name, original = ("to", "from") if ack.sent else ("from", "to")
    got = ack.node.attrs.get(name)
    for stanza in _answered(emission, ack):
        expected = stanza.node.attrs.get(original)
        if same_value(expected, got) is False:
            path = f"ack/@{name}"
            yield subject.finding(code, path, [stanza], [ack], fact=_ID, expected=expected, got=got)
            return


def receipt_for_preaccept(subject: Subject) -> Iterator[Finding]:
    """A receipt names a pre-accept; its two copies are one finding."""
    receipts: dict[str | None, list[Sighting]] = {}
    for receipt in subject.call.receipts:
        recognised = recognise(receipt.node)
        if recognised is not None and recognised.action == PREACCEPT:
            receipts.setdefault(recognised.stanza_id, []).append(receipt)
    for stanza_id, shown_by in receipts.items():
        yield subject.finding(codes.RECEIPT_FOR_PREACCEPT, "receipt/preaccept", shown_by, got=stanza_id)


def _server_acks(emission: Emission) -> list[Sighting]:
    """The server's acks that name this action, or none."""
    return [ack for ack in emission.acks if not ack.sent and ack.node.text("type") in (None, PREACCEPT)]


def _answered(emission: Emission, ack: Sighting) -> list[Sighting]:
    """The copies that the ack answers: those that went the other way on its connection."""
    return [
        sighting
        for sighting in emission.sightings
        if sighting.connection == ack.connection and sighting.sent is not ack.sent
    ]


def _answers_another(subject: Subject, emission: Emission, ack: Sighting) -> bool:
    calls = (subject.call, *subject.call.same_ids)
    others = (other for call in calls for other in call.emissions if other is not emission)
    return any(other.action == ack.node.text("type") and ack in other.acks for other in others)
