"""The three verdicts on the shipped captures, with the counts worked out by hand from what they play."""

import json
from pathlib import Path

import pytest

from ringback.cli import main
from ringback.ledger import Ledger
from ringback.questions import Answer, Tally
from support.weighing import shipped
from synthetic.cast import call_id
from synthetic.generate import CAPTURES
from synthetic.manifest import SCENARIOS

ALWAYS, EARLY, ALL_DEVICES = (f"call-preaccept/{number}" for number in (1, 2, 3))


def call_of(name: str, number: int) -> str:
    """The id of a call of a shipped capture."""
    return call_id(number, list(SCENARIOS).index(name))


@pytest.mark.parametrize(
    ("name", "answers", "tallies"),
    [
        # One call, one device, which pre-accepts without candidates; one device is no multi-device.
        ("single-callee", ("open", "open", "not exercised"), ((1, 1), (1, 0), (0, 0))),
        # Four devices are offered the call. Device 16 is busy and the phone gives no sign: two are able to
        # ring, 17 and 7, and both pre-accept, without candidates. One call with both heard.
        ("multi-device", ("open", "open", "open"), ((2, 2), (2, 0), (1, 1))),
        # Two devices, both pre-accept, both with candidates.
        ("early-candidates", ("open", "open", "open"), ((2, 2), (2, 2), (1, 1))),
        # Two calls, one device each time.
        ("split-compressed", ("open", "open", "not exercised"), ((2, 2), (2, 0), (0, 0))),
        # Device 23 gives no sign: not able to ring as far as can be seen. Device 17 declines without a
        # pre-accept, and its own decline shows that it rang.
        ("no-preaccept", ("leaning no", "not exercised", "not exercised"), ((1, 0), (0, 0), (0, 0))),
        # Without its beginning the capture watches nobody; two pre-accepts are there all the same.
        ("mid-connection", ("not exercised", "open", "not exercised"), ((0, 0), (2, 0), (0, 0))),
    ],
)
def test_one_capture(name: str, answers: tuple[str, ...], tallies: tuple[tuple[int, int], ...]) -> None:
    """Each capture by itself is too small to answer anything, and is counted right."""
    weighing = shipped(name).weigh()
    assert tuple(verdict.answer.value for verdict in weighing.verdicts) == answers
    assert tuple(verdict.tally for verdict in weighing.verdicts) == tuple(Tally(n, k) for n, k in tallies)


def test_violations_are_no_evidence_that_pre_accepts_are_always_sent() -> None:
    """28 calls, 27 of them with an offer, each to one device: `without_offer` has none.

    `after_accept` and `after_terminate` pre-accept too late, `after_reject` is busy. The other 24 end neither
    by an answer nor by a terminate: nobody knows how long they rang.
    """
    verdict = shipped("violations").weigh().verdict(ALWAYS)
    assert verdict.answer is Answer.NOT_EXERCISED
    assert verdict.apart.rows == (
        ("not watched from the offer to the end of its ringing", 24),
        ("pre-accept only after its ringing had ended", 2),
        ("busy", 1),
    )


def test_violations_carry_three_candidates() -> None:
    """28 calls: one pre-accept names no call and one comes from the creator, which leaves 26 devices. Three
    of them carry a candidate: port_out_of_range, port_no_number, undocumented."""
    verdict = shipped("violations").weigh().verdict(EARLY)
    assert verdict.tally == Tally(26, 3)
    assert verdict.apart.rows == (("sent by the call's creator", 1),)
    assert dict(verdict.counts[0].rows) == {"ip and port attributes": 2, "ip and port attributes and text": 1}


