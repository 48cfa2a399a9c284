from __future__ import annotations

import re

import pytest

from ringback.findings import FactRef, Severity
from ringback.observations import FindingMade, Funnel
from ringback.sanitize import Placeholders
from ringback.view.marks import UNICODE
from ringback.view.notices import Notices
from ringback.view.summary import summary_lines
from ringback.view.tally import Tally
from ringback.view.terminal import TerminalView
from ringback.wire.events import ClosedReason, FrameClosed
from support.sightings import CALL_ID, DEVICE, Tape, offer_to
from support.viewing import PLACE, PREACCEPT, finding, notice, observed, observed_call, printed
from test_captures import report

FUNNEL = Funnel(
    connections=2,
    ignored=1,
    frames=61,
    opened=50,
    unread=1,
    held=2,
    dropped=3,
    closed={"no key": 9, "counter gap": 2},
    stanzas=34,
    calls=3,
    preaccepts=1,
    evicted=1,
    findings={"error": 1, "note": 5, "ok": 17},
)


def test_a_whole_summary() -> None:
    """The funnel with its bars, what was not opened and why, findings, facts, and each open question."""

    def show(view: TerminalView) -> None:
        for observation in observed_call():
            view.show(observation)
        view.show(notice(FrameClosed(PLACE, ClosedReason.NO_KEY, 9)))
        view.show(FindingMade(finding(code="addresses-literal", questions=())))
        view.summary(FUNNEL)

    shown = printed(show).partition("── ringback ")[2].splitlines()
    assert shown[0] == "─" * 68
    assert shown[1:] == [
        "frames             61  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━",
        "opened             50  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━",
        "stanzas            34  ━━━━━━━━━━━━━━━━━━━━━━",
        "calls               3  ━━",
        "pre-accepts         1  ━",
        "not opened   9 of 61 no key",
        "             run the client with the key-log preload and point ringback at the",
        "             file it writes (ringback_keylog, --keylog or RINGBACK_KEYLOGFILE)",
        "not opened   2 of 61 counter gap",
        "             frames are missing from the capture: capture again without filters",
        "             or dropped messages",
        "given up     3 of the frames, because too many frames waited for a key",
        "waiting      2 of the frames, for a key",
        "unreadable   1 of the opened frames: no stanza that can be read",
        "cut short    1 of the calls, to make room, after what they showed was reported",
        "left alone   1 of the connections: another protocol",
        "findings     1 error   0 warning   5 note   17 ok",
        "facts        call-preaccept: 10  5 as stated  1 contradicted  0 extended",
        "             4 not exercised",
        "             contradicted:  call/@from",
        "             not exercised:  call/preaccept/destination and 3 below it",
        "questions  1 Is <preaccept> always emitted, or only under certain client",
        "             versions / network conditions?",
        "             (1 finding bears on it, 1 ok: --level ok shows it)",
        "           2 Does pre-accept carry early transport candidates, or is transport",
        "             deferred to <accept>?",
        "             (4 findings bear on it, 4 ok: --level ok shows all)",
        "           3 In multi-device, do all ringing devices send pre-accept, and how",
        "             does the caller aggregate them?  (no finding bears on it)",
        "no file for  offer 1",
        "             (no file of the specification that is loaded is about these)",
    ]


def test_each_fact_is_listed_once() -> None:
    """A path that lies below a listed one is among those below it, whatever lies between them."""

    def show(view: TerminalView) -> None:
        for observation in report("violations").observations:
            view.show(observation)
        view.summary(Funnel())

    told = " ".join(printed(show).rpartition("facts  ")[2].partition("questions")[0].split())
    (number,) = re.findall(r"(\d+) contradicted", told)
    listed = re.findall(r"(call\S+)(?: and (\d+) below it)?", told.partition("contradicted: ")[2])
    assert sum(1 + int(below or 0) for _, below in listed) == int(number) == 8


@pytest.mark.parametrize(("calls", "told"), [(1, "1 call was offered"), (2, "2 calls were offered")])
def test_calls_without_a_preaccept_speak_to_the_first_question(calls: int, told: str) -> None:
    """Where calls were offered and none was pre-accepted, the summary says how many, each counted once."""

    def show(view: TerminalView) -> None:
        tape = Tape()
        for number in range(calls):
            offer = tape.delivered(offer_to(DEVICE).replace(CALL_ID, f"CALLID-000{number}"), owner=DEVICE)
            view.show(observed(offer))
            view.show(observed(offer))
        view.summary(Funnel())

    assert f"questions  1 {told} and none was pre-accepted\n" in printed(show)


