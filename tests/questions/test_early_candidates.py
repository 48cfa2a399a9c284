"""Question 2 on calls that answer it either way, and where endpoints come first."""

from __future__ import annotations

import pytest

from ringback.questions import Answer, Tally, Verdict
from ringback.stanza import Node
from support.plays import ANDROID_DEVICE, WEB_DEVICE, play, ringing
from support.sightings import DEVICE, Tape, book_of, preaccept
from support.weighing import Seen
from synthetic.cast import REFLEXIVE, RELAY_V4, RELAY_V6, packed
from synthetic.stage import Stage

QUESTION = "call-preaccept/2"

PACKED_V4 = Node("te", {"priority": "1"}, packed(*RELAY_V4))
PACKED_V6 = Node("te", {"priority": "2"}, packed(*RELAY_V6))
SPELLED = Node("te", {"ip": REFLEXIVE[0], "port": str(REFLEXIVE[1])})


def verdict_of(seen: Seen) -> Verdict:
    return seen.weigh().verdict(QUESTION)


def table(verdict: Verdict, title: str) -> dict[str, int]:
    return dict(next(each for each in verdict.counts if each.title == title).rows)


class TestAnswers:
    @pytest.mark.parametrize(("calls", "answer"), [(3, Answer.OPEN), (4, Answer.LEANING_NO), (35, Answer.NO)])
    def test_none_ever_carries_any(self, calls: int, answer: Answer) -> None:
        """Transport is deferred, once enough bare pre-accepts were seen."""
        verdict = verdict_of(play(*[ringing(WEB_DEVICE)] * calls))
        assert (verdict.answer, verdict.tally) == (answer, Tally(calls, 0))

    def test_all_carry_some(self) -> None:
        """35 of 35 with a candidate: yes."""
        verdict = verdict_of(play(*[ringing(WEB_DEVICE, inside=(PACKED_V6,))] * 35))
        assert (verdict.answer, verdict.tally) == (Answer.YES, Tally(35, 35))
        assert table(verdict, "forms in pre-accepts") == {"packed IPv6 (18 bytes)": 35}

    def test_it_depends_on_the_call_kind(self) -> None:
        """Video calls carry candidates, audio calls do not."""
        video = ringing(WEB_DEVICE, video=True, inside=(PACKED_V4,))
        verdict = verdict_of(play(*[ringing(WEB_DEVICE)] * 6, *[video] * 5))
        assert (verdict.answer, verdict.tally) == (Answer.DEPENDS, Tally(11, 5))
        assert verdict.condition == "call kind (audio: 0 of 6, video: 5 of 5)"

    def test_now_and_then(self) -> None:
        """Where the same client does either, it stays open what decides."""
        carrying = ringing(WEB_DEVICE, inside=(SPELLED,))
        verdict = verdict_of(play(*[ringing(WEB_DEVICE), carrying] * 8))
        assert (verdict.answer, verdict.tally) == (Answer.OPEN, Tally(16, 8))

    def test_no_pre_accept(self) -> None:
        """A call in which nobody pre-accepts exercises nothing."""
        assert verdict_of(play(ringing())).answer is Answer.NOT_EXERCISED


def test_a_device_counts_once_per_call() -> None:
    """Two pre-accepts of one device, of which the second carries candidates, are one success."""

    def act(stage: Stage) -> None:
        session = stage.ring()
        stage.world.call(stage.callee, session.creator, session.preaccept())
        stage.world.wait(300)
        again = Node("destination", {}, (PACKED_V4, PACKED_V6, SPELLED))
        stage.world.call(stage.callee, session.creator, session.preaccept(again))

    verdict = verdict_of(play(act))
    assert verdict.tally == Tally(1, 1)
    assert table(verdict, "endpoints in a pre-accept") == {"3 endpoints": 1}
    assert table(verdict, "forms in pre-accepts") == {
        "ip and port attributes": 1,
        "packed IPv4 (6 bytes)": 1,
        "packed IPv6 (18 bytes)": 1,
    }


def test_the_creators_own_is_apart() -> None:
    """A pre-accept sent by the caller, as some clients do, is not one of a ringing device."""

    def act(stage: Stage) -> None:
        session = stage.ring()
        stage.world.call(stage.caller, stage.callee.jid, session.preaccept(PACKED_V4))

    verdict = verdict_of(play(act))
    assert (verdict.tally, verdict.apart.rows) == (Tally(0, 0), (("sent by the call's creator", 1),))


def test_a_capability_is_no_candidate() -> None:
    """Bytes that are no address, and a list that holds none, carry nothing."""
    bare = ringing(WEB_DEVICE, inside=(Node("destination", {}, ()), Node("net", {"medium": "2"})))
    assert verdict_of(play(bare)).tally == Tally(1, 0)


class TestFirstPlace:
    def first(self, *later: str, first_in: str = "") -> dict[str, int]:
        """Where a device's endpoints come first that takes these actions after its pre-accept."""
        stanzas = {"relaylatency": "relaylatency", "transport": "transport", "accept": "accept"}

        def act(stage: Stage) -> None:
            session = stage.ring()
            stage.world.call(stage.callee, session.creator, session.preaccept())
            for name in later:
                stage.world.wait(100)
                inside = (PACKED_V4,) if name == first_in else ()
                action = session.action(stanzas[name], inside)
                stage.world.call(stage.callee, session.creator, action)

        return table(verdict_of(play(act)), "first of a callee's device")

    @pytest.mark.parametrize("place", ["relaylatency", "transport", "accept"])
    def test_of_a_device(self, place: str) -> None:
        """The action that first names an endpoint of the device's own, whatever the server adds to copies."""
        assert self.first("relaylatency", "transport", "accept", first_in=place) == {place: 1}

    def test_nowhere(self) -> None:
        """A device that never names one; the relay in its delivered accept is the server's."""
        assert self.first("accept") == {"nowhere": 1}

    def test_each_device_by_itself(self) -> None:
        """Two devices of one call are two."""
        seen = play(
            ringing(WEB_DEVICE, ANDROID_DEVICE, inside=(SPELLED,)), devices=(WEB_DEVICE, ANDROID_DEVICE)
        )
        assert table(verdict_of(seen), "first of a callee's device") == {"preaccept": 2}

    @pytest.mark.parametrize(("captured", "first"), [((1,), "offer ack"), ((2,), "offer")])
    def test_of_anybody(self, captured: tuple[int, ...], first: str) -> None:
        """The caller is handed relays with the ack of its offer, the callee with the offer itself."""
        verdict = verdict_of(play(ringing(WEB_DEVICE), captured=captured))
        assert table(verdict, "first in a call, of whoever") == {first: 1}


def test_without_an_offer_a_pre_accept_still_counts() -> None:
    """What a pre-accept carries needs no offer to be seen; where endpoints come first does."""
    tape = Tape()
    seen = Seen((tape.delivered(preaccept(from_=DEVICE, inside='<te ip="198.18.0.1" port="9"/>')),), {})
    assert len(book_of(seen.sightings).calls) == 1
    verdict = verdict_of(seen)
    assert verdict.tally == Tally(1, 1)
    assert table(verdict, "first in a call, of whoever") == {}
