"""The core in one piece: WebSocket messages in, observations and findings out. No I/O, no clock.

One `Inspector` serves the live add-on, `mitmdump -r`, the offline readers and the tests alike. What it
reports about a call does not depend on the order in which connections come, only the moment of the report.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ringback.calls import Call, CallBook, Correlated, Emission, Sighting
from ringback.calls.book import KEPT_ACTIONS
from ringback.calls.loose import LooseStanzas
from ringback.check.call import Reported, check_call
from ringback.check.stanza import check_stanza
from ringback.check.undecodable import undecodable
from ringback.findings import Evidence, Finding
from ringback.holes import Holes
from ringback.observations import (
    FindingMade,
    Funnel,
    Message,
    Observation,
    StanzaObserved,
    WireNotice,
)
from ringback.recent import Recent, note
from ringback.recognise import CALL_TAGS, PREACCEPT, Recognised, StanzaKind
from ringback.spec.model import Specification, StanzaSpec
from ringback.stanza import Jid, Node
from ringback.wire.connection import Connection
from ringback.wire.events import (
    INCOMPLETE,
    ClientIdentified,
    ConnectionResumed,
    CounterJumped,
    Direction,
    FrameHeld,
    FrameOpened,
    FramePlace,
    FrameUnread,
    Incomplete,
    WireEvent,
)
from ringback.wire.framelog import FrameLog
from ringback.wire.keylog import KeyLog

__all__ = [
    "CALL_QUIET_S",
    "FindingMade",
    "Funnel",
    "Inspector",
    "Message",
    "Observation",
    "StanzaObserved",
    "WireNotice",
]

CALL_QUIET_S = 15.0
"""A call on which nothing but chatter was seen for so long is settled live: what only absence shows, such as
a missing ack, is then reported. Acks take 40 ms (Cobalt's published fixtures, commit dce2b51a)."""

ANSWER_S = 5.0
"""An ack is taken to come within so long: what went by unread later than that after the end of a call was
none of its acks. Far above the 40 ms that are usual."""

MAX_RELAYED = 4096
"""Connections that an event file or a ledger tells of of which the last stanza is remembered. Of one that is
forgotten and then turns out not to be read whole, nothing is certain from its beginning on."""

MAX_SAID = 8_192
"""Findings about the stanzas of one call that are remembered to have been reported: eight times what one
stanza can show. Past it all are forgotten, and the next copy reports them again. Against copies that never
are alike."""

SUCCESS = "success"
"""Root tag of the stanza that ends the login; its `lid` is the client's own address.

Source: read in Baileys 7.0.0-rc13, lib/Socket/socket.js, handler of CB:success.
"""

NOTHING: Mapping[str, float] = {}

_READ_AS_CALLS = (StanzaKind.CALL.value, None)
"""Root tags of frames that could not be read and may have been call stanzas; None where none was read."""


@dataclass(slots=True)
class _Socket:
    """One connection and what is known of its client."""

    capture: str
    number: int
    flow: str
    connection: Connection
    log: FrameLog | None = None
    lid: Jid | None = None
    complete: bool = True
    read_until: float = float("-inf")
    """Time of the last message before the one in hand."""

    def owner_for(self, node: Node) -> Jid | None:
        """The client's own address, in the addressing mode that the stanza uses where both are known."""
        phone = _phone_address(self.connection.client)
        known = [jid for jid in (self.lid, phone) if jid is not None]
        used = {
            value.server for each in node.walk() for value in each.attrs.values() if isinstance(value, Jid)
        }
        return next((jid for jid in known if jid.server in used), known[0] if known else None)

    def evidence(self, place: FramePlace) -> Evidence:
        """Where the frame at `place` lies."""
        return Evidence(self.capture, self.number, self.flow, place)


def _phone_address(client: ClientIdentified | None) -> Jid | None:
    if client is None or client.username is None:
        return None
    return Jid(client.username, "s.whatsapp.net", client.device or None)


@dataclass(slots=True)
class _CallReport:
    """What was reported of one call, so that nothing is said twice."""

    of_call: Reported = field(default_factory=Reported)
    of_stanzas: set[tuple[object, ...]] = field(default_factory=set)
    last_at: float = float("-inf")
    settled: bool = False


class Inspector:
    """Messages of any number of connections and captures in; observations out, each once."""

    def __init__(
        self,
        specification: Specification,
        keys: KeyLog,
        *,
        decode_all: bool = False,
        frame_log: Callable[[Message], FrameLog] | None = None,
    ) -> None:
        """With `decode_all`, stanzas of every tag are decoded and come out as `WireNotice(FrameOpened)`.

        `frame_log` gives the log for a connection's frames; it is asked at the connection's first message.
        """
        self._specification = specification
        self._keys = keys
        self._decode_all = decode_all
        self._frame_log = frame_log
        self._tags = frozenset(spec.tag for spec in specification.stanzas.values()) - CALL_TAGS
        """Root tags that files are about, those of calls aside."""
        self._book = CallBook()
        self._loose = LooseStanzas()
        self._sockets: dict[tuple[str, int], _Socket] = {}
        self._reports: dict[tuple[str, str], _CallReport] = {}
        self._holes = Holes()
        self._relayed: Recent[tuple[str, int], float] = Recent(MAX_RELAYED)
        self._torn: Recent[tuple[str, int], None] = Recent(MAX_RELAYED)
        self._past = Funnel()
        self._findings: Counter[str] = Counter()

    def receive(self, message: Message) -> list[Observation]:
        """Take one message; the messages of one connection must come in order. Nothing is raised."""
        socket = self._sockets.get((message.capture, message.connection)) or self._open(message)
        connection = socket.connection
        if message.binary:
            way = connection.from_client if message.from_client else connection.from_server
            events = way(message.content, message.number, message.at)
        else:
            direction = Direction.CLIENT if message.from_client else Direction.SERVER
            events = connection.receive(
                message.content, direction, message=message.number, at=message.at, binary=False
            )
        observations = list(self._observe(socket, events)) if events else []
        socket.read_until = message.at
        if socket.log is not None:
            socket.log.messages = message.number + 1
        return observations

    def take_sighting(self, sighting: Sighting) -> list[Observation]:
        """Take a stanza that was opened before, as an event file or a ledger keeps it.

        Where it says that its connection was not read whole and no notice has told when, nothing is certain
        of that connection from its last whole stanza on.
        """
        key = (sighting.evidence.capture, sighting.connection)
        if not sighting.complete and note(self._torn, key):
            self._holes.add(key, self._relayed.get(key, float("-inf")), float("inf"))
        self._relayed[key] = sighting.at
        return list(self._sighted(sighting))

    def take_notice(self, notice: WireNotice) -> list[Observation]:
        """Take what a connection told when it was read before."""
        key, event = (notice.capture, notice.connection), notice.event
        if isinstance(event, INCOMPLETE):
            self._torn[key] = None
            self._note_hole(key, self._relayed.get(key, float("-inf")), event)
        observations: list[Observation] = [notice]
        if isinstance(event, FrameUnread) and event.tag in _READ_AS_CALLS:
            evidence = Evidence(notice.capture, notice.connection, notice.flow, event.place)
            observations.append(self._made(undecodable(evidence, event)))
        return observations

    def take_finding(self, told: FindingMade) -> FindingMade:
        """Take a finding that was made before and that no stanza would show again; it is counted."""
        return self._made(told.finding)

    def take_end(self, funnel: Funnel) -> None:
        """A run that was inspected before has ended, and this is what it came to: its frames are counted."""
        self._past.add_frames(funnel)

    @property
    def connections(self) -> list[tuple[str, int]]:
        """Capture and number of each connection that is open."""
        return list(self._sockets)

    @property
    def held(self) -> dict[tuple[str, int], int]:
        """How many frames wait for a key, by capture and number of the connection that they wait on."""
        counts = {key: socket.connection.held for key, socket in self._sockets.items()}
        return {key: count for key, count in counts.items() if count}

    def is_ours(self, capture: str, connection: int) -> bool:
        """Whether a connection that is open speaks the protocol, as far as that was seen."""
        socket = self._sockets.get((capture, connection))
        return socket is not None and socket.connection.is_ours is True

    def wants_keys(self, message: Message) -> bool:
        """Whether a new key could tell more of a message that is to be received."""
        socket = self._sockets.get((message.capture, message.connection))
        direction = Direction.CLIENT if message.from_client else Direction.SERVER
        return socket is None or socket.connection.wants_keys(direction)

    def keys_added(self, capture: str, connection: int) -> list[Observation]:
        """Open what waits for a key on one connection, after the key log grew; nothing for one not open."""
        socket = self._sockets.get((capture, connection))
        return [] if socket is None else list(self._observe(socket, socket.connection.keys_added()))

    def close_connection(self, capture: str, connection: int) -> list[Observation]:
        """The connection ended: say what of it stayed closed. A connection never seen is no error."""
        socket = self._sockets.pop((capture, connection), None)
        if socket is None:
            return []
        observations = list(self._observe(socket, socket.connection.close()))
        _count_socket(self._past, socket.connection)
        return observations

    def settle(self, now: float) -> list[Observation]:
        """Report what only absence shows, for calls that have been quiet for `CALL_QUIET_S`.

        `now` is on the clock of the messages; for live use only, where no older message can come.
        """
        quiet = [
            call
            for call in self._book.calls.values()
            if not (report := self._report(call)).settled and report.last_at + CALL_QUIET_S <= now
        ]
        return [made for call in quiet for made in self._settle(call)]

    def finish(self, going_on: Mapping[str, float] = NOTHING) -> list[Observation]:
        """Everything was received: close all connections and settle all calls.

        Of captures that are `going_on`, each by the time it has come to, only quiet calls are settled.
        """
        observations: list[Observation] = []
        for capture, number in list(self._sockets):
            observations += self.close_connection(capture, number)
        for call in list(self._book.calls.values()):
            now = going_on.get(call.capture, float("inf"))
            if self._report(call).last_at + CALL_QUIET_S <= now:
                observations += self._settle(call)
        return observations

    @property
    def funnel(self) -> Funnel:
        """How much came through each stage up to now."""
        funnel = Funnel(
            stanzas=self._past.stanzas,
            calls=self._past.calls + sum(not call.reopened for call in self._book.calls.values()),
            preaccepts=self._past.preaccepts + sum(map(_preaccepts, self._book.calls.values())),
            evicted=self._book.evictions.calls,
            forgotten=self._holes.forgotten + self._relayed.forgotten,
            findings=dict(self._findings),
        )
        funnel.add_frames(self._past)
        for socket in self._sockets.values():
            _count_socket(funnel, socket.connection)
        return funnel

    def _open(self, message: Message) -> _Socket:
        """The connection that begins with `message`."""
        log = None if self._frame_log is None else self._frame_log(message)
        connection = Connection(self._keys, decode_all=self._decode_all, tags=self._tags, log=log)
        socket = _Socket(message.capture, message.connection, message.flow, connection, log)
        self._sockets[message.capture, message.connection] = socket
        return socket

    def _observe(self, socket: _Socket, events: Iterable[WireEvent]) -> Iterator[Observation]:
        for event in events:
            if isinstance(event, INCOMPLETE):
                socket.complete = False
                self._note_hole((socket.capture, socket.number), socket.read_until, event)
            if isinstance(event, FrameOpened):
                yield from self._opened(socket, event)
            elif not isinstance(event, FrameHeld):
                yield WireNotice(socket.capture, socket.number, socket.flow, event)
            if isinstance(event, FrameUnread) and event.tag in _READ_AS_CALLS:
                yield self._made(undecodable(socket.evidence(event.place), event))

    def _opened(self, socket: _Socket, event: FrameOpened) -> Iterator[Observation]:
        if self._decode_all:
            yield WireNotice(socket.capture, socket.number, socket.flow, event)
        if event.node is None:
            return
        if event.tag == SUCCESS:
            socket.lid = event.node.jid("lid") or socket.lid
            return
        sighting = Sighting(
            event.node,
            socket.evidence(event.place),
            socket.owner_for(event.node),
            trailing=event.trailing,
            complete=socket.complete,
        )
        yield from self._sighted(sighting)

    def _sighted(self, sighting: Sighting) -> Iterator[Observation]:
        correlated = self._book.add(sighting)
        if correlated.recognised is None:
            yield from self._other(sighting)
            return
        for call in correlated.evicted:
            yield from self._give_up(call)
        self._past.stanzas += 1
        recognised = correlated.recognised
        if correlated.call is None and (recognised.kind, recognised.action) == (StanzaKind.CALL, PREACCEPT):
            self._past.preaccepts += self._loose.is_new(sighting, recognised)
        yield self._stanza(sighting, correlated)
        is_refused = correlated.emission is None and correlated.recognised.kind is StanzaKind.CALL
        if correlated.call is not None and not is_refused:
            yield from self._touch(correlated.call, correlated.emission, sighting.at)

    def _other(self, sighting: Sighting) -> Iterator[StanzaObserved]:
        """A stanza that belongs to no call, where a file is about it."""
        node = sighting.node
        if node.tag not in self._tags:
            return
        actions = (child.tag for child in node.children)
        action = next((each for each in actions if self._specification.for_action(node.tag, each)), None)
        spec = self._specification.for_action(node.tag, action)
        if spec is None:
            return
        self._past.stanzas += 1
        recognised = Recognised(StanzaKind.OTHER, action, None, node.text("id"))
        yield self._checked(sighting, Correlated(recognised), spec)

    def _touch(self, call: Call, emission: Emission | None, at: float) -> Iterator[FindingMade]:
        """Look at the call again after something that a verdict on it can depend on; chatter is none."""
        if emission is not None and emission.action not in KEPT_ACTIONS:
            return
        report = self._report(call)
        report.last_at = max(report.last_at, at)
        report.settled = False
        yield from self._check(call, settled=False)

    def _stanza(self, sighting: Sighting, correlated: Correlated) -> StanzaObserved:
        recognised = correlated.recognised
        assert recognised is not None  # noqa: S101  (the caller returned otherwise)
        action = recognised.action if recognised.kind is StanzaKind.CALL else None
        return self._checked(sighting, correlated, self._specification.for_action(sighting.node.tag, action))

    def _checked(self, sighting: Sighting, correlated: Correlated, spec: StanzaSpec | None) -> StanzaObserved:
        recognised = correlated.recognised
        findings = [] if spec is None else check_stanza(sighting, spec, self._specification.enums)
        fresh = [each for each in findings if self._is_new(each, correlated.call, correlated.emission)]
        self._findings.update(finding.severity.value for finding in fresh)
        return StanzaObserved(
            sighting,
            (recognised.action if recognised else None) or "",
            correlated.call,
            correlated.emission,
            spec,
            tuple(findings),
            tuple(fresh),
            recognised,
        )

    def _is_new(self, finding: Finding, call: Call | None, emission: Emission | None) -> bool:
        """Whether no other copy of the emission has shown the finding; remembers it if so."""
        if call is None or emission is None:
            return True
        said = self._report(call).of_stanzas
        key = (emission, finding.code, finding.path, finding.fact, finding.got)
        is_new = key not in said
        if is_new and len(said) >= MAX_SAID:
            said.clear()
        said.add(key)
        return is_new

    def _note_hole(self, connection: tuple[str, int], read_until: float, event: Incomplete) -> None:
        """Remember when something went by unread on the connection, from when to when at the most."""
        if isinstance(event, ConnectionResumed):
            self._holes.add(connection, float("-inf"), read_until)
            return
        place = event.place
        since = read_until if isinstance(event, CounterJumped) else place.at
        self._holes.add(connection, since, place.at, direction=place.direction, frame=place.frame)

    def _unreliable(self, call: Call) -> set[int]:
        """Connections of which not everything was read while the call went on: absence there says nothing."""
        seen = [(sighting.at, sighting.connection) for sighting in call.sightings()]
        holes = self._holes.on(call.capture, min(seen)[0], max(seen)[0] + ANSWER_S)
        if holes is None:
            holes = {number for _, number in seen}
        holding = {
            number
            for (capture, number), socket in self._sockets.items()
            if capture == call.capture and socket.connection.held
        }
        return holes | holding

    def _check(self, call: Call, *, settled: bool) -> Iterator[FindingMade]:
        unreliable = self._unreliable(call) if settled else ()
        findings = check_call(call, self._specification, settled=settled, unreliable=unreliable)
        for finding in self._report(call).of_call.fresh(findings):
            yield self._made(finding)

    def _settle(self, call: Call) -> Iterator[FindingMade]:
        self._report(call).settled = True
        yield from self._check(call, settled=True)

    def _give_up(self, call: Call) -> Iterator[FindingMade]:
        """Settle a call that the book has pushed out, and forget it."""
        yield from self._settle(call)
        self._past.calls += not call.reopened
        self._past.preaccepts += _preaccepts(call)
        self._reports.pop((call.capture, call.call_id), None)

    def _made(self, finding: Finding) -> FindingMade:
        self._findings[finding.severity.value] += 1
        return FindingMade(finding)

    def _report(self, call: Call) -> _CallReport:
        key = (call.capture, call.call_id)
        report = self._reports.get(key)
        if report is None:
            report = self._reports[key] = _CallReport()
        return report


def _preaccepts(call: Call) -> int:
    return len(call.of(PREACCEPT))


def _count_socket(funnel: Funnel, connection: Connection) -> None:
    """Add one connection's counts."""
    if connection.is_ours is False:
        funnel.ignored += 1
        return
    counts = connection.counts
    closed = {reason.value: count for reason, count in counts.closed.items()}
    funnel.connections += 1 if connection.is_ours else 0
    funnel.add_frames(
        Funnel(
            frames=counts.frames,
            opened=counts.opened,
            unread=counts.unread,
            held=counts.held,
            dropped=counts.dropped,
            closed=closed,
        )
    )
