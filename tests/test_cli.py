"""The `ringback` command: what it prints where, and how it ends."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ringback.cli import main
from ringback.errors import EventFileError
from ringback.eventfile import EventFile
from ringback.inspector import Inspector
from ringback.observations import Message
from ringback.spec.load import SHIPPED
from ringback.status import ExitCode
from support.mitm import ADDON, environment
from support.recorded import CAPTURES, capture, key_log
from support.specfiles import write

NAME = "single-callee"
NAMES = sorted(path.stem for path in CAPTURES.glob("*.flows"))
COMMANDS: tuple[list[str], ...] = (
    [],
    ["replay"],
    ["decode"],
    ["spec"],
    ["spec", "show"],
    ["spec", "rng"],
    ["codes"],
    ["ledger"],
    ["ledger", "show"],
    ["ledger", "merge"],
    ["ledger", "verify"],
    ["ledger", "export"],
    ["recheck"],
    ["show"],
    ["diff"],
    ["check"],
    ["doctor"],
    ["completion"],
    ["watch"],
    ["live"],
    ["export"],
    ["export", "questions"],
    ["export", "captures"],
    ["export", "issues"],
    ["export", "patch"],
)

HEADINGS = [
    "NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "COMMANDS", "NOTES", "EXAMPLES", "EXIT CODES",
]  # fmt: skip
"""Sections of a manual page, in their order."""
REAL = re.compile(r"0[0-9]A{8,}|[0-9]{14}[:@]")
"""Call-ids and accounts as the shipped captures have them on the wire."""


class Ran:
    """What a command line came to."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Standard output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RINGBACK_KEYLOGFILE", "COLUMNS", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def ringback(capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs a command line in this process."""

    def run(*arguments: str | Path) -> Ran:
        code = main([str(argument) for argument in arguments])
        return Ran(code, *capsys.readouterr())

    return run


@pytest.fixture
def lonely(tmp_path: Path) -> Path:
    """A shipped capture without its key log beside it."""
    return Path(shutil.copy(capture(NAME), tmp_path / "lonely.flows"))


# How it is asked, and how it ends.


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help(ringback: Any, command: list[str]) -> None:
    """Every command has help that names its options, each with a line, and all exit codes."""
    long, short = ringback(*command, "--help"), ringback(*command, "-h")
    assert long.code == short.code == ExitCode.OK
    assert long.out == short.out
    assert long.err == ""
    words = " ".join(long.out.split())
    for code in ExitCode:
        assert f" {code.value} {code.meaning}" in words
    headings = re.findall(r"^[A-Z ]+$", long.out, re.MULTILINE)
    assert headings == [each for each in HEADINGS if each in headings]
    assert {"NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT CODES"} <= {*headings, "DESCRIPTION"}


def test_version(ringback: Any) -> None:
    """The version goes to standard output."""
    ran = ringback("--version")
    assert ran.code == ExitCode.OK
    assert re.fullmatch(r"ringback \S+\n", ran.out)


@pytest.mark.parametrize("command", [[], ["spec"]])
def test_no_command(ringback: Any, command: list[str]) -> None:
    """Without a subcommand the help is shown; that is no use of the command."""
    ran = ringback(*command)
    assert ran.code == ExitCode.USAGE
    assert "COMMANDS" in ran.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["replay"], "Missing argument 'SOURCE...'; see ringback replay --help"),
        (["replay", "--loud", "a"], "--loud"),
        (["replay", "--level", "loud", "a"], "'loud' is not one of 'ok', 'note', 'warning', 'error'"),
        (["dance"], "No such command 'dance'; see ringback --help"),
        (["replay", "--events", "", "a"], "Invalid value for '--events': it is empty; name a file"),
        (["replay", ""], "Invalid value for 'SOURCE...': it is empty; name a file"),
        (["replay", "--hosts", "http://x/", "a"], "not a host pattern: 'http://x/'"),
        (["spec", "show", "call-dance"], "it holds no stanza 'call-dance'; name one of call-preaccept"),
        (["spec", "rng", "call-dance"], "it holds no stanza 'call-dance'; name one of call-preaccept"),
        (["codes", "dance"], "no code 'dance'; `ringback codes` lists them"),
        (["spec", "rng", "--vantage", "moon"], "'moon' is not one of"),
        (["report", "--newest", "few", "a.db"], "'few' is not a valid whole number"),
    ],
)
def test_usage_errors(ringback: Any, arguments: list[str], message: str) -> None:
    """A command line that is not understood: one line on standard error that says where to look."""
    ran = ringback(*arguments)
    assert ran.code == ExitCode.USAGE
    assert ran.out == ""
    assert ran.err.startswith("ringback: error: ")
    assert message in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize("command", ["replay", "decode"])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["{folder}/missing.flows"], "{folder}/missing.flows does not exist; check the name"),
        (["{folder}/bytes"], "{folder}/bytes is no mitmproxy flow file; record one with mitmdump -w FILE"),
        (
            ["--keylog", "{folder}/no.keys", "{lonely}"],
            "key log {folder}/no.keys cannot be read (No such file",
        ),
        (["--keylog", "{folder}", "{lonely}"], "key log {folder} cannot be read (Is a directory)"),
        (["{lonely}", "{folder}/missing.flows"], "{folder}/missing.flows does not exist; check the name"),
    ],
)
def test_unusable_input(
    ringback: Any, tmp_path: Path, lonely: Path, command: str, arguments: list[str], message: str
) -> None:
    """A file that cannot be used: nothing on standard output, one line on standard error with what to do."""
    (tmp_path / "bytes").write_bytes(b"\x00hello")
    places = {"folder": tmp_path, "lonely": lonely}
    ran = ringback(command, *(argument.format(**places) for argument in arguments))
    assert ran.code == ExitCode.INPUT
    assert ran.err.startswith(f"ringback: error: {message.format(**places)}")
    assert ran.err.count("\n") == 1
    assert ran.out == ""


@pytest.mark.skipif(os.name == "nt", reason="needs a shell")
@pytest.mark.parametrize("command", ["replay", "decode"])
def test_flow_file_through_a_pipe(command: str) -> None:
    """What a process gives on the way is read as standard input is."""
    keys = capture(NAME).with_suffix(".keys")
    ran = in_shell(f"RINGBACK {command} --keylog {keys} <(cat CAPTURE)")
    assert ran.returncode == ExitCode.OK, ran.stderr
    assert in_shell(f"RINGBACK decode --keylog {keys} <(cat CAPTURE)").stdout.count("\n") == 61


@pytest.mark.skipif(os.name == "nt", reason="needs a shell")
def test_what_is_no_flow_file_is_refused_through_a_pipe_too() -> None:
    """No empty report is printed of it."""
    ran = in_shell("RINGBACK replay <(echo this is none)")
    assert (ran.returncode, ran.stdout) == (ExitCode.INPUT, "")
    assert "is no recording, and no line of it tells a stanza" in ran.stderr


def test_enums_that_are_not_there_are_told(ringback: Any, tmp_path: Path) -> None:
    """A stanza file by itself has none: any value passes, and nobody is to think that it was checked."""
    text = SHIPPED.read_text("utf-8").replace("type: int", "type: enum:ports")
    assert "enum:ports" in text
    alone = write(tmp_path / "alone", SHIPPED.name, text)
    told = "any value of the enum ports passes, for the specification has no such file; name the checkout"
    assert told in ringback("replay", "--spec", alone, capture(NAME)).err
    assert "enum" not in ringback("replay", capture(NAME)).err


def test_input_that_cannot_be_read_leaves_no_record(ringback: Any, tmp_path: Path) -> None:
    """Nothing is said to have begun, or summed up, of what was refused."""
    events = tmp_path / "events.jsonl"
    assert ringback("replay", "--events", events, tmp_path / "missing.flows").code == ExitCode.INPUT
    assert not events.exists()


def test_key_log_that_is_named_and_does_not_fit(ringback: Any, lonely: Path) -> None:
    """Whoever has named a key log is told that it is another's, not to name one."""
    other = capture("violations").with_suffix(".keys")
    ran = ringback("replay", "--keylog", other, lonely)
    assert ran.code == ExitCode.NOTHING_OPENED
    sessions = len({line.split()[1] for line in other.read_text().splitlines() if line[0] != "#"})
    told = (
        f"{other} is not the key log of this session, it holds keys of {sessions} other sessions: name that"
    )
    assert f"could be opened; {told}" in ran.err
    candidates = capture("mid-connection").with_suffix(".keys")
    assert (
        "it holds 3 candidates without effect here: "
        in ringback("decode", "--keylog", candidates, lonely).err
    )


def test_missing_key_log_from_the_environment(
    ringback: Any, lonely: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody looks for a mistake on the command line that is in the environment."""
    monkeypatch.setenv("RINGBACK_KEYLOGFILE", str(tmp_path / "none.keys"))
    ran = ringback("decode", lonely)
    assert ran.code == ExitCode.INPUT
    assert f"{tmp_path}/none.keys, which RINGBACK_KEYLOGFILE names, cannot be read" in ran.err


@pytest.mark.parametrize(
    ("option", "message"),
    [("--spec", "broken.yaml:3: "), ("--events", "missing/events.jsonl")],
)
def test_unusable_options_of_replay(ringback: Any, tmp_path: Path, option: str, message: str) -> None:
    """A broken specification and an event file that cannot be written are refused before anything is read."""
    (tmp_path / "broken.yaml").write_text("id: broken\ntag: call\nsurprise: 1\n")
    ran = ringback("replay", option, tmp_path / message.partition(":")[0], capture(NAME))
    assert ran.code == ExitCode.INPUT
    assert f"ringback: error: {tmp_path}/{message}" in ran.err
    assert ran.out == ""


@pytest.mark.parametrize("option", ["--events", "--ledger"])
@pytest.mark.parametrize(
    ("arguments", "role"),
    [
        (("empty.flows",), "the key log of a source"),
        (("--keylog", "empty.keys", "other.flows"), "the key log"),
    ],
    ids=["beside", "named"],
)
@pytest.mark.parametrize("jobs", [(), ("--jobs", "2")], ids=["one process", "two"])
def test_nothing_is_written_into_a_key_log(
    ringback: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    option: str,
    arguments: tuple[str, ...],
    role: str,
    jobs: tuple[str, ...],
) -> None:
    """An empty key log is one, too: nothing is made of the file that the client will write its keys to."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(capture(NAME), arguments[-1])
    keys = tmp_path / "empty.keys"
    keys.touch()
    ran = ringback("replay", *jobs, option, keys, *arguments)
    assert ran.code == ExitCode.USAGE
    assert f"{option} {keys} is {role}; name another file" in ran.err
    assert keys.read_bytes() == b""


@pytest.mark.parametrize("command", ["replay", "decode"])
def test_nothing_opened(ringback: Any, lonely: Path, command: str) -> None:
    """Without a key not one frame opens: exit code and standard error say so, and what to do."""
    ran = ringback(command, lonely)
    assert ran.code == ExitCode.NOTHING_OPENED
    advice = "name the key log of this session with --keylog"
    assert ran.err.endswith(f"ringback: error: not one of 61 frames could be opened; {advice}\n")


@pytest.mark.parametrize("command", ["replay", "decode"])
def test_torn_file(ringback: Any, lonely: Path, command: str) -> None:
    """What stands before the tear is used and printed; the exit code tells that it is not all."""
    lonely.write_bytes(lonely.read_bytes()[:-1000])
    ran = ringback(command, "--keylog", capture(NAME).with_suffix(".keys"), lonely)
    assert ran.code == ExitCode.INPUT
    assert f"ringback: error: {lonely} is torn or damaged behind" in ran.err
    assert "preaccept" in ran.out


def test_key_log_from_the_environment(ringback: Any, lonely: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment variable names the key log where no option does."""
    monkeypatch.setenv("RINGBACK_KEYLOGFILE", str(capture(NAME).with_suffix(".keys")))
    ran = ringback("replay", lonely)
    assert ran.code == ExitCode.OK
    keys = capture(NAME).with_suffix(".keys")
    assert f"ringback: keys are read from {keys}, which RINGBACK_KEYLOGFILE names\n" in ran.err


def test_key_log_beside_the_capture(ringback: Any) -> None:
    """Without one, the key log beside each capture is used, which standard error says."""
    for files in ([capture(NAME)], [capture(NAME)] * 2):
        ran = ringback("replay", *files)
        assert ran.err.count(f"ringback: keys are read from {capture(NAME).with_suffix('.keys')}\n") == 1


def test_a_fault_of_ringback(ringback: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault is told with its place, the other connections are reported on, and the exit code tells it."""

    def faulty(self: Inspector, message: Message) -> Any:
        raise KeyError("15550100@s.whatsapp.net")

    monkeypatch.setattr(Inspector, "receive", faulty)
    ran = ringback("replay", capture(NAME))
    assert ran.code == ExitCode.INTERNAL
    assert "ringback: error: fault of ringback, please report it: KeyError at containment.py:" in ran.err
    assert "15550100" not in ran.out + ran.err


def test_event_file_that_takes_no_more(
    ringback: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Evidence that cannot be written ends the run, loudly, and not without the summary of what was done."""

    def full(self: EventFile, *rest: Any) -> None:
        raise EventFileError("events.jsonl: No space left on device")

    monkeypatch.setattr(EventFile, "write", full)
    ran = ringback("replay", "--events", tmp_path / "events.jsonl", capture(NAME))
    assert ran.code == ExitCode.INPUT
    assert ran.err.endswith("ringback: error: events.jsonl: No space left on device\n")
    assert ran.out
    assert json.loads((tmp_path / "events.jsonl").read_text().splitlines()[-1])["type"] == "summary"


# What it prints.


@pytest.mark.parametrize("name", NAMES)
def test_replay(ringback: Any, name: str) -> None:
    """Every shipped capture is reported on, with placeholders only."""
    ran = ringback("replay", capture(name))
    assert ran.code == ExitCode.OK
    assert ran.out
    assert not REAL.search(ran.out + ran.err)


def test_replay_levels(ringback: Any) -> None:
    """A higher level prints no more than a lower one, and the summary always."""
    sizes = [
        len(ringback("replay", "--level", level, capture(NAME)).out) for level in ("ok", "note", "error")
    ]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] > 0


def test_replay_events(ringback: Any, tmp_path: Path) -> None:
    """The event file gets stanzas, findings of every level and the summary, and is appended to."""
    events = tmp_path / "events.jsonl"
    for _ in range(2):
        assert ringback("replay", "--level", "error", "--events", events, capture(NAME)).code == ExitCode.OK
    kinds = Counter(json.loads(line)["type"] for line in events.read_text().splitlines())
    assert kinds["start"] == kinds["summary"] == 2
    assert kinds["stanza"] == 2 * 34
    assert kinds["finding"] > 0
    assert not REAL.search(events.read_text())


def test_replay_of_several_files(ringback: Any) -> None:
    """All files are one recording: their connections are summed up together."""
    ran = ringback("replay", *map(capture, NAMES))
    assert ran.code == ExitCode.OK


@pytest.mark.parametrize("name", NAMES)
def test_decode(ringback: Any, name: str) -> None:
    """Every opened stanza is a line with exactly the documented keys, numbered in order of time."""
    ran = ringback("decode", capture(name))
    assert ran.code == ExitCode.OK
    assert {tuple(line) for line in ran.lines} == {("n", "dir", "conn", "flow", "msg", "at", "node")}
    assert [line["n"] for line in ran.lines] == list(range(1, len(ran.lines) + 1))
    times = [line["at"] for line in ran.lines]
    assert times == sorted(times)
    assert {line["dir"] for line in ran.lines} == {"client", "server"}
    assert all(set(line["node"]) >= {"tag", "attrs", "content"} for line in ran.lines)
    opened, unread = re.findall(r"opened (\d+) of \d+ frames(?:, (\d+) of them no stanza)?", ran.err)[0]
    assert len(ran.lines) == int(opened) - int(unread or 0)
    assert not REAL.search(ran.out + ran.err)


def test_decode_raw(ringback: Any) -> None:
    """`--raw` gives the same lines with real values."""
    shown, raw = ringback("decode", capture(NAME)), ringback("decode", "--raw", capture(NAME))
    assert REAL.search(raw.out)
    assert [line["node"]["tag"] for line in raw.lines] == [line["node"]["tag"] for line in shown.lines]


def test_decode_says_what_stayed_closed(ringback: Any, lonely: Path, tmp_path: Path) -> None:
    """The frames of the direction whose key is missing are counted with the reason and what to do."""
    keys = tmp_path / "half.keys"
    keys.write_text("".join(line for line in key_log(NAME).splitlines(keepends=True) if "SERVER" not in line))
    ran = ringback("decode", "--keylog", keys, lonely)
    assert ran.code == ExitCode.OK
    assert {line["dir"] for line in ran.lines} == {"client"}
    assert [line["n"] for line in ran.lines] == list(range(1, len(ran.lines) + 1))
    assert re.search(r"warning: not opened: \d+ \(no key\): run the client with the key-log preload", ran.err)


def test_decode_tells_frames_that_are_no_stanza(ringback: Any) -> None:
    """A frame that opened and cannot be read is named with its place and why."""
    ran = ringback("decode", capture("violations"))
    assert re.search(
        r"warning: no stanza: connection \d+, client frame \d+ \(message \d+\): wabinary: byte", ran.err
    )


def test_decode_of_standard_input(ringback: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """`-` is standard input."""
    data = io.BufferedReader(io.BytesIO(capture(NAME).read_bytes()))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(data))
    ran = ringback("decode", "--keylog", capture(NAME).with_suffix(".keys"), "-")
    assert ran.out == ringback("decode", capture(NAME)).out != ""


def test_hosts(ringback: Any) -> None:
    """Connections to other hosts are left out, which is said."""
    ran = ringback("decode", "--hosts", "*.example.org", capture(NAME))
    assert ran.out == ""
    assert re.search(r"left out \d+ of the WebSocket connections: they go to other hosts", ran.err)


@pytest.mark.parametrize(
    "command", [("replay",), ("decode",), ("report",), ("check",), ("show", "all", "--from")], ids=" ".join
)
def test_hosts_that_leave_nothing(ringback: Any, command: tuple[str, ...]) -> None:
    """A summary of nothing is no success: the pattern is most likely misspelled."""
    name, *rest = command
    ran = ringback(name, "--hosts", "nosuch.example", *rest, capture(NAME))
    assert ran.code == ExitCode.NOTHING_OPENED
    if name != "show":
        assert "every connection was left out; name a host that --hosts lets through" in ran.err + ran.out
    assert ringback(name, "--hosts", "*", *rest, capture(NAME)).code in {ExitCode.OK, ExitCode.FINDINGS}


def test_spec_show(ringback: Any) -> None:
    """The specification as text, by default all of it; an unknown id is refused with those there are."""
    ran = ringback("spec", "show")
    assert ran.code == ExitCode.OK
    assert "call-preaccept" in ran.out
    assert ran.out == ringback("spec", "show", "call-preaccept").out
    refused = ringback("spec", "show", "call-dance")
    assert refused.code == ExitCode.USAGE
    assert "it holds no stanza 'call-dance'; name one of call-preaccept" in refused.err


@pytest.mark.parametrize("arguments", [[], ["--closed"], ["--vantage", "sent"], ["--vantage", "delivered"]])
def test_spec_rng(ringback: Any, arguments: list[str]) -> None:
    """Each schema compiles, and the options change it."""
    from lxml import etree

    ran = ringback("spec", "rng", *arguments)
    assert ran.code == ExitCode.OK
    etree.RelaxNG(etree.fromstring(ran.out.encode()))
    assert (ran.out == ringback("spec", "rng").out) is (arguments == [])


def test_spec_with_several_stanzas(ringback: Any, tmp_path: Path) -> None:
    """Where there are several, show prints all and rng asks for one."""
    text = (ADDON / "ringback/spec/data/call-preaccept.yaml").read_text()
    for name in ("preaccept", "ringing"):
        (tmp_path / f"call-{name}.yaml").write_text(text.replace("preaccept", name))
    assert ringback("spec", "show", "--spec", tmp_path).out.count("(call-") == 2
    assert ringback("spec", "rng", "--spec", tmp_path, "call-ringing").code == ExitCode.OK
    ran = ringback("spec", "rng", "--spec", tmp_path)
    assert ran.code == ExitCode.USAGE
    assert "it holds several stanzas; name one of call-preaccept, call-ringing" in ran.err


def test_codes(ringback: Any) -> None:
    """Every code is listed and explained with an example that shows it and one that does not."""
    from ringback.check.codes import CODES

    listed = ringback("codes").out
    for name, code in CODES.items():
        assert re.search(rf"^{re.escape(name)} +{re.escape(code.severity_rule.value)} ", listed, re.MULTILINE)
        explained = ringback("codes", name)
        assert explained.code == ExitCode.OK
        assert explained.out.startswith(f"{name}\nseverity: {code.severity_rule.value}; stance: ")
        assert "\nShows it:\n  connection" in explained.out
        assert "\nDoes not:\n  connection" in explained.out


# Interrupted, cut off, and in odd surroundings.


def test_ctrl_c_while_a_file_is_read(ringback: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reading ends at once, also where it waits; what was read by then is gone through and summed up."""

    class Endless(io.RawIOBase):
        """Gives a capture, then nothing more, until somebody presses Ctrl-C."""

        data = capture(NAME).read_bytes()

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            if not self.data:
                os.kill(os.getpid(), signal.SIGINT)
                pytest.fail("the signal did not end the read")
            size = min(len(buffer), len(self.data))
            buffer[:size], self.data = self.data[:size], self.data[size:]
            return size

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(Endless())))
    ran = ringback("decode", "--keylog", capture(NAME).with_suffix(".keys"), "-")
    assert ran.code == ExitCode.INTERRUPTED
    assert ran.out == ringback("decode", capture(NAME)).out != ""


def test_ctrl_c_while_messages_are_gone_through(
    ringback: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message in hand is finished, the summary printed, the event file closed; nothing is claimed to be
    absent that may only not have been looked at."""
    receive = Inspector.receive

    def interrupted(self: Inspector, message: Message) -> Any:
        if message.number == 20:
            os.kill(os.getpid(), signal.SIGINT)
        return receive(self, message)

    events = tmp_path / "events.jsonl"
    monkeypatch.setattr(Inspector, "receive", interrupted)
    ran = ringback("replay", "--events", events, capture(NAME))
    assert ran.code == ExitCode.INTERRUPTED
    assert ran.out
    written = [json.loads(line) for line in events.read_text().splitlines()]
    assert written[-1]["type"] == "summary"
    assert 0 < written[-1]["frames"] < 61
    assert not any("missing" in record.get("code", "") for record in written)


def test_ctrl_c_gives_the_signal_back(ringback: Any) -> None:
    """After a command Ctrl-C is what it was."""
    before = signal.getsignal(signal.SIGINT)
    ringback("replay", capture(NAME))
    assert signal.getsignal(signal.SIGINT) is before


def run(*arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs a command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "ringback", *map(str, arguments)],
        env=environment(PYTHONPATH=str(ADDON), **variables),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.skipif(os.name == "nt", reason="needs a shell with pipefail")
@pytest.mark.parametrize("command", ["decode", "replay --level ok"])
def test_broken_pipe(command: str) -> None:
    """`| head` is no error: there is no word about it, the exit code is that of every other tool."""
    shell = f"set -o pipefail; {sys.executable} -m ringback {command} {capture('violations')} | head -n 1"
    finished = subprocess.run(
        ["bash", "-c", shell],
        env=environment(PYTHONPATH=str(ADDON)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == ExitCode.OUTPUT_CLOSED
    assert finished.stdout.count("\n") == 1
    assert "rror" not in finished.stderr
    assert "Traceback" not in finished.stderr


def in_shell(line: str) -> subprocess.CompletedProcess[str]:
    """Runs a line of shell in which RINGBACK is the command, and CAPTURE a flow file."""
    words = {"RINGBACK": f"{sys.executable} -m ringback", "CAPTURE": str(capture(NAME))}
    for word, stands_for in words.items():
        line = line.replace(word, stands_for)
    return subprocess.run(
        ["bash", "-c", line],
        env=environment(PYTHONPATH=str(ADDON)),
        capture_output=True,
        text=True,
        check=False,
    )


posix = pytest.mark.skipif(os.name == "nt", reason="needs a shell")


@posix
@pytest.mark.parametrize("command", ["replay", "decode"])
def test_closed_standard_error(command: str) -> None:
    """Without a standard error nothing that belongs there turns up on standard output."""
    shown = in_shell(f"RINGBACK {command} CAPTURE 2>&-")
    assert shown.returncode == ExitCode.OK
    assert shown.stdout == in_shell(f"RINGBACK {command} CAPTURE").stdout != ""


@posix
@pytest.mark.parametrize("command", ["replay CAPTURE", "decode CAPTURE", "codes", "--help", "replay --help"])
@pytest.mark.parametrize(
    ("stream", "message"),
    [
        (">&-", "standard output is closed; give it somewhere to go"),
        pytest.param(
            ">/dev/full",
            "standard output cannot be written (No space left on device)",
            marks=pytest.mark.skipif(not Path("/dev/full").exists(), reason="has no device that is full"),
        ),
    ],
)
def test_standard_output_that_takes_nothing(command: str, stream: str, message: str) -> None:
    """It is named, with the exit code of a file that cannot be written."""
    ran = in_shell(f"RINGBACK {command} {stream}")
    assert ran.returncode == ExitCode.INPUT
    assert ran.stderr.splitlines()[-1] == f"ringback: error: {message}"
    assert "Traceback" not in ran.stderr
    assert "fault of ringback" not in ran.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="has no device that is full")
def test_standard_error_that_takes_nothing() -> None:
    """What cannot be told costs nothing of the result."""
    ran = in_shell("RINGBACK decode CAPTURE 2>/dev/full")
    assert ran.returncode == ExitCode.OK
    assert ran.stdout == in_shell("RINGBACK decode CAPTURE").stdout


@posix
@pytest.mark.parametrize("command", ["replay", "decode"])
def test_closed_standard_input(command: str) -> None:
    """Asked to read a standard input that is closed, it says so."""
    ran = in_shell(f"RINGBACK {command} - <&-")
    assert ran.returncode == ExitCode.INPUT
    assert "ringback: error: standard input is closed; name a file, or pipe one in" in ran.stderr


@pytest.mark.parametrize("command", ["replay", "decode", "codes", "spec"])
def test_terminal_without_unicode(command: str) -> None:
    """Where the encoding lacks a character something else stands for it: no command fails."""
    arguments = {"codes": [], "spec": ["show"]}.get(command, [str(capture(NAME))])
    finished = run(command, *arguments, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert finished.returncode == ExitCode.OK, finished.stderr
    assert finished.stdout.isascii()


def test_help_is_quick() -> None:
    """mitmproxy takes a second to import: nobody waits for it who only asks for help."""
    program = (
        "import sys; from ringback.cli import main; main(['replay', '--help']); "
        "sys.exit('mitmproxy' in sys.modules)"
    )
    finished = subprocess.run(
        [sys.executable, "-c", program],
        env=environment(PYTHONPATH=str(ADDON)),
        capture_output=True,
        check=False,
    )
    assert finished.returncode == 0
