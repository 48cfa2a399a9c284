"""Calls that each break one thing, with what ringback is to say about it.

Every function plays one call and is listed in `VIOLATIONS` beside the codes expected for it. Where the breach
is in the order of things, it is an ordinary call otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from msgspec import structs

from ringback.stanza import Jid, Node, Value
from ringback.wire.events import Direction
from synthetic import server
from synthetic.capture import Scene
from synthetic.cast import CALLEE, STRANGER
from synthetic.session import Session
from synthetic.stage import CHILDREN, COPIES, USUAL, Stage, callee_on_web, caller_on_web, set_up
from synthetic.world import Device, World


def call_id_missing(stage: Stage) -> Session:
    """The pre-accept names no call."""
    session = stage.ring()
    nameless = replace_attrs(session.preaccept(), without="call-id")
    stage.world.call(stage.callee, session.creator, nameless)
    return session


def creator_differs(stage: Stage) -> Session:
    """The pre-accept names another creator than the offer."""
    session = stage.ring()
    wrong = replace(session, creator=STRANGER.device(1))
    stage.world.call(stage.callee, session.creator, wrong.preaccept())
    return session


def creator_is_no_jid(stage: Stage) -> Session:
    """The pre-accept's creator is text that is no address."""
    session = stage.ring()
    wrong = replace_attrs(session.preaccept(), **{"call-creator": "the one who called"})
    stage.world.call(stage.callee, session.creator, wrong)
    return session


def port_out_of_range(stage: Stage) -> Session:
    """A candidate's port is 70000."""
    session = stage.ring()
    candidate = Node("te", {"ip": "198.19.44.44", "port": "70000"})
    stage.world.call(stage.callee, session.creator, session.preaccept(Node("destination", {}, (candidate,))))
    return session


def port_no_number(stage: Stage) -> Session:
    """A candidate's port is a word."""
    session = stage.ring()
    candidate = Node("te", {"ip": "198.19.44.44", "port": "default"})
    stage.world.call(stage.callee, session.creator, session.preaccept(Node("destination", {}, (candidate,))))
    return session


def undocumented(stage: Stage) -> Session:
    """An attribute, a child and the text of a candidate that the specification does not know."""
    session = stage.ring()
    candidate = Node("te", {"ip": "198.19.44.44", "port": "41000"}, "default")
    extra = (Node("destination", {}, (candidate,)), Node("ringtone", {"loops": "3"}))
    strange = replace_attrs(session.preaccept(*extra), novelty="1")
    stage.world.call(stage.callee, session.creator, strange)
    return session


def content_for_children(stage: Stage) -> Session:
    """The pre-accept holds bytes where children belong."""
    session = stage.ring()
    stage.world.call(stage.callee, session.creator, session.action("preaccept", b"\x01\x02\x03"))
    return session


def destination_twice(stage: Stage) -> Session:
    """Two lists of candidates where at most one may stand."""
    session = stage.ring()
    lists = (Node("destination", {}, ()), Node("destination", {}, ()))
    stage.world.call(stage.callee, session.creator, session.preaccept(*lists))
    return session


def two_actions(stage: Stage) -> Session:
    """One `<call>` with the pre-accept twice."""
    session = stage.ring()
    stage.world.call(stage.callee, session.creator, session.preaccept(), session.preaccept())
    return session


def attribute_repeated(stage: Stage) -> Session:
    """The pre-accept names its call twice."""
    session = stage.ring()
    twice = structs.replace(session.preaccept(), repeated=(("call-id", session.call_id),))
    stage.world.call(stage.callee, session.creator, twice)
    return session


def trailing_bytes(stage: Stage) -> Session:
    """Three bytes follow the stanza in its frame."""
    session = stage.ring()
    stanza = _stanza(stage, session)
    stage.world.emit(stage.callee, stanza, plaintext=stage.callee.spell(stanza) + b"\x00\x00\x00")
    return session


def undecodable(stage: Stage) -> Session:
    """The frame of a pre-accept breaks off in the middle of the stanza; the next frame is fine."""
    session = stage.ring()
    stanza = _stanza(stage, session)
    stage.world.garbage(stage.callee, Direction.CLIENT, stage.callee.spell(stanza)[:-9])
    stage.world.wait(20)
    stage.world.call(stage.callee, session.creator, session.preaccept())
    return session


def no_stanza(stage: Stage) -> Session:
    """A frame of the server that is no stanza at all; the pre-accept is fine."""
    session = stage.ring()
    stage.world.garbage(stage.callee, Direction.SERVER, b"\x00\xff\xff\xff\xff")
    stage.world.call(stage.callee, session.creator, session.preaccept())
    return session


