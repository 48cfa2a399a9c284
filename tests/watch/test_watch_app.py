"""The live view, key by key, on screens without a terminal."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from rich.cells import cell_len

from ringback.findings import Severity
from ringback.inspector import Inspector
from ringback.observations import Observation
from ringback.sanitize.raw import Raw
from ringback.stanza import Node
from ringback.status import ExitCode
from ringback.watch.call_screen import CallScreen, ComparisonScreen, StanzaScreen
from ringback.watch.calls_screen import CallsScreen
from ringback.watch.findings_screen import CallFindingsScreen, FindingsScreen
from ringback.watch.keys import SCREENS
from ringback.watch.lines import Lines
from ringback.watch.reading_screens import HelpScreen, QuestionsScreen
from ringback.wire.keylog import KeyLog
from support.casing import HOSTILE
from support.recorded import capture
from support.sightings import DEVICE, Tape, offer_to, preaccept
from support.viewing import observed_call
from support.watching import SPECIFICATION, Stage, fed_app, source_app, watched

VIOLATIONS = capture("violations")
CALLS = 28


async def read(stage: Stage, calls: int = CALLS) -> None:
    await stage.until(lambda: stage.app.watched.total == calls and not stage.app.feed.is_behind)
    await stage.until(lambda: not stage.app.watched.pending)
    await stage.pilot.pause(0.3)


def cursor_row(stage: Stage) -> str:
    lines = stage.app.screen.query_one("#body", Lines)
    top = next(row for row, text in enumerate(stage.screen) if re.search(r"call.*state.*ring", text)) + 1
    return stage.screen[top + lines.cursor - lines.scroll_offset.y]


def test_calls_are_listed_and_the_newest_is_followed() -> None:
    """Verdicts first, then the calls in columns; the cursor stands on the newest."""

    async def play(stage: Stage) -> None:
        await read(stage)
        assert stage.screen[0].startswith(" ringback a source")
        assert stage.screen[0].endswith("28 calls  following")
        await stage.until_shown("?2 open 3/26")
        assert re.match(r"  call↑ +from → to +state +ring +dev +stz finding", stage.screen[2])
        assert "CALLID-0028" in cursor_row(stage)
        await stage.press("home")
        assert "CALLID-0001 A:1@lid → B@lid     offered           0/1    9" in cursor_row(stage)
        assert "following" not in stage.screen[0]
        await stage.press("end")
        assert "following" in stage.screen[0]

    watched(source_app(VIOLATIONS), play)


def test_one_call_and_its_stanzas() -> None:
    """Enter goes in, arrows go along, Escape and q go back, q on the first screen ends."""

    async def play(stage: Stage) -> None:
        await read(stage, 1)
        await stage.press("enter")
        assert stage.on(CallScreen)
        assert stage.screen[0].startswith(
            " CALLID-0001  A:1@lid → B@lid  completed  ring 0.396 s  devices 2/4"
        )
        assert "offer, to 4 devices" in stage.text
        folded = stage.app.screen.query_one("#body", Lines).stops
        await stage.press("a")
        assert stage.app.screen.query_one("#body", Lines).stops > folded
        await stage.press("a")
        await stage.press("down", "down", "enter")
        assert stage.on(StanzaScreen)
        assert "preaccept" in stage.screen[0]
        assert re.search(r"^✓ +call-id=\"CALLID-0001\" +probable, required$", stage.text, re.MULTILINE)
        assert "child-undocumented" in stage.text
        before = stage.screen[0]
        await stage.press("right")
        assert stage.screen[0] != before
        await stage.press("left")
        assert stage.screen[0] == before
        await stage.press("escape", "q")
        assert stage.on(CallsScreen)
        await stage.press("q")

    assert watched(source_app(capture("multi-device")), play) == ExitCode.OK


def test_two_stanzas_are_compared() -> None:
    """Space marks one, d shows what is different about another."""

    async def play(stage: Stage) -> None:
        await read(stage, 1)
        await stage.press("enter", "d")
        assert stage.on(CallScreen)
        await stage.press("space")
        assert stage.screen[0].endswith("1 marked")
        await stage.press("down", "d")
        assert stage.on(ComparisonScreen)
        assert re.search(r"^left +.* offer .*\nright +.* relaylatency ", stage.text, re.MULTILINE)
        await stage.press("escape", "up", "space")
        assert not stage.screen[0].endswith("1 marked")

    watched(source_app(capture("multi-device")), play)


def test_calls_one_after_the_other() -> None:
    """Left and right walk through the list without going back to it, and stop at its ends."""

    async def play(stage: Stage) -> None:
        await read(stage)
        await stage.press("home", "enter", "left")
        assert "CALLID-0001" in stage.screen[0]
        await stage.press("right")
        assert "CALLID-0002" in stage.screen[0]

    watched(source_app(VIOLATIONS), play)


def test_a_filter_is_written_and_taken_away() -> None:
    async def play(stage: Stage) -> None:
        await read(stage)
        await stage.press("slash", *"severity=error", "enter")
        await stage.until_shown("4 of 28 calls")
        assert "filter: severity=error" in stage.screen[22]
        await stage.press("f9")
        await stage.until_shown("28 calls  ")

    watched(source_app(VIOLATIONS), play)


def test_a_wrong_filter_is_shown_with_its_place_and_can_be_mended() -> None:
    """Nothing is filtered by it; Escape leaves the filter as it was."""

    async def play(stage: Stage) -> None:
        await read(stage)
        await stage.press("f3", *"sevrity=error", "enter")
        rows = stage.screen
        at = next(index for index, row in enumerate(rows) if "did you mean severity?" in row)
        assert rows[at + 1 : at + 3] == ["  sevrity=error", "  ^^^^^^^"]
        assert rows[at + 3] == " filter: sevrity=error"
        assert "28 calls" in rows[0]
        await stage.press("escape")
        assert "sevrity" not in stage.text
        assert stage.app.watched.chosen.is_empty

    watched(source_app(VIOLATIONS), play)


def test_a_filter_from_the_command_line() -> None:
    async def play(stage: Stage) -> None:
        await read(stage)
        await stage.until_shown("4 of 28 calls")

    watched(source_app(VIOLATIONS, "severity = error"), play)


def test_sorting_keeps_the_call_under_the_cursor() -> None:
    """By each column in turn, either way; what was chosen stays chosen."""

    async def play(stage: Stage) -> None:
        await read(stage)
        await stage.press("home", "down")
        assert "CALLID-0002" in cursor_row(stage)
        for _ in range(7):
            await stage.press("greater_than_sign")
            assert "CALLID-0002" in cursor_row(stage)
        await stage.press("less_than_sign", "z")
        assert "finding↓" in stage.screen[2]
        assert "CALLID-0002" in cursor_row(stage)
        await stage.press("home")
        assert stage.app.watched.line(stage.app.watched.rows[0]).severity is Severity.ERROR

    watched(source_app(VIOLATIONS), play)


def test_clearing_the_list() -> None:
    """An empty list says why, and the calls come back."""

    async def play(stage: Stage) -> None:
        await read(stage)
        await stage.press("f5")
        assert "No call since the list was cleared" in stage.text
        assert "0 of 28 calls" in stage.screen[0]
        await stage.press("enter")
        await stage.press("f5")
        assert "CALLID-0028" in stage.text

    watched(source_app(VIOLATIONS), play)


def test_pausing() -> None:
    """What comes meanwhile is neither shown nor lost."""
    app = fed_app([])

    async def play(stage: Stage) -> None:
        assert "No call yet" in stage.text
        await stage.press("p")
        assert "PAUSED" in stage.screen[0]
        app.feed.coming = observed_call()  # type: ignore[attr-defined]
        await stage.pilot.pause(0.3)
        assert app.watched.total == 0
        await stage.press("p")
        await read(stage, 1)
        assert "CALLID-0001" in stage.text

    watched(app, play)


def test_findings_lead_to_calls_and_stanzas() -> None:
    """Of all calls kind by kind, which leads to a filter; of one call one by one, which leads to a stanza."""

    async def play(stage: Stage) -> None:
        await read(stage)
        await stage.press("f4")
        assert stage.on(FindingsScreen)
        first = stage.screen[3].split()[3]
        assert "error" in stage.screen[3]
        await stage.press("enter")
        assert stage.app.watched.chosen.text == f"code = {first}"
        await stage.until(lambda: 0 < len(stage.app.watched.rows) < CALLS)
        await stage.press("home", "enter", "f")
        assert stage.on(CallFindingsScreen)
        assert first in stage.text
        assert "Nothing but facts as stated" not in stage.text
        await stage.press("enter")
        assert stage.on(StanzaScreen)

    watched(source_app(VIOLATIONS), play)


def test_the_questions_move_with_the_evidence() -> None:
    """The board shows what is weighed while it is looked at."""
    app = fed_app([])

    async def play(stage: Stage) -> None:
        await stage.press("b")
        assert stage.on(QuestionsScreen)
        assert "No call was weighed yet" in stage.text
        app.feed.coming = observed_call()  # type: ignore[attr-defined]
        await stage.until_shown("?2 open 0/1")
        await stage.until_shown("verdict")
        assert "0 of 1  95 %: 0.00 to 0.79" in stage.text

    watched(app, play)


def test_help_shows_every_key() -> None:
    async def play(stage: Stage) -> None:
        await stage.press("question_mark", "question_mark")
        assert stage.on(HelpScreen)
        for keys in SCREENS.values():
            for key in keys:
                assert f"{', '.join(key.names):<16}{key.meaning}" in stage.text
        await stage.press("escape")
        assert stage.on(CallsScreen)

    watched(fed_app([]), play, size=(80, 80))


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (40, 10), (20, 3), (1, 1)], ids=str)
def test_any_size(size: tuple[int, int]) -> None:
    """No screen fails on a small terminal, nor when it is resized, and no row is wider than the terminal."""

    async def play(stage: Stage) -> None:
        await read(stage)
        for keys in ("down", "enter", "enter"), ("escape", "f"), ("escape", "q", "b"), ("escape", "f1"):
            await stage.press(*keys)
            assert len(stage.screen) == size[1]
            await stage.pilot.resize_terminal(100, 30)
            await stage.pilot.resize_terminal(*size)
            await stage.pilot.pause(0.05)
            assert all(len(row) <= size[0] for row in stage.screen)

    watched(source_app(VIOLATIONS), play, size=size)


def test_a_high_screen_shows_the_stanza_below_the_ladder() -> None:
    """That under the cursor."""

    async def play(stage: Stage) -> None:
        await read(stage, 1)
        await stage.press("enter", "down", "down")
        assert 'call-id="CALLID-0001"' in stage.text

    watched(source_app(capture("multi-device")), play, size=(120, 40))


def hostile_observations() -> list[Observation]:
    """A call with hostile text as names, values, tags, contents and reasons of its stanzas."""
    tape, inspector = Tape(1_700_000_000.0), Inspector(SPECIFICATION, KeyLog())
    observations: list[Observation] = []
    for text in HOSTILE:
        for sighting in (tape.sent(offer_to(DEVICE)), tape.sent(preaccept()), tape.delivered(preaccept())):
            action = sighting.node.children[0]
            inside = (Node(text, {text: text}, text), *action.children)
            spoilt = Node(action.tag, {**action.attrs, "reason": text}, inside)
            node = Node("call", {**sighting.node.attrs, "from": text, text: text}, (spoilt,))
            observations += inspector.take_sighting(replace(sighting, node=node))
    return [*observations, *inspector.finish()]


def test_hostile_text_stays_text() -> None:
    """Raw values in every place: nothing is obeyed by the terminal, or longer than its row."""

    async def play(stage: Stage) -> None:
        await read(stage, 1)
        for keys in ((), ("enter",), *[("down", "enter", "escape")] * 12, ("f",), ("enter",), ("f1",)):
            await stage.press(*keys)
            for row in stage.screen:
                assert row.isprintable(), ascii(row)
                assert cell_len(row) <= 80

    watched(fed_app(hostile_observations(), Raw()), play)


def test_a_fault_ends_the_view_without_a_word_off_the_wire(capsys: pytest.CaptureFixture[str]) -> None:
    """What should not happen is handed to the command; Textual would print variables."""
    app = fed_app([])

    async def play(stage: Stage) -> None:
        app.feed.poll = lambda: 1 / 0  # type: ignore[assignment, return-value]
        await stage.pilot.pause(0.2)

    with pytest.raises(ZeroDivisionError):
        watched(app, play)
    assert isinstance(app.fault, ZeroDivisionError)
    assert capsys.readouterr() == ("", "")


def test_a_key_that_opens_the_filter_is_a_letter_in_it() -> None:
    """A slash opens the line, a second one stands in it, as in the number of a question."""

    async def play(stage: Stage) -> None:
        await read(stage)
        await stage.press("slash", *"question=1", "slash", "2")
        assert " filter: question=1/2" in stage.text
        await stage.press("escape", "q")

    watched(source_app(VIOLATIONS), play)
