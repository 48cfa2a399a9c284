"""The pre-accepts of one call, and what the rules about them ask of the call."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from ringback.calls import Call, Emission, Sender, Sighting
from ringback.check.code import Code, Fact
from ringback.findings import Evidence, Finding
from ringback.recognise import PREACCEPT, action_child
from ringback.spec.model import StanzaSpec
from ringback.stanza import Jid, Value


@dataclass(frozen=True, slots=True)
class Subject:
    """One call with the file that specifies its pre-accepts; what every rule is given."""

    call: Call
    spec: StanzaSpec | None
    """None where no loaded file specifies pre-accepts: findings then speak to no fact."""
    clients: dict[Emission, Sender]
    """Who emitted each: `Call.clients`."""
    unreliable: Collection[int] = ()
    """Connections of which not everything could be read: that a stanza was not seen there says nothing."""

    @property
    def preaccepts(self) -> list[Emission]:
        """In order of time."""
        return self.call.of(PREACCEPT)

    @property
    def offers(self) -> list[Emission]:
        """In order of time."""
        return self.call.of("offer")

    def shows_absence(self, sighting: Sighting) -> bool:
        """Whether what was not seen on the sighting's connection was not there.

        So it is where the connection was read from its start, nothing of it stayed closed, and the call had
        room for all of it.
        """
        readable = sighting.complete and sighting.connection not in self.unreliable
        return readable and self.call.is_whole

    def fact(self, path: str) -> Fact | None:
        """The fact at that path of the file, None where the file has none."""
        facts = () if self.spec is None else self.spec.facts()
        return next((fact for fact in facts if fact.path == path), None)

    def finding(
        self,
        code: Code,
        path: str,
        shown_by: Iterable[Sighting],
        *,
        fact: str | None = None,
        expected: Value | None = None,
        got: Value | None = None,
    ) -> Finding:
        """A finding about the call, its evidence in order of time.

        `path` and `fact` are spelled with slashes; where no fact is named it is the one at `path`.
        """
        return code.finding(
            self.spec,
            tuple(path.split("/")),
            in_order(sighting.evidence for sighting in shown_by),
            call_id=self.call.call_id,
            fact=self.fact(fact or path),
            expected=expected,
            got=got,
        )


Rule: TypeAlias = Callable[[Subject], Iterator[Finding]]
"""One question put to the pre-accepts of a call."""


def in_order(evidence: Iterable[Evidence]) -> list[Evidence]:
    """Each piece of evidence once, earliest first."""
    return sorted(dict.fromkeys(evidence), key=_order)


def _order(evidence: Evidence) -> tuple[float, int, int, int]:
    place = evidence.place
    return (place.at, evidence.connection, place.message, place.frame)


def action_value(sighting: Sighting, name: str) -> Value | None:
    """The attribute of the sighting's action child, None where it has none."""
    child = action_child(sighting.node)
    return None if child is None else child.attrs.get(name)


def listed_devices(sighting: Sighting) -> list[Jid]:
    """The devices that a stanza lists: `<destination><to jid>` of an offer or terminate as its sender wrote
    it, `<user><device jid>` of an offer's ack and of a group's offer.

    Source: Cobalt's published fixtures (commit dce2b51a), 1to1/audio-accept and group/audio-offer.
    """
    listing = (node for node in sighting.node.walk() if node.tag in ("to", "device"))
    return [jid for node in listing if (jid := node.jid("jid")) is not None]