def repeated_by_device(stage: Stage) -> Session:
    """One device pre-accepts twice, each time as a stanza of its own."""
    session = stage.ring()
    stage.world.call(stage.callee, session.creator, session.preaccept())
    stage.world.wait(700)
    stage.world.call(stage.callee, session.creator, session.preaccept())
    return session


def before_offer(stage: Stage) -> Session:
    """The pre-accept comes before the offer of its call."""
    session = stage.session()
    stage.world.call(stage.callee, session.creator, session.preaccept())
    stage.world.wait(600)
    stage.world.call(stage.caller, CALLEE.bare, session.offer([stage.callee.jid]))
    return session


def without_offer(stage: Stage) -> Session:
    """The pre-accept of a call that nobody offered."""
    session = stage.session()
    stage.world.call(stage.callee, session.creator, session.preaccept())
    return session


def after_accept(stage: Stage) -> Session:
    """The device pre-accepts a call that it has answered."""
    session = stage.ring()
    stage.world.call(stage.callee, session.creator, session.accept())
    stage.world.wait(400)
    stage.world.call(stage.callee, session.creator, session.preaccept())
    return session


def after_reject(stage: Stage) -> Session:
    """The device pre-accepts a call that it has declined."""
    session = stage.ring()
    stage.world.call(stage.callee, session.creator, session.reject("busy"))
    stage.world.wait(400)
    stage.world.call(stage.callee, session.creator, session.preaccept())
    return session


def after_terminate(stage: Stage) -> Session:
    """The device pre-accepts a call that is over."""
    session = stage.ring()
    stage.world.call(stage.caller, stage.callee.jid, session.terminate("timeout"))
    stage.world.wait(400)
    stage.world.call(stage.callee, session.creator, session.preaccept())
    return session


def by_creator(stage: Stage) -> Session:
    """The caller pre-accepts its own call."""
    session = stage.ring()
    stage.world.call(stage.caller, stage.callee.jid, session.preaccept())
    return session


def not_offered(stage: Stage) -> Session:
    """A device pre-accepts that the offer did not ring."""
    session = stage.ring()
    stage.world.call(Device(CALLEE.device(31), "66666.77777"), session.creator, session.preaccept())
    return session


def id_reused(stage: Stage) -> Session:
    """The pre-accept has the stanza id of the relaylatency that the device sends next."""
    session = stage.ring()
    first = stage.world.call(stage.callee, session.creator, session.preaccept())
    stage.world.wait(300)
    reused = first.text("id")
    stage.world.call(stage.callee, session.creator, session.relaylatency(31), stanza_id=reused)
    return session


def id_missing(stage: Stage) -> Session:
    """The `<call>` has no id."""
    session = stage.ring()
    stanza = Node("call", {"to": session.creator}, (session.preaccept(),))
    stage.world.emit(stage.callee, stanza, ack=server.no_ack)
    return session


def ack_of_other_type(stage: Stage) -> Session:
    """The server acks the pre-accept as an accept."""
    session = stage.ring()
    as_accept = partial(server.ack_to_sender, kind="accept")
    stage.world.call(stage.callee, session.creator, session.preaccept(), ack=as_accept)
    return session


def ack_missing(stage: Stage) -> Session:
    """The server never acks the pre-accept."""
    session = stage.ring()
    stage.world.call(stage.callee, session.creator, session.preaccept(), ack=server.no_ack)
    return session


def ack_refused(stage: Stage) -> Session:
    """The server answers the pre-accept with an error."""
    session = stage.ring()
    refusal = partial(server.ack_to_sender, error="500")
    stage.world.call(stage.callee, session.creator, session.preaccept(), ack=refusal)
    return session


def receipt(stage: Stage) -> Session:
    """The caller answers the pre-accept with a receipt besides its ack."""
    session = stage.ring()
    sent = stage.world.call(stage.callee, session.creator, session.preaccept())
    stage.world.wait(200)
    copy = server.delivered(sent, stage.callee.jid, stage.caller.jid, 0.0)
    stage.world.send(stage.caller, server.receipt_for(copy, stage.caller.jid))
    return session


def both_addresses(stage: Stage) -> Session:
    """The device writes `from` into its own stanza, as the specification has it and no client does."""
    session = stage.ring()
    head: dict[str, Value] = {"from": stage.callee.jid, "to": session.creator, "id": stage.callee.next_id()}
    stage.world.emit(stage.callee, Node("call", head, (session.preaccept(),)))
    return session


