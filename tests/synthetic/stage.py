"""Moves that most scenarios share: who is there, and a call up to its ringing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ringback.stanza import Jid
from synthetic import filler
from synthetic.cast import CALLEE, CALLER, call_id
from synthetic.session import Session
from synthetic.world import Client, World

PREACCEPT_MS = 330
"""From a delivered offer to the pre-accept.

Source: Auties00/Cobalt dce2b51a, audio-accept.callee.jsonl (326 ms, observed).
"""

COPIES = ("addresses-literal /call/@from", "attribute-undocumented /call/@t")
"""Said of every pre-accept that both ends saw, however well-formed: the sender's copy has no `from`, and the
server adds the time."""
CHILDREN = tuple(f"child-undocumented /call/preaccept/{tag}" for tag in ("audio", "encopt", "capability"))
"""Said of every pre-accept of a Web client: its children are not in the specification."""
USUAL = COPIES + CHILDREN


@dataclass(slots=True)
class Stage:
    """A caller and the clients that it may call, all logged in."""

    world: World
    caller: Client
    callees: tuple[Client, ...]
    calls: int = 0
    expected: dict[str | None, frozenset[str]] = field(default_factory=dict)

    @property
    def callee(self) -> Client:
        """The first callee."""
        return self.callees[0]

    def session(self, *, creator: Jid | None = None, video: bool = False) -> Session:
        """The next call's identifiers; nothing is sent."""
        self.calls += 1
        return Session(call_id(self.calls, self.world.number), creator or self.caller.jid, video)

    def ring(self, devices: Sequence[Jid] = (), *, video: bool = False) -> Session:
        """A new call to `devices` (every callee by default), up to where the first would pre-accept."""
        session = self.session(video=video)
        rung = devices or [callee.jid for callee in self.callees]
        self.world.call(self.caller, CALLEE.bare, session.offer(rung))
        self.world.wait(245)
        self.world.call(self.caller, CALLEE.bare, session.relaylatency(129, rung))
        self.world.wait(PREACCEPT_MS - 199)
        return session

    def expect(self, session: Session | None, *said: str) -> None:
        """Code and place of what is to be said of the call besides `ok`; None for stanzas without a call."""
        call = None if session is None else session.call_id
        self.expected[call] = self.expected.get(call, frozenset()) | set(said)


def caller_on_web() -> Client:
    """The caller's client: device 1, a Web client."""
    return Client(CALLER.device(1), "11111.22222")


def callee_on_web() -> Client:
    """The callee's client: device 17, a Web client."""
    return Client(CALLEE.device(17), "33333.44444")


def set_up(world: World, caller: Client, *callees: Client) -> Stage:
    """Connects and logs in everybody."""
    for client in (caller, *callees):
        world.connect(client)
        filler.log_in(world, client)
    return Stage(world, caller, callees)


def hang_up(stage: Stage, session: Session) -> None:
    """The caller ends the call with a terminate to the device that answered, after a while."""
    stage.world.wait(2000)
    stage.world.call(stage.caller, stage.callee.jid, session.terminate())
    stage.world.wait(500)
