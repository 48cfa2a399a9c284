"""One run of the pipeline inside mitmproxy: flows and keys in, observations out to every outlet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from ringback.containment import ContainedInspector
from ringback.faults import Faults
from ringback.inspector import Inspector
from ringback.observations import Funnel, Message, Observation
from ringback.outlets import Outlet
from ringback.sources import flows
from ringback.sources.chronology import MAX_BUFFERED_BYTES, Chronology, ConnectionEnded, Listed
from ringback.sources.hosts import HostFilter
from ringback.sources.keylog_file import KeyLogFile, key_log_beside
from ringback.sources.live import MAX_FOLLOWED, Followed, LiveConnections, new_messages
from ringback.sources.notice import Notice, Tell, Urgency
from ringback.spec.model import Specification
from ringback.view.visible import visible
from ringback.wire.events import ClosedReason
from ringback.wire.framelog import FrameLog
from ringback.wire.keylog import KeyLog
from ringback.wording import agreeing, counted

LIVE = "live"
"""Name of the capture that the running proxy's own connections belong to."""

LOOK_S = 1.0
"""Time between two looks at the frames that wait for a key."""

MOST_TOLD = 5
"""Connections that one notice of waiting frames names."""

HELD_S = 3.0
"""Frames that wait so long are told: a client writes a key at its first use."""


