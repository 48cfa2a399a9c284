"""The add-on in real mitmdump processes: live over the loopback, from files, reloaded, killed, and broken."""

from __future__ import annotations

import asyncio
import json
import os
import re
import resource
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from mitmproxy.io import FlowReader

from ringback.ledger import StoredLedger
from support.flows import Spoken
from support.live import play, reverse_proxy
from support.loopback import Loopback, Pipe
from support.mitm import ADDON, SCRIPT, Mitmdump, environment, run_mitmdump
from support.noise_peer import NoisePair
from support.recorded import capture, in_order, key_log, websocket_flows

NAME = "single-callee"
STANZAS = 34
"""Stanzas of calls in it."""

Proxy = Callable[..., AbstractAsyncContextManager[tuple[Mitmdump, Loopback]]]


@pytest.fixture
def confdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("confdir")


@pytest.fixture
def proxy(confdir: Path) -> Proxy:
    """A mitmdump in front of a WebSocket server of the test."""
    return partial(reverse_proxy, Mitmdump, confdir=confdir)


def records(path: Path, kind: str) -> list[dict[str, Any]]:
    """The records of one type in an event file."""
    parsed = [json.loads(line) for line in path.read_text().splitlines()]
    return [record for record in parsed if record["type"] == kind]


def codes(path: Path) -> Counter[str]:
    """How often each code stands in an event file."""
    return Counter(record["code"] for record in records(path, "finding"))


def test_live(proxy: Proxy, tmp_path: Path, confdir: Path) -> None:
    """Two clients of one call, live: the findings are those of the recording, and every message arrives as it
    was sent (which `Pipe.say` looks after). The key log grows while they talk."""
    events, keys = tmp_path / "live.jsonl", tmp_path / "live.keys"
    lines = key_log(NAME).splitlines(keepends=True)

    def write_a_key() -> None:
        if lines:
            with keys.open("a") as stream:
                stream.write(lines.pop(0))

    async def run() -> str:
        options = ("--set", f"ringback_keylog={keys}", "--set", f"ringback_events={events}")
        async with proxy("-s", SCRIPT, *options) as (mitmdump, loopback):
            pipes = await play(NAME, loopback, mitmdump.port, write_a_key)
            for pipe in pipes:
                await pipe.close()
            return await asyncio.to_thread(mitmdump.stop)

    output = asyncio.run(run())
    assert "fault of ringback" not in output
    recorded = tmp_path / "recorded.jsonl"
    run_mitmdump(
        "-n", "-r", capture(NAME), "-s", SCRIPT, "--set", f"ringback_events={recorded}", confdir=confdir
    )
    assert codes(events) == codes(recorded) != Counter()
    stanzas = [record["action"] for record in records(events, "stanza")]
    assert Counter(stanzas) == Counter(record["action"] for record in records(recorded, "stanza"))


def test_findings_come_while_the_connection_is_open(proxy: Proxy) -> None:
    """Nobody has to end anything to see a pre-accept; the key log comes from the environment."""

    async def run() -> None:
        keys = capture(NAME).with_suffix(".keys")
        async with proxy("-s", SCRIPT, RINGBACK_KEYLOGFILE=str(keys)) as (mitmdump, loopback):
            await play(NAME, loopback, mitmdump.port)
            await asyncio.to_thread(mitmdump.wait_for, "attribute-undocumented")

    asyncio.run(run())


