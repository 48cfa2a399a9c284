from __future__ import annotations

import pytest

from ringback.observations import FindingMade, Funnel
from ringback.view.terminal import TerminalView
from ringback.wire.events import ClosedReason, FrameClosed
from support.viewing import PLACE, PREACCEPT, finding, notice, observed_call, printed

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
        "frames       3 given up because too many frames waited for a key",
        "frames       2 waiting for a key now",
        "frames       1 opened, but no stanza that can be read",
        "calls        1 given up early to make room, after what they showed was reported",
        "connections  1 left alone: another protocol",
        "findings     1 error   0 warning   5 note   17 ok ",
        "facts        call-preaccept: 10  5 as stated  1 contradicted  0 extended",
        "             4 not exercised",
        "             contradicted:  call/@from",
        "             not exercised:  call/preaccept/destination and 3 below it",
        "questions  1 Is <preaccept> always emitted, or only under certain client",
        "             versions / network conditions?  (1 finding bears on it)",
        "           2 Does pre-accept carry early transport candidates, or is transport",
        "             deferred to <accept>?  (4 findings bear on it)",
        "           3 In multi-device, do all ringing devices send pre-accept, and how",
        "             does the caller aggregate them?  (no finding bears on it)",
    ]


@pytest.mark.parametrize("funnel", [Funnel(), Funnel(frames=3, opened=3, stanzas=1)])
def test_nothing_exercised_is_said_in_words(funnel: Funnel) -> None:
    """A run without a pre-accept says so, and draws no bar for nothing."""
    shown = printed(lambda view: view.summary(funnel))
    assert "no pre-accept was checked: nothing of the specification was exercised" in " ".join(shown.split())
    assert "pre-accepts         0  \n" in shown
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
