"""The shipped captures: each function plays one, its docstring is what `captures/README.md` says of it."""

from __future__ import annotations

from ringback.stanza import Node
from ringback.wire.events import Direction
from synthetic import filler
from synthetic.capture import Foreign, Scene
from synthetic.cast import CALLEE, CALLER, REFLEXIVE, RELAY_V4, RELAY_V6, STRANGER, packed
from synthetic.rendering import SocketMessage
from synthetic.spelling import respell
from synthetic.stage import CHILDREN, USUAL, Stage, callee_on_web, caller_on_web, hang_up, set_up
from synthetic.world import Client, Device, Recording, World


def single_callee(world: World) -> Scene:
    """One audio call from ringing to hanging up, seen at both ends.

    The callee's one device pre-accepts 0.33 s after the offer and answers 0.36 s later; both clients are in
    the capture, so that every stanza shows as sent and as delivered.
    """
    stage = set_up(world, caller_on_web(), callee_on_web())
    filler.message(world, stage.callee, CALLER)
    filler.chat(world, stage.caller, CALLEE)
    session = stage.ring()
    world.call(stage.callee, session.creator, session.preaccept())
    world.wait(126)
    world.call(stage.callee, session.creator, session.relaylatency(31))
    world.wait(110)
    world.call(stage.callee, session.creator, session.accept())
    world.wait(180)
    world.call(stage.caller, stage.callee.jid, session.transport())
    world.wait(240)
    world.call(stage.callee, session.creator, session.transport(3))
    filler.ping(world, stage.callee)
    filler.notification(world, stage.caller, CALLEE)
    hang_up(stage, session)
    stage.expect(session, *USUAL)
    return Scene(world, stage.expected)


def multi_device(world: World) -> Scene:
    """One call to an account with four devices, two of them in the capture.

    Device 16 rejects as busy, device 17 pre-accepts, device 7 pre-accepts later and answers, the phone stays
    silent. The caller then dismisses the other three itself.
    """
    second = Client(CALLEE.device(7), "55555.66666")
    stage = set_up(world, caller_on_web(), callee_on_web(), second)
    phone, busy = CALLEE.device(0), Device(CALLEE.device(16), "77777.88888")
    first = stage.callee
    session = stage.ring([phone, first.jid, busy.jid, second.jid])
    world.call(busy, session.creator, session.reject("busy"))
    world.wait(20)
    world.call(first, session.creator, session.preaccept())
    world.wait(170)
    world.call(second, session.creator, session.preaccept())
    world.wait(90)
    world.call(first, session.creator, session.relaylatency(31))
    world.wait(1500)
    world.call(second, session.creator, session.accept())
    world.wait(200)
    dismissed = [phone, busy.jid, first.jid]
    world.call(stage.caller, CALLEE.bare, session.terminate("accepted_elsewhere", dismissed))
    filler.ping(world, first)
    world.wait(3000)
    world.call(second, session.creator, session.terminate())
    stage.expect(session, *USUAL)
    return Scene(world, stage.expected)


def early_candidates(world: World) -> Scene:
    """A video call whose pre-accepts carry transport candidates, in both shapes anybody has thought of.

    Device 17 writes `<destination><te ip port/></destination>` as the specification has it, device 7 packed
    address bytes as `te` carries them elsewhere. Answers the second open question for these made-up clients
    only.
    """
    second = Client(CALLEE.device(7), "55555.66666")
    stage = set_up(world, caller_on_web(), callee_on_web(), second)
    session = stage.ring(video=True)
    world.call(stage.callee, session.creator, session.preaccept(_textual_candidates()))
    world.wait(140)
    world.call(second, session.creator, session.preaccept(_packed_candidates()))
    filler.ping(world, second)
    world.call(stage.callee, session.creator, session.accept())
    world.wait(200)
    world.call(stage.caller, CALLEE.bare, session.terminate("accepted_elsewhere", [second.jid]))
    hang_up(stage, session)
    packed_te = [f"/call/preaccept/destination/te[{number}]" for number in (1, 2)]
    stage.expect(session, *USUAL, "child-undocumented /call/preaccept/video")
    stage.expect(session, *(f"attribute-undocumented {te}/@priority" for te in packed_te))
    stage.expect(session, *(f"content-undocumented {te}" for te in packed_te))
    return Scene(world, stage.expected)