def test_custom_hooks_in_another_script(tmp_path: Path, confdir: Path) -> None:
    """A script that knows ringback by the names of its events only gets them all, before and after it."""
    subscriber = tmp_path / "subscriber.py"
    subscriber.write_text(
        "def ringback_stanza(observation):\n"
        "    print('STANZA', observation.action, observation.sighting.node.tag)\n"
        "def ringback_finding(finding):\n"
        "    print('FINDING', finding.code, finding.place)\n"
        "def done():\n"
        "    print('DONE')\n"
    )
    for scripts in ((subscriber, SCRIPT), (SCRIPT, subscriber)):
        arguments = [part for script in scripts for part in ("-s", script)]
        finished = run_mitmdump("-q", "-n", "-r", capture(NAME), *arguments, confdir=confdir)
        lines = finished.stdout.splitlines()
        own = [line for line in lines if line.startswith(("STANZA", "FINDING", "DONE"))]
        assert "STANZA preaccept call" in own
        assert "FINDING addresses-literal /call/@from" in own
        assert own[-1] == "DONE"
        assert finished.returncode == 0


FAULTY = """
import ringback.inspector
def faulty(*args):
    raise KeyError("15550100@s.whatsapp.net")
ringback.inspector.check_stanza = faulty
"""


def test_a_fault_of_ringback_leaves_the_socket_working(proxy: Proxy, tmp_path: Path) -> None:
    """A stage that fails is logged once per connection with its place; all of the talk goes through."""
    script = tmp_path / "faulty.py"
    script.write_text(FAULTY)

    async def run() -> str:
        keys = capture(NAME).with_suffix(".keys")
        options = ("-s", SCRIPT, "-s", script, "--set", f"ringback_keylog={keys}")
        async with proxy(*options) as (mitmdump, loopback):
            for pipe in await play(NAME, loopback, mitmdump.port):
                await pipe.close()
            return await asyncio.to_thread(mitmdump.stop)

    output = asyncio.run(run())
    faults = [line for line in output.splitlines() if "fault of ringback" in line]
    assert len(faults) == 2
    for number, line in enumerate(sorted(faults, key=lambda line: line.split("of connection ")[1]), start=1):
        assert "KeyError at inspector.py:" in line
        assert line.endswith(f"of connection {number} of live, which is set aside")
    assert "15550100" not in output
    assert "Traceback" not in output


def test_kill_leaves_a_readable_event_file(proxy: Proxy, tmp_path: Path, confdir: Path) -> None:
    """Killed at once, everything reported is in the file; the next run appends, also behind a torn line."""
    events = tmp_path / "events.jsonl"
    keys = capture(NAME).with_suffix(".keys")
    options = ("-s", SCRIPT, "--set", f"ringback_events={events}", "--set", f"ringback_keylog={keys}")

    async def run() -> int:
        async with proxy(*options) as (mitmdump, loopback):
            await play(NAME, loopback, mitmdump.port)
            mitmdump.process.kill()
            mitmdump.process.wait()
            return len(records(events, "stanza"))

    stanzas = asyncio.run(run())
    assert stanzas == STANZAS
    before = events.read_bytes()
    with events.open("ab") as stream:
        stream.write(before.splitlines(keepends=True)[-1][:-20])
    finished = run_mitmdump("-n", "-r", capture(NAME), *options, confdir=confdir)
    assert finished.returncode == 0, finished.stdout
    assert events.read_bytes().startswith(before)
    assert len(records(events, "stanza")) == 2 * stanzas


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="no limit can be set on another process")
@pytest.mark.parametrize("is_freed", [True, False])
def test_a_disk_that_becomes_full_harms_no_socket(proxy: Proxy, tmp_path: Path, is_freed: bool) -> None:
    """After the first messages no file may grow any more. Every message passes unchanged all the same, the
    ledger says it once and stays sound; where room is made it catches up, else what is missing is told."""
    ledger = tmp_path / "ledger.db"
    keys = capture(NAME).with_suffix(".keys")
    unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)

    async def run() -> str:
        options = ("-s", SCRIPT, "--set", f"ringback_ledger={ledger}", "--set", f"ringback_keylog={keys}")
        async with proxy(*options) as (mitmdump, loopback):
            process = mitmdump.process.pid

            def fill_the_disk() -> None:
                if StoredLedger(ledger).stats().stanzas:
                    resource.prlimit(process, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))

            pipes = await play(NAME, loopback, mitmdump.port, fill_the_disk)
            await asyncio.to_thread(mitmdump.wait_for, "the disk")
            if is_freed:
                resource.prlimit(process, resource.RLIMIT_FSIZE, unlimited)
            for pipe in pipes:
                await pipe.close()
            return await asyncio.to_thread(mitmdump.stop)

    output = asyncio.run(run())
    kept = StoredLedger(ledger)
    assert kept.verify().is_sound
    assert output.count(f"{ledger}: the disk") == (1 if is_freed else 2)
    if is_freed:
        assert kept.stats().stanzas == STANZAS
    else:
        missing = re.search(r"the disk .*; ([0-9]+) observations were not kept", output)
        assert missing is not None
        assert 0 < kept.stats().stanzas < STANZAS
        assert int(missing[1]) >= STANZAS - kept.stats().stanzas


