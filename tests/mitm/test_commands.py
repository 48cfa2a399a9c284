"""The commands as mitmproxy's console and mitmweb call them: typed, completed, about this session."""

# mitmproxy's commands are not annotated.
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import re
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest
from mitmproxy.exceptions import CommandError

from ringback.mitm import answers, commands
from ringback.spec.load import SHIPPED
from support.desk import Desk, server_frames
from support.noise_peer import NoisePair
from support.recorded import capture, in_order, websocket_flows
from support.wire_driver import CALL, IQ


@pytest.fixture
def pair() -> NoisePair:
    return NoisePair()


def execute(desk: Desk, line: str) -> Any:
    """What mitmproxy's console does with a line."""
    return desk.context.master.commands.execute(line)


def replay(desk: Desk, name: str) -> None:
    desk.write_keys(capture(name).with_suffix(".keys").read_text())
    flows = {flow.id: desk.open() for flow in websocket_flows(name)}
    for flow, message in in_order(websocket_flows(name)):
        desk.hand_out(flows[flow.id], message)
    desk.tick()


def test_every_command_can_be_called_from_mitmweb(tmp_path: Path) -> None:
    """Letters and dots in a name, help in one sentence, and types that both screens know."""
    with Desk(tmp_path) as desk:
        known = desk.context.master.commands.commands
        own = {name: known[name] for name in known if name.startswith("ringback.")}
        assert set(own) == {
            "ringback.calls",
            "ringback.export",
            "ringback.export.kinds",
            "ringback.keys",
            "ringback.questions",
            "ringback.report",
            "ringback.report.formats",
        }
        for name, each in own.items():
            assert re.fullmatch("[a-z.]+", name)
            assert each.help is not None
            assert each.help.endswith(".")
            assert each.signature_help().startswith(name)


def test_calls(tmp_path: Path) -> None:
    """A row for each call with its placeholder, in the order in which they were seen."""
    with Desk(tmp_path) as desk:
        assert execute(desk, "ringback.calls") == ["no call, or none that the filter lets through"]
        replay(desk, "violations")
        rows = execute(desk, "ringback.calls")
        errors = execute(desk, "ringback.calls severity=error and action=preaccept")
        quoted = execute(desk, 'ringback.calls "severity=error and action=preaccept"')
    assert re.fullmatch(r"CALLID-0001  [0-9:.]+Z  ok +9 stanzas, 0 pre-accepts, 0 findings", rows[0])
    assert len(rows) > len(errors) > 1
    assert all("  error  " in row for row in errors)
    assert quoted == errors


def test_a_filter_that_is_wrong_is_marked(tmp_path: Path) -> None:
    """With a caret, as on the command line."""
    with Desk(tmp_path) as desk, pytest.raises(CommandError, match=r"(?s)severity.*\n.*\^"):
        execute(desk, "ringback.calls severity=loud")


