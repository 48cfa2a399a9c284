"""Synthetic calls for the open questions: a caller, a callee with devices, and what each of them does."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from ringback.stanza import Jid, Node, Value
from support.weighing import Seen, seen_in
from synthetic.cast import CALLEE
from synthetic.session import Session
from synthetic.stage import Stage, caller_on_web
from synthetic.world import Client, Device, World

ANDROID_DEVICE, WEB_DEVICE = 7, 17

Act = Callable[[Stage], None]


def stage_with(*devices: int) -> Stage:
    """A caller and these devices of the callee, each with its wire in the capture: connections 1, 2, ..."""
    world = World("play")
    caller = world.connect(caller_on_web())
    callees = [world.connect(Client(CALLEE.device(number), f"{number}.{number}")) for number in devices]
    return Stage(world, caller, tuple(callees))


def play(*acts: Act, devices: Sequence[int] = (WEB_DEVICE,), captured: Collection[int] | None = None) -> Seen:
    """What the wires show of these acts; of the clients those of `captured` (by connection), if given."""
    stage = stage_with(*devices)
    for act in acts:
        act(stage)
    seen = seen_in(stage.world)
    if captured is None:
        return seen
    kept = tuple(sighting for sighting in seen.sightings if sighting.connection in captured)
    return Seen(kept, {number: seen.clients[number] for number in captured})


def unwired(number: int) -> Device:
    """A device of the callee that has no wire in the capture."""
    return Device(CALLEE.device(number), f"{number}.{number}")


def time_out(stage: Stage, session: Session, devices: Sequence[Jid] = ()) -> None:
    """The caller gives up after 3 s and tells these devices, every callee by default."""
    stage.world.wait(3000)
    dismissed = devices or [callee.jid for callee in stage.callees]
    stage.world.call(stage.caller, CALLEE.bare, session.terminate("timeout", dismissed))
    stage.world.wait(1000)


def ringing(*devices: int, video: bool = False, inside: Sequence[Node] = ()) -> Act:
    """A call to every callee in which these devices pre-accept, 100 ms apart, and which times out."""

    def act(stage: Stage) -> None:
        session = stage.ring(video=video)
        for callee in stage.callees:
            if (callee.jid.device or 0) in devices:
                stage.world.call(callee, session.creator, session.preaccept(*inside))
                stage.world.wait(100)
        time_out(stage, session)

    return act


def answered(*ringing_devices: int, by: int) -> Act:
    """A call in which these devices pre-accept, one accepts 2 s later, the caller dismisses the others."""

    def act(stage: Stage) -> None:
        session = stage.ring()
        clients = {callee.jid.device or 0: callee for callee in stage.callees}
        for number in ringing_devices:
            stage.world.call(clients[number], session.creator, session.preaccept())
            stage.world.wait(100)
        stage.world.wait(2000)
        stage.world.call(clients[by], session.creator, session.accept())
        stage.world.wait(200)
        others = [client.jid for number, client in clients.items() if number != by]
        stage.world.call(stage.caller, CALLEE.bare, session.terminate("accepted_elsewhere", others))
        stage.world.wait(1000)

    return act


def offer_receipt(stage: Stage, session: Session, device: Device) -> None:
    """The caller is handed the receipt of a device without a wire: the offer has reached it."""
    ids: dict[str, Value] = {"call-id": session.call_id, "call-creator": session.creator}
    head: dict[str, Value] = {"from": device.jid, "id": "R-1", "t": "1700000000"}
    stage.world.deliver(stage.caller, Node("receipt", head, (Node("offer", ids),)))