@dataclass(frozen=True, slots=True)
class Violation:
    """One call of the capture, and what ringback is to say."""

    play: Callable[[Stage], Session]
    of_the_call: tuple[str, ...]
    """Code and place of all that is said of the call."""
    of_none: tuple[str, ...] = ()
    """The same of stanzas that name no call."""


_CANDIDATE = "/call/preaccept/destination/te"

VIOLATIONS = (
    Violation(
        call_id_missing,
        (),
        of_none=("attribute-missing /call/preaccept/@call-id", "attribute-undocumented /call/@t", *CHILDREN),
    ),
    Violation(creator_differs, (*USUAL, "creator-differs /call/preaccept/@call-creator")),
    Violation(
        creator_is_no_jid,
        (
            *USUAL,
            "attribute-type /call/preaccept/@call-creator",
            "creator-differs /call/preaccept/@call-creator",
        ),
    ),
    Violation(port_out_of_range, (*USUAL, f"port-out-of-range {_CANDIDATE}/@port")),
    Violation(port_no_number, (*USUAL, f"attribute-type {_CANDIDATE}/@port")),
    Violation(
        undocumented,
        (
            *USUAL,
            "attribute-undocumented /call/preaccept/@novelty",
            "child-undocumented /call/preaccept/ringtone",
            f"content-undocumented {_CANDIDATE}",
        ),
    ),
    Violation(content_for_children, (*COPIES, "content-undocumented /call/preaccept")),
    Violation(destination_twice, (*USUAL, "child-repeated /call/preaccept/destination[2]")),
    Violation(
        two_actions,
        (
            *COPIES,
            "child-repeated /call/preaccept[2]",
            *(said.replace("preaccept", f"preaccept[{number}]") for said in CHILDREN for number in (1, 2)),
        ),
    ),
    Violation(attribute_repeated, (*USUAL, "attribute-repeated /call/preaccept/@call-id")),
    Violation(trailing_bytes, (*USUAL, "trailing-bytes /call")),
    Violation(repeated_by_device, (*USUAL, "preaccept-repeated /call/preaccept")),
    Violation(before_offer, (*USUAL, "preaccept-before-offer /call/preaccept")),
    Violation(without_offer, (*USUAL, "call-id-unknown /call/preaccept/@call-id")),
    Violation(after_accept, (*USUAL, "preaccept-after-accept /call/preaccept")),
    Violation(after_reject, (*USUAL, "preaccept-after-reject /call/preaccept")),
    Violation(after_terminate, (*USUAL, "preaccept-after-terminate /call/preaccept")),
    Violation(by_creator, (*USUAL, "preaccept-by-creator /call/@from", "device-not-offered /call/@from")),
    Violation(
        not_offered,
        (
            *CHILDREN,
            "attribute-undocumented /call/@t",
            "addresses-literal /call/@to",
            "device-not-offered /call/@from",
        ),
    ),
    Violation(id_reused, (*USUAL, "stanza-id-reused /call/@id")),
    Violation(id_missing, (*USUAL, "attribute-missing /call/@id", "ack-missing /ack")),
    Violation(ack_of_other_type, (*USUAL, "ack-type-differs /ack/@type")),
    Violation(ack_missing, (*USUAL, "ack-missing /ack")),
    Violation(ack_refused, (*USUAL, "ack-refused /ack/@error")),
    Violation(receipt, (*USUAL, "receipt-for-preaccept /receipt/preaccept")),
    Violation(both_addresses, (*CHILDREN, "addresses-literal /call/@to", "attribute-undocumented /call/@t")),
    Violation(undecodable, USUAL, of_none=("stanza-undecodable /call/preaccept[1]/capability[1]",)),
    Violation(no_stanza, USUAL, of_none=("stanza-undecodable /",)),
)


def violations(world: World) -> Scene:
    """Calls that each break one thing, in the order of the table at the end of this page."""
    stage = set_up(world, caller_on_web(), callee_on_web())
    for violation in VIOLATIONS:
        session = violation.play(stage)
        world.wait(1500)
        stage.expect(session, *violation.of_the_call)
        stage.expect(None, *violation.of_none)
    return Scene(world, stage.expected)


def replace_attrs(node: Node, *, without: str | None = None, **changed: str | Jid) -> Node:
    """The node with attributes added or replaced, and one left out."""
    attrs = {name: value for name, value in {**node.attrs, **changed}.items() if name != without}
    return structs.replace(node, attrs=attrs)


def _stanza(stage: Stage, session: Session) -> Node:
    return Node("call", {"to": session.creator, "id": stage.callee.next_id()}, (session.preaccept(),))