def test_reloaded_script(proxy: Proxy, tmp_path: Path) -> None:
    """A script that is loaded anew in the middle: the old instance finishes, the new one takes the connection
    from its start and the same event file; no option or event is there twice."""
    script = tmp_path / "capture.py"
    shutil.copy(SCRIPT, script)
    (tmp_path / "ringback").symlink_to(ADDON / "ringback")
    events = tmp_path / "events.jsonl"
    keys = capture(NAME).with_suffix(".keys")
    spoken = in_order(websocket_flows(NAME))

    async def run() -> str:
        options = ("--set", f"ringback_events={events}", "--set", f"ringback_keylog={keys}")
        async with proxy("-s", script, *options) as (mitmdump, loopback):
            pipes: dict[str, Pipe] = {}
            for number, (flow, message) in enumerate(spoken):
                if number == len(spoken) // 2:
                    os.utime(script, (2_000_000_000, 2_000_000_000))
                    await asyncio.to_thread(mitmdump.wait_for, "Loading script", times=2)
                if flow.id not in pipes:
                    pipes[flow.id] = await loopback.connect(mitmdump.port)
                await pipes[flow.id].say([(message.from_client, message.content)])
            for pipe in pipes.values():
                await pipe.close()
            return await asyncio.to_thread(mitmdump.stop)

    output = asyncio.run(run())
    for complaint in ("Over-riding", "conflicting", "error in script", "Addon error", "fault of ringback"):
        assert complaint not in output
    summaries = records(events, "summary")
    assert len(summaries) == 2
    assert [record["stanzas"] for record in summaries][1] == STANZAS


NO_SUCH_OPTION = (
    "no such option; there are ringback_call_flows, ringback_events, ringback_hosts, ringback_keylog, "
    "ringback_ledger, ringback_level, ringback_marks, ringback_spec, ringback_trim_messages"
)


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("spec=/missing.yaml", "/missing.yaml: no such file or folder"),
        ("level=loud", "'loud' is no severity; use one of ok, note, warning, error"),
        ("ledger=/missing/x.db", "/missing/x.db: its folder does not exist: make it first"),
        (f"events={SCRIPT}", f"{SCRIPT}: no event file; it was left as it is: name another file"),
        ("key_log=x.keys", NO_SUCH_OPTION),
    ],
)
def test_bad_option_ends_mitmdump_at_its_start(confdir: Path, option: str, told: str) -> None:
    """mitmdump does not start with an option that cannot be used, and says which, in one line."""
    finished = run_mitmdump("-n", "-s", SCRIPT, "--set", f"ringback_{option}", confdir=confdir)
    assert finished.returncode == 1
    _, line, *others = (finished.stdout + finished.stderr).splitlines()
    assert line.endswith(f" ringback_{option.partition('=')[0]}: {told}")
    assert others == ["Error logged during startup, exiting..."]


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("marks=TRUE", 'oolean must be "true", "false"'),
        ("call_flows=1", 'oolean must be "true", "false"'),
        ("trim_messages=yes", 'oolean must be "true", "false"'),
        ("level", "Option is required: ringback_level"),
    ],
)
def test_value_that_mitmproxy_cannot_read(confdir: Path, option: str, told: str) -> None:
    """It ends the start, too, with the option's name: no proxy runs that lacks ringback, not even with -q."""
    finished = run_mitmdump(
        "-q", "-n", "-r", capture(NAME), "-s", SCRIPT, "--set", f"ringback_{option}", confdir=confdir
    )
    assert finished.returncode == 1
    (line,) = finished.stdout.splitlines()
    assert f" ringback_{option.partition('=')[0]}: " in line
    assert told in line


