"""Question 3 on calls to several devices: who is heard, in which order, and what the caller then does."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ringback.questions import Answer, Spread, Tally, Verdict
from ringback.stanza import Jid
from support.plays import ANDROID_DEVICE, WEB_DEVICE, Act, answered, play, ringing, time_out, unwired
from support.weighing import Seen
from synthetic.cast import CALLEE, call_id
from synthetic.stage import Stage

BOTH = (WEB_DEVICE, ANDROID_DEVICE)


def verdict_of(seen: Seen) -> Verdict:
    return seen.weigh().verdict("call-preaccept/3")


def played(*acts: Act, devices: Sequence[int] = BOTH) -> Verdict:
    return verdict_of(play(*acts, devices=devices))


def table(verdict: Verdict, title: str) -> dict[str, int]:
    return dict(next(each for each in verdict.counts if each.title == title).rows)


def spread(verdict: Verdict, title: str) -> Spread:
    return next(each for each in verdict.spreads if each.title == title)


class TestAnswers:
    @pytest.mark.parametrize(
        ("calls", "answer"), [(3, Answer.OPEN), (34, Answer.LEANING_YES), (35, Answer.YES)]
    )
    def test_all_ring(self, calls: int, answer: Answer) -> None:
        """Calls in which every able device is heard."""
        verdict = played(*[ringing(*BOTH)] * calls)
        assert (verdict.answer, verdict.tally) == (answer, Tally(calls, calls))

    def test_one_is_silent_once(self) -> None:
        """One call in which one of two able devices is silent: no."""
        verdict = played(*[ringing(*BOTH)] * 12, ringing(WEB_DEVICE))
        assert (verdict.answer, verdict.tally) == (Answer.NO, Tally(13, 12))
        assert verdict.exceptions == (call_id(13),)

    def test_it_depends_on_the_call_kind(self) -> None:
        """In video calls only the first of them rings."""
        verdict = played(*[ringing(*BOTH)] * 8, *[ringing(WEB_DEVICE, video=True)] * 3)
        assert verdict.condition == "call kind (audio: 8 of 8, video: 0 of 3)"


def one_device(stage: Stage) -> None:
    session = stage.ring([stage.callee.jid])
    time_out(stage, session)


def one_is_busy(stage: Stage) -> None:
    session = stage.ring()
    stage.world.call(stage.callees[0], session.creator, session.reject("busy"))
    time_out(stage, session)


def endless(stage: Stage) -> None:
    stage.ring()


def hung_up_at_once(stage: Stage) -> None:
    session = stage.ring()
    dismissed = [callee.jid for callee in stage.callees]
    stage.world.call(stage.caller, CALLEE.bare, session.terminate("timeout", dismissed))


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (one_device, "fewer than two devices were offered the call"),
        (one_is_busy, "fewer than two of the devices were able to ring"),
        (endless, "not watched by the caller from the offer to the end of the ringing"),
        (hung_up_at_once, "a silent device rang for less than 2 s"),
    ],
)
def test_calls_that_are_no_evidence(act: Act, reason: str) -> None:
    """They are counted apart, each with its reason."""
    verdict = played(act)
    assert (verdict.tally, verdict.apart.rows) == (Tally(0, 0), ((reason, 1),))


def test_a_callees_socket_tells_nothing_about_the_others() -> None:
    """Without the caller's socket nobody knows which devices were heard."""
    verdict = verdict_of(play(ringing(*BOTH), devices=BOTH, captured=(2, 3)))
    assert verdict.apart.rows == (("the caller's socket was not captured", 1),)


def test_an_offline_device_is_not_waited_for() -> None:
    """Four devices offered, of which two are able to ring and heard: a success, and the table says 2 of 3."""

    def act(stage: Stage) -> None:
        phone = CALLEE.bare
        session = stage.ring([phone, *(callee.jid for callee in stage.callees)])
        for callee in stage.callees:
            stage.world.call(callee, session.creator, session.preaccept())
        time_out(stage, session, [phone, *(callee.jid for callee in stage.callees)])

    verdict = played(act)
    assert verdict.tally == Tally(1, 1)
    assert table(verdict, "offered and heard") == {"2 of 3 offered devices heard": 1}
    assert any("1 offered device gave no sign and is taken" in sentence for sentence in verdict.weakened_by)


def test_order_by_kind_of_device() -> None:
    """The phone after the companion."""

    def act(stage: Stage) -> None:
        phone = unwired(0)
        session = stage.ring([phone.jid, *(callee.jid for callee in stage.callees)])
        stage.world.call(stage.callee, session.creator, session.preaccept())
        stage.world.wait(190)
        stage.world.call(phone, session.creator, session.preaccept())
        time_out(stage, session)

    verdict = played(act, devices=(WEB_DEVICE,))
    assert table(verdict, "order in which devices were heard") == {"companion, then phone": 1}
    gap = spread(verdict, "first to second pre-accept")
    assert (gap.n, gap.least, gap.median, gap.greatest) == (1, 190, 190, 190)


