"""Question 1 on calls that answer it: yes, no, depending, and what is not counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from ringback.questions import Answer, ClientFacts, Tally, Verdict
from ringback.stanza import Jid, Node, Value
from support.plays import (
    ANDROID_DEVICE,
    WEB_DEVICE,
    offer_receipt,
    play,
    ringing,
    stage_with,
    time_out,
    unwired,
)
from support.weighing import WEB, Seen, seen_in
from synthetic.cast import CALLEE, STRANGER, call_id
from synthetic.stage import Stage

ANDROID = ClientFacts("ANDROID", "2.26.1.1", ANDROID_DEVICE)


def verdict_of(seen: Seen) -> Verdict:
    return seen.weigh().verdict("call-preaccept/1")


def rows(verdict: Verdict, dimension: str) -> dict[str, Tally]:
    return dict(next(split for split in verdict.splits if split.dimension == dimension).rows)


class TestAnswers:
    @pytest.mark.parametrize(
        ("calls", "answer"),
        [(3, Answer.OPEN), (4, Answer.LEANING_YES), (34, Answer.LEANING_YES), (35, Answer.YES)],
    )
    def test_a_device_that_always_does(self, calls: int, answer: Answer) -> None:
        """Every call a pre-accept: yes, once there are enough of them."""
        verdict = verdict_of(play(*[ringing(WEB_DEVICE)] * calls))
        assert (verdict.answer, verdict.tally) == (answer, Tally(calls, calls))
        assert len(verdict.calls) == calls
        assert verdict.exceptions == ()

    def test_one_exception(self) -> None:
        """35 calls with and one without: no, the one call is named, and to be tried again."""
        verdict = verdict_of(play(*[ringing(WEB_DEVICE)] * 35, ringing()))
        assert (verdict.answer, verdict.tally, verdict.condition) == (Answer.NO, Tally(36, 35), "")
        assert verdict.exceptions == (call_id(36),)
        assert "it was seen in 1 call." in verdict.next_capture

    def test_an_exception_among_few(self) -> None:
        """Two calls with and one without only lean to no."""
        assert verdict_of(play(*[ringing(WEB_DEVICE)] * 2, ringing())).answer is Answer.LEANING_NO

    def test_nothing_to_count(self) -> None:
        """No call at all exercises nothing."""
        verdict = verdict_of(play())
        assert (verdict.answer, verdict.tally) == (Answer.NOT_EXERCISED, Tally(0, 0))
        assert verdict.tally.interval == (0.0, 1.0)

    def test_it_depends_on_the_platform(self) -> None:
        """Twelve calls to a Web and an Android device of which only Web pre-accepts."""
        seen = play(*[ringing(WEB_DEVICE)] * 12, devices=(WEB_DEVICE, ANDROID_DEVICE))
        android = replace(ANDROID, version=WEB.version)
        verdict = verdict_of(Seen(seen.sightings, seen.clients | {3: android}))
        assert verdict.answer is Answer.DEPENDS
        assert verdict.condition == "platform (android: 0 of 12, web: 12 of 12)"
        assert rows(verdict, "platform") == {"web": Tally(12, 12), "android": Tally(12, 0)}

    def test_platform_and_build_that_go_together_are_both_named(self) -> None:
        """Where every Android device has another build as well, the evidence cannot tell the two apart."""
        seen = play(*[ringing(WEB_DEVICE)] * 12, devices=(WEB_DEVICE, ANDROID_DEVICE))
        verdict = verdict_of(Seen(seen.sightings, seen.clients | {3: ANDROID}))
        assert verdict.condition == (
            "client version (2.26.1.1: 0 of 12, 2.3000.1000000001: 12 of 12) or "
            "platform (android: 0 of 12, web: 12 of 12)"
        )

    def test_it_depends_on_the_call_kind(self) -> None:
        """Audio calls with, video calls without."""
        verdict = verdict_of(play(*[ringing(WEB_DEVICE)] * 8, *[ringing(video=True)] * 4))
        assert verdict.condition == "call kind (audio: 8 of 8, video: 0 of 4)"

    def test_it_depends_on_the_device_state(self) -> None:
        """A companion online always does, an idle one, of which only the receipt is seen, never does."""

        def act(stage: Stage) -> None:
            idle = unwired(30)
            session = stage.ring([stage.callee.jid, idle.jid])
            offer_receipt(stage, session, idle)
            stage.world.call(stage.callee, session.creator, session.preaccept())
            time_out(stage, session, [stage.callee.jid, idle.jid])

        verdict = verdict_of(play(*[act] * 6))
        assert verdict.tally == Tally(12, 6)
        assert verdict.condition == "device state (idle: 0 of 6, online companion: 6 of 6)"


def silent_phone(stage: Stage) -> None:
    """The phone gives no sign at all."""
    session = stage.ring([CALLEE.bare])
    time_out(stage, session, [CALLEE.bare])


def busy(stage: Stage) -> None:
    session = stage.ring()
    stage.world.call(stage.callee, session.creator, session.reject("busy"))


def cannot_decrypt(stage: Stage) -> None:
    session = stage.ring()
    stage.world.call(stage.callee, session.creator, session.reject("enc"))


def uncallable(stage: Stage) -> None:
    session = stage.ring()
    stage.world.call(stage.callee, session.creator, session.reject("uncallable"))


def hosted(stage: Stage) -> None:
    device = Jid(CALLEE.lid, "hosted.lid", 99)
    time_out(stage, stage.ring([device]), [device])


def replayed(stage: Stage) -> None:
    """The offer comes out of the server's queue, and the device answers it by nothing."""
    session = stage.session()
    head: dict[str, Value] = {"from": session.creator, "id": "S-1", "t": "1700000000", "offline": "1"}
    stage.world.deliver(stage.callee, Node("call", head, (session.action("offer"),)))
    stage.world.wait(3000)
    stage.world.call(stage.caller, stage.callee.jid, session.terminate("timeout"))