@pytest.mark.parametrize("named", [True, False], ids=["named", "beside"])
@pytest.mark.parametrize("option", ["events", "ledger"])
def test_nothing_is_written_into_the_key_log(tmp_path: Path, confdir: Path, option: str, named: bool) -> None:
    """It is refused, also while the key log is empty."""
    shutil.copy(capture(NAME), tmp_path / "empty.flows")
    keys = tmp_path / "empty.keys"
    keys.touch()
    arguments = ("--set", f"ringback_keylog={keys}") if named else ("-r", tmp_path / "empty.flows")
    output = ("--set", f"ringback_{option}={keys}")
    finished = run_mitmdump("-q", "-n", *arguments, "-s", SCRIPT, *output, confdir=confdir)
    assert finished.returncode == 1
    assert f"{keys} is the key log: name another file for what is written" in finished.stdout
    assert keys.read_bytes() == b""


def test_option_of_the_configuration_file(confdir: Path) -> None:
    """What stands in config.yaml is held to the same; a text is no truth value there either."""
    (confdir / "config.yaml").write_text("ringback_marks: 'no'\n")
    finished = run_mitmdump("-q", "-n", "-s", SCRIPT, confdir=confdir)
    assert finished.returncode == 1
    assert " ringback_marks: Expected <class 'bool'> for ringback_marks, but got" in finished.stdout
    (confdir / "config.yaml").write_text("ringback_marks: false\nringback_level: error\n")
    finished = run_mitmdump("-q", "-n", "-r", capture(NAME), "-s", SCRIPT, confdir=confdir)
    assert finished.returncode == 0
    assert "attribute-undocumented" not in finished.stdout


def test_quiet_mitmdump_says_what_is_amiss(tmp_path: Path, confdir: Path) -> None:
    """Without its log the reason for an empty report stands behind the summary."""
    options = ("--set", f"ringback_keylog={tmp_path}/none.keys", "--set", "ringback_hosts=*.example.org")
    finished = run_mitmdump("-q", "-n", "-r", capture(NAME), "-s", SCRIPT, *options, confdir=confdir)
    assert finished.stdout.splitlines()[-2:] == [
        f"ringback: key log {tmp_path}/none.keys is not there yet: waiting for the client to write it",
        "ringback: left out 2 of the WebSocket connections: they go to other hosts",
    ]


def test_torn_recording(tmp_path: Path, confdir: Path) -> None:
    """Of a file that was cut off, mitmproxy reads what is whole; that is reported on."""
    torn = tmp_path / "torn.flows"
    torn.write_bytes(capture(NAME).read_bytes()[:-1000])
    shutil.copy(capture(NAME).with_suffix(".keys"), tmp_path / "torn.keys")
    finished = run_mitmdump("-n", "-r", torn, "-s", SCRIPT, confdir=confdir)
    assert "Flow file corrupted" in finished.stdout
    assert "preaccept" in finished.stdout


def test_socket_of_another_protocol(proxy: Proxy, confdir: Path) -> None:
    """A WebSocket that is none of ours passes untouched and is left alone."""
    spoken: list[Spoken] = [(True, b"hello"), (False, b""), (True, bytes(range(256)) * 300)]

    async def run() -> str:
        async with proxy("-s", SCRIPT) as (mitmdump, loopback):
            pipe = await loopback.connect(mitmdump.port)
            await pipe.say(spoken)
            await pipe.close()
            return await asyncio.to_thread(mitmdump.stop)

    output = asyncio.run(run())
    assert "fault of ringback" not in output