def test_many_calls_are_cut_to_the_newest(
    tmp_path: Path, pair: NoisePair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer is one window; what is left out is said, also what is no longer remembered."""
    monkeypatch.setattr(commands, "MAX_ROWS", 2)
    with Desk(tmp_path) as desk:
        replay(desk, "violations")
        desk.addon.screens.casebook.evicted = 3
        rows = execute(desk, "ringback.calls")
    assert len(rows) == 4
    assert re.fullmatch("and [0-9]+ older ones: give a filter", rows[2])
    assert rows[3] == "and 3 calls that newer ones have pushed out"


def test_keys(tmp_path: Path, pair: NoisePair) -> None:
    """How the key log stands, and never a key."""
    with Desk(tmp_path) as desk:
        desk.tick()
        assert execute(desk, "ringback.keys")[:2] == [
            f"key log: {desk.keys}",
            f"trouble: key log {desk.keys} is not there yet: waiting for the client to write it",
        ]
        flow = desk.connect(pair)
        desk.say(flow, server_frames(pair, [IQ, CALL]))
        assert execute(desk, "ringback.keys")[-1] == "frames: 0 of 2 opened, 2 wait for a key"
        desk.write_keys(pair.key_log, pair.candidate_lines)
        desk.tick()
        lines = execute(desk, "ringback.keys")
        desk.context.configure(desk.addon, ringback_keylog=None)
        assert execute(desk, "ringback.keys")[0] == "key log: none; set ringback_keylog"
    assert lines[-1] == "frames: 2 of 2 opened, 0 wait for a key"
    assert not re.search("[0-9a-f]{32}", "".join(lines))


def test_questions(tmp_path: Path) -> None:
    """What is asked, and what the calls say about it."""
    with Desk(tmp_path) as desk:
        with pytest.raises(CommandError, match="no call was seen in this session"):
            execute(desk, "ringback.questions")
        replay(desk, "multi-device")
        lines = execute(desk, "ringback.questions")
        assert lines[0].startswith("call-preaccept/1: ")
        assert len(lines) == 6
        with pytest.raises(CommandError, match="or none that the filter lets through"):
            execute(desk, "ringback.questions call=CALLID-0999")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("captures", r".*\.yaml"), ("issues", r".*\.md|file-them\.sh"), ("questions", r"questions\.md")],
)
def test_export(tmp_path: Path, kind: str, expected: str) -> None:
    """Files with placeholders in a folder of one's own; the answer says how many."""
    folder = tmp_path / "out"
    with Desk(tmp_path) as desk:
        replay(desk, "multi-device")
        answer = execute(desk, f"ringback.export {kind} {folder}")
    files = sorted(folder.iterdir())
    assert answer == f"{len(files)} file{'s' * (len(files) > 1)} written to {folder}"
    assert files
    assert all(re.fullmatch(expected, path.name) for path in files)
    assert "00AAAA" not in "".join(path.read_text() for path in files)


def test_export_into_nowhere(tmp_path: Path) -> None:
    """What cannot be written is told with its name; an unknown kind is refused by mitmproxy itself."""
    (tmp_path / "file").touch()
    with Desk(tmp_path) as desk:
        replay(desk, "multi-device")
        with pytest.raises(CommandError, match="cannot be written"):
            execute(desk, f"ringback.export questions {tmp_path / 'file'}/below")
        with pytest.raises(CommandError, match="Invalid choice"):
            execute(desk, f"ringback.export nothing {tmp_path}")


@pytest.mark.parametrize("form", ["html", "markdown", "json", "junit", "sarif", "xml"])
def test_report(tmp_path: Path, form: str) -> None:
    """A file in each format, on the calls that the filter lets through, with placeholders."""
    path = tmp_path / "report"
    with Desk(tmp_path) as desk:
        replay(desk, "multi-device")
        assert form in execute(desk, "ringback.report.formats")
        answer = execute(desk, f"ringback.report {form} {path}")
        assert answer == f"{form} report on 1 call written to {path}"
        text = path.read_text()
        assert "CALLID-0001" in text
        assert "00AAAA" not in text
        assert execute(desk, f"ringback.report {form} {path} severity=error") == (
            f"{form} report on 0 calls written to {path}"
        )
        assert "67" in text or form in {"junit", "sarif"}, "frames of the session"


def test_report_into_nowhere(tmp_path: Path) -> None:
    """What cannot be written is told with its name."""
    (tmp_path / "file").touch()
    with Desk(tmp_path) as desk:
        replay(desk, "multi-device")
        with pytest.raises(CommandError, match="cannot be written"):
            execute(desk, f"ringback.report html {tmp_path / 'file'}/below")


def test_nothing_that_mitmproxy_reads_or_keeps_is_written_over(tmp_path: Path) -> None:
    """Nor evidence of any other run."""
    spec, other = tmp_path / SHIPPED.name, tmp_path / "other.jsonl"
    shutil.copy(SHIPPED, spec)
    other.write_text('{"schema": "ringback-events/1", "type": "start", "ringback": "0"}\n')
    with Desk(tmp_path, spec=str(spec)) as desk:
        replay(desk, "multi-device")
        keys = Path(desk.context.options.ringback_keylog)
        for path, told in (
            (spec, "a file of the specification"),
            (keys, "the file of ringback_keylog"),
            (other, "event file; it was left as it is"),
        ):
            before = path.read_bytes()
            with pytest.raises(CommandError, match=told):
                execute(desk, f"ringback.report markdown {path}")
            assert path.read_bytes() == before


def test_completion(tmp_path: Path) -> None:
    """Kinds and paths are completed as in mitmproxy's own commands."""
    with Desk(tmp_path) as desk:
        manager = desk.context.master.commands
        export = manager.commands["ringback.export"]
        kind, folder, chosen = export.parameters
        assert [each.name for each in (kind, folder, chosen)] == ["kind", "folder", "filter"]
        from mitmproxy.types import CommandTypes

        choices = CommandTypes.get(kind.type)
        assert choices is not None
        options = choices.completion(manager, kind.type, "")
        assert list(options) == ["captures", "issues", "questions"]


@pytest.mark.parametrize(
    "line", ["ringback.calls", "ringback.keys", "ringback.questions", "ringback.report xml {path}"]
)
def test_a_fault_ends_no_console(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    """mitmproxy's console would end with any error but its own; this one says where the fault is."""

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    with Desk(tmp_path) as desk:
        replay(desk, "single-callee")
        monkeypatch.setattr("ringback.mitm.commands.clock", fail)
        monkeypatch.setattr("ringback.session.visible", fail)
        monkeypatch.setattr("ringback.mitm.answers.Material.of", fail)
        monkeypatch.setattr("ringback.mitm.answers.make_report", fail)
        with pytest.raises(CommandError, match=r"please report it: ZeroDivisionError at [a-z/]+[.]py:"):
            execute(desk, line.format(path=tmp_path / "report"))


class TestInAThread:
    """Reports and exports of more calls than a few: the proxy goes on, and is told when they are there."""

    @pytest.fixture(autouse=True)
    def few(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("ringback.mitm.commands.MAX_AT_ONCE", 0)

    @pytest.mark.parametrize("form", ["markdown", "json"])
    def test_a_report(self, tmp_path: Path, form: str, caplog: pytest.LogCaptureFixture) -> None:
        """It is what it would be at once, whatever passes while it is written."""
        caplog.set_level("INFO", logger="ringback")
        path, began, go_on = tmp_path / "report", threading.Event(), threading.Event()
        with Desk(tmp_path) as desk, pytest.MonkeyPatch.context() as patching:
            replay(desk, "multi-device")
            patching.setattr("ringback.mitm.commands.MAX_AT_ONCE", 5)
            execute(desk, f"ringback.report {form} {path}")
            at_once = path.read_text()
            patching.setattr("ringback.mitm.commands.MAX_AT_ONCE", 0)
            made = answers.report_text

            def slow(*arguments: Any) -> tuple[str, int]:
                began.set()
                assert go_on.wait(60)
                return made(*arguments)

            patching.setattr(answers, "report_text", slow)
            answer = execute(desk, f"ringback.report {form} {path}")
            assert answer == f"the {form} report {path} is being written: the event log says when it is there"
            assert began.wait(60)
            with pytest.raises(CommandError, match="is still being written: wait for it"):
                execute(desk, f"ringback.report {form} {path}")
            replay(desk, "single-callee")
            assert len(execute(desk, "ringback.calls")) == 2
            go_on.set()
        assert path.read_text() == at_once
        assert f"{form} report on 1 call written to {path}" in caplog.text

    def test_an_export(self, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        """mitmproxy does not end before the files are there."""
        caplog.set_level("INFO", logger="ringback")
        folder = tmp_path / "out"
        with Desk(tmp_path) as desk:
            replay(desk, "multi-device")
            assert "is being written" in execute(desk, f"ringback.export questions {folder}")
        assert "call-preaccept/1" in (folder / "questions.md").read_text()
        assert f"1 file written to {folder}" in caplog.text

    def test_what_fails_is_told(self, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        """With the reason, as an error."""
        (tmp_path / "file").touch()
        with Desk(tmp_path) as desk:
            replay(desk, "multi-device")
            execute(desk, f"ringback.report html {tmp_path / 'file'}/below")
        (told,) = (each for each in caplog.records if "was not written" in each.getMessage())
        assert (told.levelname, "cannot be written" in told.getMessage()) == ("ERROR", True)
