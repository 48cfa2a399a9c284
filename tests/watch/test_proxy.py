"""mitmdump as a process beside the view: how it is started, told to end, and what it leaves."""

from __future__ import annotations

import time
from pathlib import Path

from ringback.watch.proxy import Proxy
from support.mitm import PATIENCE_S
from support.recorded import capture


def wait_for_end(proxy: Proxy) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while proxy.ended is None:
        assert time.monotonic() < deadline, proxy.last_lines()
        time.sleep(0.02)


def test_it_ends_when_it_is_told_to(tmp_path: Path) -> None:
    """In order: the event file has its summary. Once more is no error."""
    events = tmp_path / "events.jsonl"
    arguments = (
        "--set",
        f"confdir={tmp_path}",
        "-n",
        "--set",
        "keepserving=true",
        "-r",
        str(capture("single-callee")),
    )
    proxy = Proxy(arguments, [f"ringback_events={events}"], tmp_path)
    deadline = time.monotonic() + PATIENCE_S
    while not events.exists() or "preaccept" not in events.read_text():
        assert proxy.ended is None, proxy.last_lines()
        assert time.monotonic() < deadline, proxy.last_lines()
        time.sleep(0.02)
    assert proxy.failed() is None
    proxy.stop()
    assert proxy.ended == 0
    assert proxy.failed() is None
    assert '"type": "summary"' in events.read_text()
    proxy.stop()


def test_a_failure_is_told_with_its_last_lines(tmp_path: Path) -> None:
    proxy = Proxy(["--no-such-option"], [], tmp_path)
    wait_for_end(proxy)
    assert proxy.failed() == 1
    told = "\n".join(proxy.last_lines())
    assert "usage: mitmdump " in told
    assert "mitmdump: error: unrecognized arguments: --no-such-option" in told
    (tmp_path / "mitmdump.log").unlink()
    assert proxy.last_lines() == ["the log cannot be read (No such file or directory)"]