class Session:
    """Takes flows as mitmproxy hands them out. Its methods raise nothing: faults are told and contained."""

    def __init__(
        self,
        specification: Specification,
        tell: Tell,
        *,
        buffer_bytes: int = MAX_BUFFERED_BYTES,
        frame_log: Callable[[Message], FrameLog] | None = None,
    ) -> None:
        """Check against `specification`; `tell` gets notices; recordings are held up to `buffer_bytes`.

        `frame_log` gives the log for a connection's frames; without it none is kept.
        """
        self.hosts = HostFilter()
        self.outlets: list[Outlet] = []
        self.behind: list[Outlet] = []
        """Outlets that one of these shows to, in its own time; closed after them."""
        self.report: Callable[[Funnel], None] = _report_nothing
        """Called with the counts up to now when a recording was gone through, a connection has ended or
        a call is settled: for whoever shows no summary at the end."""
        self.before_recorded: Callable[[], None] = _no_hurry
        """Called before each observation of a recording is shown: for an outlet that needs time, which a
        recording has."""
        self.before_followed: Callable[[flows.WebSocketFlow], None] = _no_matter
        """Called with a live flow before its first message is taken."""
        self.recording: Path | None = None
        """The flow file that mitmproxy reads, where it reads one."""
        self.ends_with_recording = False
        """Whether nothing follows once the recording is read."""
        self._tell = tell
        self._faults = Faults(tell)
        self._keys = KeyLog()
        self._frame_log = frame_log
        self._key_file: KeyLogFile | None = None
        self.use(specification)
        self._live = LiveConnections()
        self._recorded = Chronology(buffer_bytes)
        self._left_out = 0
        self._is_complete = False
        self._looked_at = float("-inf")
        self._held_since: float | None = None
        self._is_held_told = False

    @property
    def has_begun(self) -> bool:
        """Whether any flow was taken: from then on the specification is fixed."""
        return self._live.count > 0 or self._recorded.count > 0

    def use(self, specification: Specification) -> None:
        """Check against `specification`; only before the session has begun."""
        self.specification = specification
        inspector = Inspector(specification, self._keys, frame_log=self._frame_log)
        self._inspector = ContainedInspector(inspector, self._faults)

    def follow_keys(self, path: Path | None) -> None:
        """Read keys from `path` from now on; keys read before are kept."""
        self._key_file = None if path is None else KeyLogFile(path, self._keys, self._tell)

    @property
    def funnel(self) -> Funnel:
        """What the run came to up to now."""
        return self._inspector.funnel

    def key_state(self) -> list[str]:
        """How the key log stands and what it opened, in lines that hold no key."""
        file, keys, funnel = self._key_file, self._keys, self._inspector.funnel
        where = "none; set ringback_keylog" if file is None else visible(str(file.path))
        lines = [f"key log: {where}"]
        if file is not None and file.trouble:
            lines.append(f"trouble: {visible(file.trouble)}")
        lines.append(f"keys: {keys.size}, of them {counted(len(keys.candidates), 'candidate')}")
        if keys.problem_count or keys.overflow:
            lines.append(f"lines that are no keys: {keys.problem_count}; keys without room: {keys.overflow}")
        lines.append(f"connections: {funnel.connections} of the protocol, {funnel.ignored} others")
        lines.append(f"frames: {funnel.opened} of {funnel.frames} opened, {funnel.held} wait for a key")
        lines += [f"closed: {count} frames, {reason}" for reason, count in sorted(funnel.closed.items())]
        return lines

    def remarks(self) -> list[str]:
        """What is amiss with the key log, and what was left out: for where notices may not be seen."""
        trouble = "" if self._key_file is None else self._key_file.trouble
        left_out = flows.left_out_notice(self._left_out).text if self._left_out else ""
        given_up = _given_up(self._live.given_up).text if self._live.given_up else ""
        untold = self._faults.untold
        faults = f"{counted(untold, 'further fault')} of ringback that nothing tells of" if untold else ""
        return [remark for remark in (trouble, left_out, given_up, faults) if remark]

    def take_message(self, flow: flows.WebSocketFlow) -> None:
        """The newest message of a live flow. Those of a recorded one are taken when it ends."""
        try:  # as `contained`, which is three calls more, and every message passes through here
            if flow.live or flow.id in self._live:
                self._take_new(flow, arrived=True)
        except Exception as error:  # noqa: BLE001 - whatever it is, the proxied socket must not see it
            self._faults.report("taking a message", error)

    def is_ours(self, flow: flows.WebSocketFlow) -> bool:
        """Whether a live flow's WebSocket speaks the protocol, as far as that was seen."""
        followed = self._live.followed.get(flow.id)
        return followed is not None and self._inspector.is_ours(LIVE, followed.number)

    def trimmed(self, flow: flows.WebSocketFlow, count: int) -> None:
        """So many messages of a live flow, the oldest, were taken away since its newest one was taken."""
        self._live.trimmed(flow.id, count)

    def take_end(self, flow: flows.WebSocketFlow, now: float) -> None:
        """The connection is over: a recorded one is kept until its recording is read, a live one is closed
        when keys cannot come any more; `now` in seconds since the epoch."""
        with self._faults.contained("taking the end of a connection"):
            if flow.live or flow.id in self._live:
                self._take_new(flow, arrived=False)
                self._left_out += self._live.end(flow.id, now)
            else:
                self._take_recorded(flow)

    def tick(self, now: float, *, reading: bool) -> None:
        """Look after what time brings: new keys, quiet calls, and the recording once it is no longer read."""
        with self._faults.contained("following the key log"):
            self._poll_keys()
            if not reading and not self._recorded.is_empty:
                self._replay()
                if self.ends_with_recording:
                    self._complete()
                self.report(self._inspector.funnel)
            ended = self._live.due(now)
            for number in ended:
                self._publish(self._inspector.take(ConnectionEnded(LIVE, number)))
            settled: list[Observation] = []
            if not self._is_complete and not reading and self._recorded.is_empty:
                # Not between two parts of a recording: what answers an old stanza may be in the next one.
                settled = self._inspector.settle(now)
                self._publish(settled)
            if ended or settled:
                self.report(self._inspector.funnel)
            self._watch_held(now)

    def close(self) -> None:
        """The run is over: everything that is still open is decided, and every outlet is closed."""
        with self._faults.contained("finishing"):
            if not self._is_complete:
                self._replay()
                self._complete()
            if self._left_out:
                self._tell(flows.left_out_notice(self._left_out))
        for outlet in [*self.outlets, *self.behind]:
            with self._faults.contained(f"closing the {outlet.name}"):
                outlet.close(self._inspector.funnel)

    def _take_new(self, flow: flows.WebSocketFlow, *, arrived: bool) -> None:
        followed = self._live.followed.get(flow.id)
        if followed is None and (arrived or not self._live.is_given_up(flow.id)):
            followed = self._admit(flow)
        if followed is None or flow.websocket is None:
            return
        name = flow.id if not followed.since else flows.part_of(flow.id, followed.since)
        for number, message in new_messages(followed, flow.websocket.messages, arrived=arrived):
            if message.injected:
                self._tell(flows.injected(1, flow.id))
                continue
            taken = flows.to_message(
                message, capture=LIVE, connection=followed.number, flow=name, number=number
            )
            if taken.from_client in followed.keyless:
                if self._inspector.wants_keys(taken):
                    self._poll_keys()
                else:  # a key that has proved itself stays the one
                    followed.keyless.discard(taken.from_client)
            observations = self._inspector.receive(taken)
            if observations:
                self._publish(observations)

    def _admit(self, flow: flows.WebSocketFlow) -> Followed | None:
        given_up = self._live.given_up
        begin = flows.trimmed_of(flow)
        followed = self._live.admit(flow.id, lambda: flows.is_allowed(flow, self.hosts), begin)
        if given_up == 0 < self._live.given_up:
            self._tell(_given_up(1))
        if followed is not None:
            self.before_followed(flow)
        return followed

    def _take_recorded(self, flow: flows.WebSocketFlow) -> None:
        if not flows.is_allowed(flow, self.hosts):
            self._left_out += 1
            return
        capture = "recording" if self.recording is None else flows.capture_name(self.recording)
        self._recorded.add(Listed(flows.recorded_messages(flow, capture, self._tell)))
        if self._recorded.is_full:
            self._tell(flows.too_large())
            self._replay()

    def _replay(self) -> None:
        """Go through the recorded connections, after the whole key log."""
        if self._key_file is None and self.recording is not None:
            beside = key_log_beside(self.recording)
            if beside is not None:
                self._tell(Notice(f"keys are read from {beside}", Urgency.INFO))
                self.follow_keys(beside)
        if self._key_file is not None and self._key_file.read_whole():
            self._publish(self._inspector.keys_added(), recorded=True)
        for notice in self._recorded.copies():
            self._tell(notice)
        for event in self._recorded.drain():
            self._publish(self._inspector.take(event), recorded=True)

    def _complete(self) -> None:
        self._is_complete = True
        self._publish(self._inspector.finish(), recorded=True)

    def _watch_held(self, now: float) -> None:
        """Tell once that frames wait for a key: nothing else shows it while their connection is open.

        A clock that was set back begins the waiting anew.
        """
        if 0 <= now - self._looked_at < LOOK_S:
            return
        self._looked_at = now
        held = self._inspector.funnel.held
        if not held:
            self._held_since, self._is_held_told = None, False
        elif self._held_since is None or now < self._held_since:
            self._held_since = now
        elif self._held_since + HELD_S <= now and not self._is_held_told:
            self._is_held_told = True
            self._tell(Notice(f"{_waiting(self._inspector.held)}: {ClosedReason.NO_KEY.advice}"))

    def _poll_keys(self) -> None:
        """Read keys before a frame is decided on: the client may have written them an instant ago."""
        if self._key_file is not None and self._key_file.poll():
            self._publish(self._inspector.keys_added())

    def show(self, observation: Observation, outlets: Iterable[Outlet]) -> None:
        """Show it to these outlets, each of which may fail without harm to the others."""
        for outlet in outlets:
            with self._faults.contained(f"writing to the {outlet.name}"):
                outlet.show(observation)

    def failed(self, outlet: str, error: Exception) -> None:
        """An outlet of that name has failed in the background: that is told once."""
        self._faults.report(f"writing to the {outlet}", error)

    def _publish(self, observations: Iterable[Observation], *, recorded: bool = False) -> None:
        for observation in observations:
            if recorded:
                self.before_recorded()
            self.show(observation, self.outlets)


def _no_hurry() -> None:
    """Nothing has to be waited for."""


def _no_matter(_flow: flows.WebSocketFlow) -> None:
    """Nobody asks for flows."""


def _report_nothing(_funnel: Funnel) -> None:
    """The outlets show the counts when they are closed, which is enough."""


def _given_up(count: int) -> Notice:
    connections = f"{counted(count, 'connection')} {agreeing(count, 'was', 'were')} given up"
    return Notice(f"{connections}: more than {MAX_FOLLOWED} were open at once")


def _waiting(held: Mapping[tuple[str, int], int]) -> str:
    """`61 frames wait for a key on connection 1`, with the numbers apart where there are several."""
    total = sum(held.values())
    frames = "1 frame waits" if total == 1 else f"{total} frames wait"
    if len(held) == 1:
        return f"{frames} for a key on connection {next(iter(held))[1]}"
    listed = [f"{count} on connection {number}" for (_, number), count in sorted(held.items())]
    more = f" and {len(listed) - MOST_TOLD} more" if len(listed) > MOST_TOLD else ""
    return f"{frames} for a key, {', '.join(listed[:MOST_TOLD])}{more}"