def test_a_late_one() -> None:
    """A device that pre-accepts after a sibling's accept is heard, and counted as late."""

    def act(stage: Stage) -> None:
        session = stage.ring()
        first, second = stage.callees
        stage.world.call(first, session.creator, session.preaccept())
        stage.world.wait(100)
        stage.world.call(first, session.creator, session.accept())
        stage.world.wait(10)
        stage.world.call(second, session.creator, session.preaccept())
        stage.world.wait(500)

    verdict = played(act)
    assert verdict.tally == Tally(1, 1)
    assert table(verdict, "late") == {"1 heard after the accept": 1}


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [(0, 0, "without any pre-accept"), (0, 2, "before all"), (1, 1, "between the"), (2, 0, "after all")],
)
def test_rejects_around(before: int, after: int, place: str) -> None:
    """A busy reject of a third device, by where it stands among the pre-accepts."""

    def act(stage: Stage) -> None:
        third = unwired(16)
        session = stage.ring([third.jid, *(callee.jid for callee in stage.callees)])
        for callee in stage.callees[:before]:
            stage.world.call(callee, session.creator, session.preaccept())
            stage.world.wait(10)
        stage.world.call(third, session.creator, session.reject("busy"))
        for callee in stage.callees[before : before + after]:
            stage.world.wait(10)
            stage.world.call(callee, session.creator, session.preaccept())
        time_out(stage, session)

    (row,) = table(played(act), "rejects around them")
    assert row.startswith(f"busy, {place}")


def test_what_the_caller_sends() -> None:
    """After the first pre-accept a relaylatency, after the second a transport, then a dismissal."""

    def act(stage: Stage) -> None:
        session = stage.ring()
        caller, (first, second) = stage.caller, stage.callees
        stage.world.call(first, session.creator, session.preaccept())
        stage.world.wait(100)
        stage.world.call(caller, first.jid, session.relaylatency(100))
        stage.world.call(caller, first.jid, session.relaylatency(101))
        stage.world.call(second, session.creator, session.preaccept())
        stage.world.wait(100)
        stage.world.call(caller, second.jid, session.transport())
        stage.world.call(second, session.creator, session.accept())
        stage.world.wait(100)
        stage.world.call(caller, first.jid, session.terminate("accepted_elsewhere"))

    verdict = played(act)
    assert table(verdict, "caller sends after the first pre-accept") == {"relaylatency": 1}
    assert table(verdict, "caller sends after the second pre-accept") == {"transport": 1}
    assert table(verdict, "caller sends after the accept") == {"terminate (accepted_elsewhere)": 1}


class TestDismissal:
    def dismissed(
        self, *targets: Jid, to: Jid | None = None, captured: tuple[int, ...] | None = None
    ) -> list[str]:
        """What is said of a terminate of the caller after device 17 has accepted, of three devices."""

        def act(stage: Stage) -> None:
            session = stage.ring()
            stage.world.call(stage.callee, session.creator, session.accept())
            stage.world.wait(100)
            terminate = session.terminate("accepted_elsewhere", targets)
            stage.world.call(stage.caller, to or CALLEE.bare, terminate)
            stage.world.wait(100)

        seen = play(act, devices=(17, 7, 16), captured=captured)
        return list(table(verdict_of(seen), "dismissal of the other devices"))

    def test_one_list(self) -> None:
        """One stanza that lists every device that did not answer."""
        said = self.dismissed(CALLEE.device(7), CALLEE.device(16))
        assert said == ["caller, accepted_elsewhere, one list: every other offered device"]

    def test_an_incomplete_list(self) -> None:
        """A device is forgotten."""
        said = self.dismissed(CALLEE.device(7))
        assert said == ["caller, accepted_elsewhere, one list: not every other offered device"]

    def test_by_address(self) -> None:
        """A stanza for each device, without a list."""
        said = self.dismissed(to=CALLEE.device(16))
        assert said == ["caller, accepted_elsewhere, one device by address: not every other offered device"]

    def test_as_the_dismissed_device_sees_it(self) -> None:
        """From the callee's socket it is seen who dismisses and why, not whom else."""
        said = self.dismissed(CALLEE.device(7), CALLEE.device(16), captured=(3,))
        assert said == ["caller, accepted_elsewhere, handed to 1 device"]

    def test_a_hang_up_is_none(self) -> None:
        """A terminate to the device that answered ends the call and dismisses nobody."""
        assert self.dismissed(to=CALLEE.device(17)) == []


def test_accept_to_dismissal() -> None:
    """From the accept as the caller got it, 46 ms after it was sent, to the dismissal 200 ms after."""
    verdict = played(*[answered(*BOTH, by=WEB_DEVICE)] * 3)
    delay = spread(verdict, "accept to dismissal")
    assert (delay.n, delay.least, delay.greatest) == (3, 154, 154)
