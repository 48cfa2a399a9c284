"""The memory benchmark drives what it says, and calls a curve flat only where it is."""

from __future__ import annotations

import asyncio
import sys
from itertools import islice
from pathlib import Path

import pytest

from benchmarks import live, markers, memory

MB = 1 << 20


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="resident memory is read from /proc")
def test_connections_come_and_go_and_calls_are_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every frame is opened, connections end, and each call has its pre-accept."""
    monkeypatch.setattr(memory, "FRAMES_OF_ONE", 12)
    monkeypatch.setattr(memory, "CALLS_OF_ONE", 2)
    monkeypatch.setattr(memory, "CYCLE", 200)
    proxy = memory.Proxy(tmp_path, ledger=True)
    curve = list(memory.measure(memory.frames(proxy), 200, 2))
    assert [done for done, _ in curve] == [0, 100, 200]
    assert all(size > 10 * MB for _, size in curve)
    before = proxy.funnel
    assert (before.frames, before.opened, before.held) == (200, 200, 0)
    assert before.connections > memory.OPEN
    list(islice(memory.calls(proxy), 3))
    after = proxy.funnel
    assert (after.calls - before.calls, after.preaccepts - before.preaccepts) == (3, 3)
    assert after.opened == after.frames
    proxy.close()


def test_a_curve_that_grows_is_told() -> None:
    """From its first point to its last."""
    flat = [(0, 50 * MB), (10, 53 * MB), (20, 52 * MB)]
    assert "20 calls: +2.00 MB, within 2 MB." in memory.drawn(flat, "calls")
    assert "20 calls: +2.01 MB, NOT within 2 MB." in memory.drawn([*flat[:2], (20, 52 * MB + 9999)], "calls")


def test_figures_go_between_their_markers(tmp_path: Path) -> None:
    """What stood there is replaced, the rest of the page stays; a page without the markers is refused."""
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- x -->\nold\n<!-- end of x -->\nb\n")
    markers.put(page, "x", "new \\1")
    markers.put(page, "x", "newer")
    assert page.read_text() == "a\n<!-- x -->\n\nnewer\n\n<!-- end of x -->\nb\n"
    with pytest.raises(ValueError, match="has no markers <!-- y -->"):
        markers.put(page, "y", "new")
    assert f"Python {sys.version_info.major}.{sys.version_info.minor}" in markers.surroundings()


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="resident memory is read from /proc")
def test_a_real_mitmdump_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the option every message arrives, and every frame is opened: else it ends with an error."""
    monkeypatch.setattr(live, "WARM", 50)
    monkeypatch.setattr(live, "CYCLE", 200)
    trimmed = live.SIDES["with `ringback_trim_messages`"]
    curve = asyncio.run(live.measure(trimmed, 300, 2))
    assert [count for count, _ in curve] == [0, 150, 300]
    assert all(size > 10 * MB for _, size in curve)
    assert live.drawn({"one": curve}).splitlines()[0] == "| messages | one |"
