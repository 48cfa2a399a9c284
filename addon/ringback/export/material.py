"""What exports are made of: calls, who spoke on which connection, and the specification that they bear on."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from ringback.calls import Call, Emission, Sighting
from ringback.check.call import check_call
from ringback.check.stanza import check_stanza
from ringback.export.leakscan import checked, is_real_address
from ringback.export.ownwords import is_own
from ringback.findings import Evidence, Finding
from ringback.questions.evidence import ClientFacts
from ringback.sanitize.addresses import PACKED_LENGTHS, PACKED_TAGS
from ringback.sanitize.identities import Identities
from ringback.sanitize.keep import DENIED_ATTRIBUTES
from ringback.sanitize.named import CALL_IDS, IDS, NOBODY
from ringback.sanitize.named import identities_of as identities_in
from ringback.spec.model import WEBSOCKET_CAPTURE, Specification, StanzaSpec
from ringback.stanza import Jid, Node

LEAST_ID = 6
"""Characters of an id that is searched for: a shorter one, such as `1`, stands in every text."""
_PLACEHOLDER = re.compile(r"[A-Z]{1,2}|OTHER|(?:CALLID|ID|GROUP)-(?:[0-9]{4}|OTHER)|TEXT-PLACEHOLDER-.*")
"""Evidence that was sanitised before names its parties so: they are nobody."""
_VERSION = re.compile(r"2\.(?:[0-9]{2}\.[0-9]{1,3}\.[0-9]{1,3}|3000\.10[0-9]{8})")
"""Source: whatsapp-rust tests (`2.25.37.76`, Android), Cobalt fixtures (`2.3000.1039501489`, Web)."""


@dataclass(frozen=True, eq=False)
class Material:
    """The evidence behind an export. Values are raw."""

    calls: tuple[Call, ...]
    """In order of their first stanza: the order does not depend on how they were collected."""
    clients: Mapping[int, ClientFacts]
    """By number of the connection; those that are not known are absent."""
    specification: Specification
    doubtful: frozenset[str] = frozenset()
    """Ids of calls that may be one with another of them."""
    others: tuple[Sighting, ...] = ()
    """What else was seen and is not exported: whom it names is hidden all the same."""
    scope: str = ""
    """Which part of the evidence this is; empty for all of it."""

    @classmethod
    def of(
        cls,
        calls: Iterable[Call],
        clients: Mapping[int, ClientFacts],
        specification: Specification,
        doubtful: frozenset[str] = frozenset(),
        *,
        others: Iterable[Sighting] = (),
        scope: str = "",
    ) -> Material:
        """The calls put in order."""
        ordered = tuple(sorted(calls, key=_order))
        return cls(ordered, clients, specification, doubtful, tuple(others), scope)

    def client_of(self, evidence: Evidence) -> ClientFacts | None:
        """Who speaks on the connection that shows it."""
        return self.clients.get(evidence.connection)

    def techniques_of(self, calls: Iterable[Call]) -> list[str]:
        """The techniques by which these calls were watched, sorted; never empty."""
        return sorted({client.technique for client in self._clients_of(calls)} or {WEBSOCKET_CAPTURE})

    def builds_of(self, calls: Iterable[Call]) -> list[str]:
        """The clients that watched these calls, sorted: `WEB 2.3000.1015901307`."""
        told = (f"{client.platform} {client.version}".strip() for client in self._clients_of(calls))
        return sorted(set(told) - {""})

    def _clients_of(self, calls: Iterable[Call]) -> list[ClientFacts]:
        connections = {sighting.connection for call in calls for sighting in call.sightings()}
        return [self.clients[connection] for connection in connections if connection in self.clients]

    def emissions(self, actions: Collection[str]) -> Iterator[Emission]:
        """What was emitted of these actions, in order of calls and time."""
        for call in self.calls:
            yield from call.of(*actions)

    def spec_of(self, action: str) -> StanzaSpec | None:
        """The file that specifies `<call>` with that action, None where none does."""
        return self.specification.for_action("call", action)

    def stanza_findings(self, sighting: Sighting, action: str) -> list[Finding]:
        """What this copy says by itself about the facts of its file."""
        spec = self.spec_of(action)
        return [] if spec is None else check_stanza(sighting, spec, self.specification.enums)

    def findings(self) -> Iterator[Finding]:
        """Everything that the calls say about the specification, call by call."""
        for call in self.calls:
            for emission in call.emissions:
                for sighting in emission.sightings:
                    yield from self.stanza_findings(sighting, emission.action)
            yield from check_call(call, self.specification, settled=True)

    @cached_property
    def identities(self) -> frozenset[str | bytes]:
        """Who and what is named in the evidence: what no export may hold in any spelling. Addresses are
        packed."""
        return identities_of(self._seen())

    @cached_property
    def named(self) -> Identities:
        """The same, word by word: what no name of a tag or attribute may carry."""
        return identities_in(*(sighting.node for sighting in self._seen()))

    @cached_property
    def versions(self) -> frozenset[str]:
        """The versions of apps that the evidence names, by a handshake or in a stanza, which an export may
        name too: those of phones have the form of IPv4 addresses, those of browsers a run of digits."""
        told = {client.version for client in self.clients.values()}
        told.update(
            sighting.node.text("version") or "" for call in self.calls for sighting in call.sightings()
        )
        return known_versions(told)

    def _seen(self) -> Iterator[Sighting]:
        for call in self.calls:
            yield from call.sightings()
        yield from self.others

    def checked(self, text: str, name: str) -> str:
        """The text itself, when nothing in it could identify anybody of this evidence.

        Raises:
            LeakError: it holds something that could.
        """
        return checked(text, name=name, known=self.identities, versions=self.versions)


def known_versions(told: Iterable[str]) -> frozenset[str]:
    """Those of them that are spelled as versions of apps are."""
    return frozenset(version for version in told if _VERSION.fullmatch(version))


def identities_of(sightings: Iterable[Sighting]) -> frozenset[str | bytes]:
    """Who and what these name: what no text for publication may hold in any spelling. Addresses are
    packed."""
    found: set[str | bytes] = set()
    for sighting in sightings:
        found.update(_identities(sighting.node))
        if sighting.owner is not None:
            found.add(sighting.owner.user)
    return frozenset(each for each in found - NOBODY if not _is_nobody(each))


def _identities(node: Node) -> Iterator[str | bytes]:
    for each in node.walk():
        for name, value in (*each.attrs.items(), *each.repeated):
            yield from _named(name, value)
        if isinstance(each.content, bytes):
            if each.tag in PACKED_TAGS and len(each.content) in PACKED_LENGTHS:
                yield each.content
        elif isinstance(each.content, str | Jid):
            yield from _named(each.tag, each.content)


def _named(name: str, value: str | Jid) -> Iterator[str]:
    jid = value if isinstance(value, Jid) else Jid.maybe_parse(value)
    if jid is not None:
        yield jid.user
    elif (
        name in DENIED_ATTRIBUTES
        or (name in CALL_IDS | IDS and len(str(value)) >= LEAST_ID)
        or is_real_address(str(value))
    ):
        yield str(value)


def _is_nobody(identity: str | bytes) -> bool:
    """Evidence that was sanitised before has placeholders and addresses for documentation; and a name that is
    made of ordinary words, which every export has anyway, tells nobody apart."""
    if isinstance(identity, bytes):
        return not is_real_address(identity[: PACKED_LENGTHS[len(identity)]])
    return _PLACEHOLDER.fullmatch(identity) is not None or is_own(identity)


def _order(call: Call) -> tuple[float, str, str]:
    first = min((sighting.at for sighting in call.sightings()), default=float("inf"))
    return (first, call.capture, call.call_id)