def test_key_that_is_written_after_its_frames(proxy: Proxy, tmp_path: Path) -> None:
    """A client that writes its keys late: nothing more is said on the connection, yet its frames open."""
    keys, events = tmp_path / "late.keys", tmp_path / "events.jsonl"
    pair = NoisePair()
    # A ping, as a client sends it when there is nothing else to say: the flag byte and an empty <iq/>.
    frame = pair.client_frame(b"\x00\xf8\x01\x19")

    async def run() -> str:
        options = ("--set", f"ringback_keylog={keys}", "--set", f"ringback_events={events}")
        async with proxy("-s", SCRIPT, *options) as (mitmdump, loopback):
            pipe = await loopback.connect(mitmdump.port)
            await pipe.say([*pair.handshake, (True, frame)])
            keys.write_text(pair.key_log)
            await asyncio.to_thread(mitmdump.wait_until, lambda: bool(records(events, "client")), "client")
            return await asyncio.to_thread(mitmdump.stop)

    asyncio.run(run())
    (summary,) = records(events, "summary")
    assert (summary["frames"], summary["opened"]) == (1, 1)


def test_script_without_its_requirements(confdir: Path, tmp_path: Path) -> None:
    """Where mitmproxy's Python lacks a requirement, the error names the command that brings it."""
    (tmp_path / "block.py").write_text("import sys\nsys.modules['lxml'] = None\n")
    finished = run_mitmdump("-n", "-s", tmp_path / "block.py", "-s", SCRIPT, confdir=confdir)
    assert finished.returncode == 1
    assert f"{sys.executable} -m pip install {ADDON.parent}" in finished.stdout


def test_modules_that_are_imported_later(tmp_path: Path) -> None:
    """Once the script is loaded every module of the package can be imported, from anywhere, even where the
    script's folder is no longer on the path."""
    (tmp_path / "addon").symlink_to(ADDON)
    program = """
import importlib, os, pkgutil, sys
from mitmproxy.addons.script import load_script
before = list(sys.path)
assert load_script("addon/capture.py")
sys.path[:] = before
os.chdir("/")
import ringback
modules = [each.name for each in pkgutil.walk_packages(ringback.__path__, "ringback.")]
for name in modules:
    if not name.endswith("__main__"):
        importlib.import_module(name)
print(len(modules), ringback.__file__)
"""
    finished = subprocess.run(
        [sys.executable, "-P", "-c", program],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    count, place = finished.stdout.split()
    assert int(count) > 40
    assert place == str(tmp_path / "addon" / "ringback" / "__init__.py")


def test_what_is_saved_carries_verdicts(proxy: Proxy, tmp_path: Path) -> None:
    """The flows that `-w` writes live have comment, marker and metadata; no call is among them."""
    keys, saved = capture(NAME).with_suffix(".keys"), tmp_path / "mine.flows"

    async def run() -> str:
        options = ("-w", saved, "-s", SCRIPT, "--set", f"ringback_keylog={keys}", "--set", "flow_detail=3")
        async with proxy(*options) as (mitmdump, loopback):
            for pipe in await play(NAME, loopback, mitmdump.port):
                await pipe.close()
            return await asyncio.to_thread(mitmdump.stop)

    output = asyncio.run(run())
    with saved.open("rb") as stream:
        flows = list(FlowReader(stream).stream())
    assert len(flows) == len(websocket_flows(NAME))
    for flow in flows:
        assert flow.comment.startswith("ringback: ")
        assert flow.comment.endswith("; CALLID-0001, 1 pre-accept")
        assert flow.marked == ":large_blue_circle:"
        assert flow.metadata["ringback-calls"] == "CALLID-0001"
    # mitmdump's own output shows messages by the view too.
    assert "server frame 0  121 bytes  handshake" in output
