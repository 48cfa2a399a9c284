"""Under which conditions a device was called: the dimensions by which tallies are split."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from ringback.calls import Emission, Sender, Sighting
from ringback.questions.evidence import CallEvidence
from ringback.questions.offered import is_phone
from ringback.questions.words import plain_version, plain_word
from ringback.recognise import PREACCEPT

CLIENT_VERSION = "client version"
PLATFORM = "platform"
DEVICE_KIND = "device kind"
CALL_KIND = "call kind"
CALLER_MEDIUM = "caller's net medium"
DEVICE_MEDIUM = "device's net medium"
CALLER_LATENCY = "caller's relay latency"
DEVICE_LATENCY = "device's relay latency"
ROUND_TRIP = "round trip to the server"

CONDITIONS = (
    CLIENT_VERSION,
    PLATFORM,
    DEVICE_KIND,
    CALL_KIND,
    CALLER_MEDIUM,
    DEVICE_MEDIUM,
    CALLER_LATENCY,
    DEVICE_LATENCY,
    ROUND_TRIP,
)
"""Every dimension that `traits` knows."""

LATENCY_FLAG = 0x02000000
"""Added to the milliseconds of a latency.

Source: Cobalt's published fixtures (commit dce2b51a), relaylatency.
"""
STEPS_MS = (50, 100, 200, 400)
"""Bounds of the classes of latencies and round trips: near, far and very far relays end up apart (the public
fixtures have 14 to 129 ms), and a class still collects enough units to be compared."""

_NUMBER = re.compile(r"[0-9]{1,10}")


def traits(evidence: CallEvidence, device: Sender) -> dict[str, str]:
    """Dimension to value, for what is known; of a device of the callee."""
    caller = [
        emission for emission in evidence.call.emissions if evidence.is_caller(evidence.senders[emission])
    ]
    own = evidence.by(device)
    known = {
        CLIENT_VERSION: _version(evidence, device, own),
        PLATFORM: _platform(evidence, device, own),
        DEVICE_KIND: "phone" if is_phone(device, evidence) else "companion",
        CALL_KIND: evidence.kind,
        CALLER_MEDIUM: _medium(caller),
        DEVICE_MEDIUM: _medium(own),
        CALLER_LATENCY: _step(_latencies(caller)),
        DEVICE_LATENCY: _step(_latencies(own)),
        ROUND_TRIP: _step(_round_trips(own)) or _step(_round_trips(caller)),
    }
    return {dimension: value for dimension, value in known.items() if value}


def maybe_build(evidence: CallEvidence, client: Sender) -> str | None:
    """Platform and version of the client, such as `web 2.3000.1`; None where neither is known."""
    own = evidence.by(client)
    parts = (_platform(evidence, client, own), _version(evidence, client, own))
    return " ".join(part for part in parts if part) or None


def _version(evidence: CallEvidence, device: Sender, own: list[Emission]) -> str | None:
    facts = [evidence.clients[each] for each in sorted(device.connections) if each in evidence.clients]
    named = next((each.version for each in facts if each.version), None) or _root_text(own, "version")
    return plain_version(named) if named else None


def _platform(evidence: CallEvidence, device: Sender, own: list[Emission]) -> str | None:
    facts = [evidence.clients[each] for each in sorted(device.connections) if each in evidence.clients]
    named = next((each.platform for each in facts if each.platform), None) or _root_text(own, "platform")
    # The handshake says WEB, the server writes web.
    return plain_word(named.lower()) if named else None


def _root_text(emissions: Iterable[Emission], name: str) -> str | None:
    """The first such attribute that the server wrote on a delivered copy, whatever client wrote beside it.

    Source: Cobalt's published fixtures (commit dce2b51a): `version` and `platform` of delivered accepts.
    """
    texts = (copy.node.text(name) for emission in emissions for copy in emission.delivered)
    return next((text for text in texts if text), None)


def _medium(emissions: Iterable[Emission]) -> str | None:
    """The first `<net medium>` of the client."""
    media = (
        net.text("medium")
        for emission in emissions
        for copy in emission.sightings
        for action in copy.node.children[:1]
        for net in action.all("net")
    )
    return next((plain_word(medium) for medium in media if medium), None)


def _latencies(emissions: Iterable[Emission]) -> Iterator[float]:
    """What the client's relaylatency says of each relay, in milliseconds."""
    for emission in emissions:
        for copy in emission.sightings if emission.action == "relaylatency" else ():
            for node in copy.node.walk():
                text = node.text("latency")
                if text is not None and _NUMBER.fullmatch(text):
                    value = int(text)
                    yield value - LATENCY_FLAG if value >= LATENCY_FLAG else value


def _round_trips(emissions: Sequence[Emission]) -> Iterator[float]:
    """From a stanza to the server's ack on the same socket, in milliseconds.

    A pre-accept's own is left out: only a unit that has one could have it.
    """
    for emission in emissions:
        for copy in emission.sent if emission.action != PREACCEPT else ():
            acks = [ack.at for ack in emission.acks if _answers(ack, copy)]
            if acks:
                yield (min(acks) - copy.at) * 1000


def _answers(ack: Sighting, copy: Sighting) -> bool:
    return not ack.sent and ack.connection == copy.connection and ack.at >= copy.at


def _step(milliseconds: Iterable[float]) -> str | None:
    """The class of the least: that is the relay, or the moment, without a queue."""
    least = min(milliseconds, default=None)
    if least is None:
        return None
    below = next((step for step in STEPS_MS if least < step), None)
    return f"below {below} ms" if below else f"{STEPS_MS[-1]} ms or more"