def over_before(stage: Stage) -> None:
    """The offer is of a call that has ended."""
    session = stage.session()
    head: dict[str, Value] = {"from": session.creator, "id": "S-1", "t": "1700000000"}
    offer = session.action("offer", attrs={"is_call_ended": "1"})
    stage.world.deliver(stage.callee, Node("call", head, (offer,)))
    stage.world.wait(3000)
    stage.world.call(stage.caller, stage.callee.jid, session.terminate("timeout"))


def gives_up_at_once(stage: Stage) -> None:
    """The caller hangs up half a second after the offer."""
    session = stage.ring()
    stage.world.call(stage.caller, stage.callee.jid, session.terminate("timeout"))


def too_late(stage: Stage) -> None:
    session = stage.ring()
    time_out(stage, session)
    stage.world.call(stage.callee, session.creator, session.preaccept())


def no_end(stage: Stage) -> None:
    """The capture stops while the device rings, pre-accepted or not."""
    session = stage.ring()
    stage.world.call(stage.callee, session.creator, session.preaccept())


SHORT = "silent, and its ringing was ended for it within 2 s"
LATE = "pre-accept only after its ringing had ended"
UNWATCHED = "not watched from the offer to the end of its ringing"


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (silent_phone, "offline"),
        (busy, "busy"),
        (cannot_decrypt, "cannot decrypt"),
        (uncallable, "hosted"),
        (hosted, "hosted"),
        (replayed, "offline"),
        (over_before, "offline"),
        (gives_up_at_once, SHORT),
        (too_late, LATE),
        (no_end, UNWATCHED),
    ],
)
def test_devices_that_are_no_evidence(act: Callable[[Stage], None], reason: str) -> None:
    """A device that could not ring, had no time to, or was not watched is counted apart, with the reason."""
    verdict = verdict_of(play(act))
    assert verdict.answer is Answer.NOT_EXERCISED
    assert verdict.apart.rows == ((reason, 1),)


