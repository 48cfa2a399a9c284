"""What the rules ask of a call: its parties, its emissions by client, its kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ringback.calls import Call, Emission, Sender, Sighting, same_account
from ringback.recognise import PREACCEPT
from ringback.spec.model import WEBSOCKET_CAPTURE
from ringback.stanza import Jid
from ringback.wire.events import ClientIdentified


@dataclass(frozen=True, slots=True)
class ClientFacts:
    """Which client speaks on a connection."""

    platform: str
    """Such as `WEB`; empty where it is not known."""
    version: str
    """App version, its parts joined by dots: the build. Empty where it is not known."""
    device: int | None
    """Device number; None where it is not known."""
    technique: str = WEBSOCKET_CAPTURE
    """Technique id under which the connection was observed."""

    @classmethod
    def of(cls, client: ClientIdentified, technique: str = WEBSOCKET_CAPTURE) -> ClientFacts:
        """What the handshake of a connection tells."""
        return cls(client.platform, client.version, client.device, technique)


@dataclass(frozen=True, slots=True, eq=False)
class CallEvidence:
    """One call as the rules see it."""

    call: Call
    clients: Mapping[int, ClientFacts]
    """By number of the connection; those that are not known are absent."""
    senders: Mapping[Emission, Sender]
    """Who emitted each: `Call.clients`."""

    @classmethod
    def of(cls, call: Call, clients: Mapping[int, ClientFacts]) -> CallEvidence:
        """The call with who is who in it."""
        return cls(call, clients, call.clients())

    @property
    def offers(self) -> list[Emission]:
        """The offers that rang somebody: not those which the server refused with an error.

        Source: Cobalt's published fixtures (commit dce2b51a), group/audio-offer.caller.ack: error 427.
        """
        return [
            offer
            for offer in self.call.of("offer")
            if not any("error" in ack.node.attrs for ack in offer.acks)
        ]

    @property
    def calling_connections(self) -> frozenset[int]:
        """Connections on which an offer of this call was sent: the caller's vantage."""
        return frozenset(copy.connection for offer in self.offers for copy in offer.sent)

    def is_caller(self, client: Sender) -> bool:
        """Whether the client offered the call, or is of the account that did."""
        if client.connections & self.calling_connections:
            return True
        return any(same_account(jid, creator) for jid in client.jids for creator in self._creators())

    def by(self, client: Sender, *actions: str) -> list[Emission]:
        """What the client emitted, of these actions where any are given, in order of time."""
        return [
            emission
            for emission in self.call.emissions
            if (not actions or emission.action in actions) and self.senders[emission].same_as(client)
        ]

    def ringing_clients(self) -> Iterator[tuple[Sender, list[Emission]]]:
        """Each client that pre-accepted, the caller excepted, with its pre-accepts in order of time."""
        by_client: dict[int, list[Emission]] = {}
        for emission in self.call.of(PREACCEPT):
            by_client.setdefault(id(self.senders[emission]), []).append(emission)
        for emissions in by_client.values():
            client = self.senders[emissions[0]]
            if not self.is_caller(client):
                yield client, emissions

    @property
    def kind(self) -> str | None:
        """`video` where an offer or a pre-accept speaks of video, `audio` where one was seen and none does,
        `group ...` where the offer is a group's; None where none was seen."""
        seen = [*self.offers, *self.call.of(PREACCEPT)]
        nodes = [node for emission in seen for copy in emission.sightings for node in copy.node.walk()]
        if not nodes:
            return None
        is_video = any(node.tag == "video" or node.text("media") == "video" for node in nodes)
        is_group = any(node.tag == "group_info" for node in nodes)
        return ("group " if is_group else "") + ("video" if is_video else "audio")

    def _creators(self) -> set[Jid]:
        jids = {jid for offer in self.offers for jid in self.senders[offer].jids}
        for emission in self.offers or self.call.of(PREACCEPT):
            for copy in emission.sightings:
                jids.update(creator for creator in _action_jids(copy) if creator is not None)
        return jids


def _action_jids(copy: Sighting) -> Iterable[Jid | None]:
    return (child.jid("call-creator") for child in copy.node.children[:1])


def place_on_wire(sighting: Sighting) -> tuple[int, int]:
    """Where it stands among the sightings of its connection."""
    return (sighting.evidence.place.message, sighting.evidence.place.frame)