def test_without_calls_nothing_is_said_on_questions() -> None:
    """Nothing offered is no word on whether pre-accepts are always emitted; nor is a pre-accept that no file
    specifies."""
    (offer, _, _) = observed_call()

    def show(view: TerminalView) -> None:
        view.show(offer)
        view.summary(Funnel(preaccepts=1))

    assert "pre-accepted" not in printed(show)
    assert "pre-accepted" not in printed(lambda view: view.summary(Funnel()))


@pytest.mark.parametrize("funnel", [Funnel(), Funnel(frames=3, opened=3, stanzas=1)])
def test_nothing_exercised_is_said_in_words(funnel: Funnel) -> None:
    """A run without a pre-accept says so, and draws no bar for nothing."""
    shown = printed(lambda view: view.summary(funnel))
    assert "no pre-accept was checked: nothing of the specification was exercised" in " ".join(shown.split())
    assert "pre-accepts         0\n" in shown
    assert "not opened" not in shown


def test_closed_frames_are_counted_by_connection() -> None:
    """Where several connections have closed frames, those with most of them are named."""

    def show(view: TerminalView) -> None:
        for connection, times in ((1, 1), (2, 3), (3, 2), (4, 1), (5, 1), (6, 1)):
            for _ in range(times):
                view.show(notice(FrameClosed(PLACE, ClosedReason.NO_KEY, 9), connection))
        view.summary(Funnel(frames=9, closed={"no key": 9}))

    shown = printed(show, width=300).partition("── ringback ")[2]
    assert (
        "not opened   9 of 9 no key  "
        "3 on connection 2 of synthetic.flow  2 on connection 3 of synthetic.flow  "
        "1 on connection 1 of synthetic.flow  1 on connection 4 of synthetic.flow  the rest on 2 more"
    ) in shown


@pytest.mark.parametrize("width", [40, 60, 80, 140])
def test_a_summary_fits_its_width(width: int) -> None:
    """No line is wider than the terminal."""

    def show(view: TerminalView) -> None:
        for observation in observed_call():
            view.show(observation)
        view.summary(FUNNEL)

    summary = printed(show, width=width).partition("── ringback ")[2]
    assert max(map(len, summary.splitlines())) <= width
    assert all(question.split()[-1] in summary for question in PREACCEPT.open_questions)


@pytest.mark.parametrize(
    ("level", "told"),
    [
        (Severity.OK, "(3 findings bear on it)"),
        (Severity.NOTE, "(3 findings bear on it, 2 ok: --level ok shows all)"),
        (Severity.ERROR, "(3 findings bear on it, 2 ok, 1 note: --level ok shows all)"),
    ],
)
def test_findings_that_were_not_printed_can_be_found(level: Severity, told: str) -> None:
    """A question whose findings are below the level says how many are, and which level prints them."""
    severities = (Severity.OK, Severity.OK, Severity.NOTE)
    tally = Tally({PREACCEPT.id: PREACCEPT})
    for severity in severities:
        tally.add(finding(severity=severity, questions=("call-preaccept/2",)))
    lines = summary_lines(Funnel(), tally, Notices(Placeholders()), UNICODE, width=300, level=level)
    shown = [line.plain for line in lines]
    assert [line.endswith(told) for line in shown if "early transport" in line] == [True]
    assert sum("shows all" in line for line in shown) == ("shows" in told)


def test_flows_that_calls_follow() -> None:
    """Of each flow: how many calls follow it, and what became of its steps."""

    def show(view: TerminalView) -> None:
        for code, step in (("flow-step-taken", 1), ("flow-step-taken", 2), ("flow-step-missing", 3)):
            fact = FactRef("a-flow", f"steps/{step}", "probable", ())
            view.show(FindingMade(finding(code=code, fact=fact)))
        view.summary(FUNNEL)

    assert printed(show).splitlines()[-2:] == [
        "flow         a-flow: 1 call follows it, steps  2 taken  1 missing  0 misplaced",
        "             0 not visible",
    ]
