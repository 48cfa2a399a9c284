"""A capture with as many calls as asked for, for measurements: not shipped, made where it is needed."""

from __future__ import annotations

from synthetic import filler
from synthetic.capture import Capture, Scene, build
from synthetic.stage import callee_on_web, caller_on_web, hang_up, set_up
from synthetic.world import World


def many_calls(calls: int, *, pings: int = 3) -> Capture:
    """`calls` ordinary calls in a row between two clients, both captured; each call has a pre-accept.

    `pings` keep-alives of each client stand between two calls. The same arguments give the same bytes.
    """

    def play(world: World) -> Scene:
        stage = set_up(world, caller_on_web(), callee_on_web())
        for _ in range(calls):
            session = stage.ring()
            world.call(stage.callee, session.creator, session.preaccept())
            world.wait(240)
            world.call(stage.callee, session.creator, session.accept())
            world.wait(100)
            world.call(stage.callee, session.creator, session.relaylatency(31))
            hang_up(stage, session)
            for _ in range(pings):
                filler.ping(world, stage.caller)
                filler.ping(world, stage.callee)
            stage.expect(session)
        return Scene(world, stage.expected)

    return build(f"many-calls-{calls}-{pings}", play)