class TestAllTogether:
    """All captures side by side."""

    def test_always(self) -> None:
        """1 + 2 + 2 + 2 + 1 = 8 devices able to ring, of which one was silent: an exception among few."""
        verdict = shipped(*SCENARIOS).weigh().verdict(ALWAYS)
        assert (verdict.answer, verdict.tally) == (Answer.LEANING_NO, Tally(8, 7))
        assert verdict.exceptions == (call_of("no-preaccept", 2),)
        states = next(split for split in verdict.splits if split.dimension == "device state")
        assert dict(states.rows) == {
            "busy": Tally(1, 0),
            "offline": Tally(2, 0),
            "online companion": Tally(8, 7),
        }
        kinds = next(split for split in verdict.splits if split.dimension == "call kind")
        assert dict(kinds.rows) == {"audio": Tally(6, 5), "video": Tally(2, 2)}

    def test_early_candidates(self) -> None:
        """1 + 2 + 2 + 26 + 2 + 0 + 2 = 35 devices pre-accepted, 2 + 3 of them with candidates; neither kind
        of call nor build tells which, so it stays open."""
        verdict = shipped(*SCENARIOS).weigh().verdict(EARLY)
        assert (verdict.answer, verdict.tally) == (Answer.OPEN, Tally(35, 5))
        forms, _, first_of_all, first_of_devices = verdict.counts
        assert dict(forms.rows)["packed IPv4 (6 bytes)"] == 1
        # Calls with an offer: 1 + 1 + 1 + 27 + 2 + 2 + 1 = 35, the last seen by the callee alone.
        assert dict(first_of_all.rows) == {"offer ack": 34, "offer": 1}
        assert dict(first_of_devices.rows) == {"nowhere": 25, "preaccept": 5, "relaylatency": 5}

    def test_all_devices(self) -> None:
        """Two calls to several devices, and every able device was heard in both."""
        verdict = shipped(*SCENARIOS).weigh().verdict(ALL_DEVICES)
        assert (verdict.answer, verdict.tally) == (Answer.OPEN, Tally(2, 2))
        assert set(verdict.calls) == {call_of("multi-device", 1), call_of("early-candidates", 1)}

    @pytest.mark.parametrize("names", [list(SCENARIOS), sorted(SCENARIOS, reverse=True)])
    def test_one_ledger_counts_them_all(
        self, names: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """`ringback replay --ledger` on all of them, then `ringback export questions`: the counts above.

        The calls behind them are 1 + 1 + 1 + 2 + 1 = 6 with a device able to ring (the last that of device 17
        in no-preaccept), 1 + 1 + 1 + 26 + 2 + 2 = 33 with a pre-accept of a callee's device (violations has
        28 calls, of which one has a pre-accept that names none and one that of its creator alone), and 2 with
        several devices. All 1 + 1 + 1 + 28 + 2 + 2 + 2 = 37 calls are told apart.
        """
        ledger = str(tmp_path / "lab.db")
        captures = [str(CAPTURES / "synthetic" / f"{name}.flows") for name in names]
        assert main(["replay", "--ledger", ledger, *captures]) == 0
        capsys.readouterr()
        assert main(["export", "questions", "--ledger", ledger, "--format", "json"]) == 0
        told = json.loads(capsys.readouterr().out)
        verdicts = [(each["answer"], each["n"], each["k"], len(each["calls"])) for each in told["verdicts"]]
        assert verdicts == [("leaning no", 8, 7, 6), ("open", 35, 5, 33), ("open", 2, 2, 2)]
        with Ledger(Path(ledger)) as opened:
            assert len(list(opened.calls())) == 37
        assert main(["export", "questions", "--ledger", ledger]) == 0
        said = "Leaning no: 7 of 8 (0.53 to 0.98); one exception is enough for no, and 1 did not."
        assert f"**{said}**" in capsys.readouterr().out


def test_aggregation_of_the_multi_device_call() -> None:
    """What the caller hears and sends, at the times at which it is played.

    The caller offers at 0 and hears a pre-accept 46 ms after it is sent. The busy reject goes out at 245 +
    131 = 376 ms, device 17 pre-accepts 20 ms later (396 + 46 = 442), device 7 170 ms after it (612). Device 7
    accepts; 200 ms later the caller dismisses all others with one list, 154 ms after it got the accept.
    """
    verdict = shipped("multi-device").weigh().verdict(ALL_DEVICES)
    counts = {table.title: table.rows for table in verdict.counts}
    assert counts == {
        "offered and heard": (("2 of 4 offered devices heard", 1),),
        "order in which devices were heard": (("companion, then companion", 1),),
        "late": (("0 heard after the accept", 1),),
        "rejects around them": (("busy, before all pre-accepts", 1),),
        "caller sends after the first pre-accept": (("nothing", 1),),
        "caller sends after the second pre-accept": (("nothing", 1),),
        "caller sends after the accept": (("terminate (accepted_elsewhere)", 1),),
        "dismissal of the other devices": (
            ("caller, accepted_elsewhere, one list: every other offered device", 1),
        ),
    }
    spreads = {spread.title: (spread.least, spread.greatest) for spread in verdict.spreads}
    assert spreads == {
        "offer to first pre-accept": (442, 442),
        "first to second pre-accept": (170, 170),
        "offer to each pre-accept": (442, 612),
        "accept to dismissal": (154, 154),
    }


def test_first_material_of_the_early_candidates() -> None:
    """Device 17 writes three candidates as attributes, device 7 two as six packed bytes."""
    verdict = shipped("early-candidates").weigh().verdict(EARLY)
    counts = {table.title: dict(table.rows) for table in verdict.counts}
    assert counts["forms in pre-accepts"] == {"ip and port attributes": 1, "packed IPv4 (6 bytes)": 1}
    assert counts["endpoints in a pre-accept"] == {"3 endpoints": 1, "2 endpoints": 1}
    assert counts["first of a callee's device"] == {"preaccept": 2}


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_verdict_says_what_it_counts_and_what_comes_next(name: str) -> None:
    """Unit, success, question and next capture are never empty, and the calls behind a tally are named."""
    for verdict in shipped(name).weigh().verdicts:
        assert verdict.unit
        assert verdict.success
        assert verdict.asked.endswith("?")
        assert verdict.next_capture.startswith("Capture ")
        assert bool(verdict.calls) is (verdict.tally.n > 0)
        assert set(verdict.exceptions) <= set(verdict.calls)