def split_compressed(world: World) -> Scene:
    """Two calls over wires that do everything the framing allows.

    The caller sends routing info and gets compressed frames; its messages are cut anywhere, also inside a
    length, and hold several frames. The callee speaks token table 2 as Baileys 6 does and spells the tag
    `call` as text or behind a two-byte list length. One frame holds 40 KB.
    """
    ragged = (2, 1, 5, 1400, 3, 40, 900, 1, 1, 1, 700)
    caller = caller_on_web()
    caller.deflate_above = 40
    caller.recording = Recording(routing_info=bytes.fromhex("080d0811"), cuts=ragged)
    callee = Client(CALLEE.device(17), "33333.44444", dictionary=2, typed_acks=False)
    callee.recording = Recording(cuts=(1, 3000, 2, 60))
    stage = set_up(world, caller, callee)
    filler.upload_prekeys(world, caller)
    for wide_list, tag in ((True, None), (False, "call")):
        session = stage.ring()
        stanza = Node("call", {"to": session.creator, "id": callee.next_id()}, (session.preaccept(),))
        spelled = respell(callee.spell(stanza), wide_list=wide_list, tag=tag)
        world.emit(callee, stanza, plaintext=spelled)
        world.wait(300)
        world.call(callee, session.creator, session.accept())
        world.call(callee, session.creator, session.relaylatency(31))
        hang_up(stage, session)
        stage.expect(session, *USUAL)
    return Scene(world, stage.expected)


def no_preaccept(world: World) -> Scene:
    """Calls that nobody pre-accepts, and sockets that stay closed.

    One callee is offline until the call times out, one declines without ever ringing. A third client's keys
    are missing from the key log, and one socket speaks JSON.
    """
    stage = set_up(world, caller_on_web(), callee_on_web())
    unknown = world.connect(Client(STRANGER.device(2), "99999.00000", recording=Recording(keys="none")))
    filler.log_in(world, unknown)
    offline = stage.ring([CALLEE.device(23)])
    filler.ping(world, unknown)
    world.wait(45_000)
    world.call(stage.caller, CALLEE.bare, offline.terminate("timeout", [CALLEE.device(23)]))
    world.wait(2000)
    declined = stage.ring()
    world.call(stage.callee, declined.creator, declined.reject())
    world.wait(1000)
    stage.expect(offline)
    stage.expect(declined)
    return Scene(world, stage.expected, foreign=(_json_socket(world.start),), pages=("/", "/check-update"))


def mid_connection(world: World) -> Scene:
    """A callee's client whose capture begins in the middle and ends inside a frame.

    There is no handshake, so the key log offers its keys as candidates. The first pre-accept lost its offer
    to the missing beginning; later the capture misses three frames of each direction; the last frame is cut.
    """
    callee = callee_on_web()
    stage = set_up(world, caller_on_web(), callee)
    for _ in range(8):
        filler.ping(world, callee)
    orphan = stage.ring()
    begins = world.ms
    world.call(callee, orphan.creator, orphan.preaccept())
    hang_up(stage, orphan)
    lost = _lost_chatter(stage)
    session = stage.ring()
    world.call(callee, session.creator, session.preaccept())
    world.wait(2000)
    world.call(callee, session.creator, session.accept())
    hang_up(stage, session)
    filler.message(world, callee, CALLER)
    sent_only = ("addresses-literal /call/@from", *CHILDREN)
    stage.expect(orphan, *sent_only)
    stage.expect(session, *sent_only)
    callee.recording = Recording(keys="candidates", since_ms=begins, lost=lost, bytes_cut_off=9)
    world.clients = [callee]
    return Scene(world, stage.expected)


def _lost_chatter(stage: Stage) -> frozenset[tuple[Direction, int]]:
    """Three pings that the capture misses: their frames by direction and counter."""
    wire = stage.callee.wire
    before = {way: sum(one.direction is way for one in wire) for way in Direction}
    for _ in range(3):
        filler.ping(stage.world, stage.callee)
    return frozenset((way, before[way] + step) for way in Direction for step in range(3))


def _textual_candidates() -> Node:
    candidates = (RELAY_V4, REFLEXIVE, RELAY_V6)
    return Node(
        "destination",
        {},
        tuple(Node("te", {"ip": host, "port": str(port)}) for host, port in candidates),
    )


def _packed_candidates() -> Node:
    candidates = ((RELAY_V4, "0"), (REFLEXIVE, "1"))
    return Node(
        "destination",
        {},
        tuple(Node("te", {"priority": priority}, packed(*address)) for address, priority in candidates),
    )


def _json_socket(start: float) -> Foreign:
    messages = (
        SocketMessage(True, start + 1.0, b'{"subscribe": "status"}', binary=False),
        SocketMessage(False, start + 1.2, b'{"status": "fine"}', binary=False),
        SocketMessage(False, start + 9.0, b'{"status": "fine"}', binary=True),
    )
    return Foreign("status.example", "/feed", messages)