class TestVantage:
    def act(self, stage: Stage) -> None:
        """Of two devices the first pre-accepts, the second sends a receipt and is silent."""
        session = stage.ring()
        stage.world.call(stage.callees[0], session.creator, session.preaccept())
        time_out(stage, session)

    def test_the_caller_sees_all(self) -> None:
        """From the caller's socket alone both devices count, the silent one too."""
        verdict = verdict_of(play(self.act, devices=(17, 7), captured=(1,)))
        assert verdict.tally == Tally(2, 1)
        assert rows(verdict, "seen from") == {"caller": Tally(2, 1)}
        assert rows(verdict, "device state") == {"idle": Tally(2, 1)}

    @pytest.mark.parametrize(("captured", "successes"), [((2,), 1), ((3,), 0)])
    def test_a_callee_sees_itself(self, captured: tuple[int, ...], successes: int) -> None:
        """From a callee's socket the device itself counts, and nobody else."""
        verdict = verdict_of(play(self.act, devices=(17, 7), captured=captured))
        assert verdict.tally == Tally(1, successes)
        assert rows(verdict, "seen from") == {"callee": Tally(1, successes)}

    def test_a_gap_on_the_only_socket(self) -> None:
        """Where frames are missing before the end, silence is no evidence."""
        seen = play(self.act, devices=(17, 7), captured=(1,))
        holey = tuple(replace(sighting, complete=False) for sighting in seen.sightings)
        assert verdict_of(Seen(holey, seen.clients)).tally == Tally(0, 0)

    def test_known_by_its_pre_accept_alone(self) -> None:
        """A device without receipt that pre-accepts counts, and the verdict says what that is worth."""

        def act(stage: Stage) -> None:
            session = stage.ring([CALLEE.device(30)])
            stage.world.call(unwired(30), session.creator, session.preaccept())
            time_out(stage, session, [CALLEE.device(30)])

        verdict = verdict_of(play(act))
        assert verdict.tally == Tally(1, 1)
        assert any("ring by a pre-accept alone" in sentence for sentence in verdict.weakened_by)
        assert rows(verdict, "device state") == {"not known": Tally(1, 1)}

    def test_an_offer_that_the_server_refused(self) -> None:
        """An offer that was answered with an error rang nobody."""
        stage = stage_with(17)
        session = stage.session()
        sent = Node("call", {"to": CALLEE.bare, "id": "O-1"}, (session.offer([stage.callee.jid]),))
        refusal: dict[str, Value] = {
            "from": CALLEE.bare,
            "class": "call",
            "type": "offer",
            "id": "O-1",
            "error": "439",
        }
        stage.world.send(stage.caller, sent)
        stage.world.deliver(stage.caller, Node("ack", refusal))
        verdict = verdict_of(seen_in(stage.world))
        assert (verdict.tally, verdict.apart.rows) == (Tally(0, 0), ())


def test_conditions_are_read_off_the_stanzas() -> None:
    """Net medium of either side, relay latencies and round trip are the values that were sent."""

    def act(stage: Stage) -> None:
        session = stage.ring()
        stage.world.call(stage.callee, session.creator, session.preaccept())
        stage.world.call(stage.callee, session.creator, session.relaylatency(210))
        stage.world.wait(100)
        stage.world.call(stage.callee, session.creator, session.accept())

    verdict = verdict_of(play(act))
    values = {split.dimension: [value for value, _ in split.rows] for split in verdict.splits}
    assert values == {
        "client version": ["2.3000.1000000001"],
        "platform": ["web"],
        "device kind": ["companion"],
        "call kind": ["audio"],
        "caller's net medium": ["3"],
        "device's net medium": ["2"],
        "caller's relay latency": ["below 200 ms"],
        "device's relay latency": ["below 400 ms"],
        "round trip to the server": ["below 50 ms"],
        "seen from": ["caller and callee"],
        "device state": ["online companion"],
    }


def test_a_client_is_known_by_what_the_server_says_of_it() -> None:
    """Without its socket, platform and build come from the accept that the caller was handed."""

    def act(stage: Stage) -> None:
        session = stage.ring()
        stage.world.call(stage.callee, session.creator, session.preaccept())
        stage.world.wait(500)
        stage.world.call(stage.callee, session.creator, session.accept())

    verdict = verdict_of(play(act, captured=(1,)))
    assert rows(verdict, "platform") == {"web": Tally(1, 1)}
    assert rows(verdict, "client version") == {"2.3000.1000000001": Tally(1, 1)}


def test_a_list_without_end_is_cut_and_reported() -> None:
    """Of an offer to thousands of devices the beginning is looked at, and the verdict says so."""

    def act(stage: Stage) -> None:
        session = stage.session()
        devices = [account.device(number) for account in (CALLEE, STRANGER) for number in range(1, 256)]
        devices += [CALLEE.by_phone(number) for number in range(1, 256)]
        offer = Node("call", {"to": CALLEE.bare, "id": "O-1"}, (session.offer(devices),))
        stage.world.send(stage.caller, offer)

    verdict = verdict_of(play(act))
    assert verdict.apart.rows == (("unknown", 512),)
    assert "1 call lists more than 512 devices: the rest was not looked at." in verdict.weakened_by
