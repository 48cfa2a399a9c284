"""The add-on in a real mitmweb, looked at with a real browser while a call goes through it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from support.browser import screenshot
from support.desk import server_frames
from support.hostile import hostile_nodes
from support.live import Background, play, reverse_proxy
from support.loopback import Loopback
from support.mitm import SCRIPT, Mitmweb
from support.mitmweb import FlowList
from support.noise_peer import NoisePair
from support.recorded import capture, websocket_flows

NAME = "single-callee"


@pytest.fixture
def background() -> Iterator[Background]:
    with Background() as background:
        yield background


@pytest.fixture
def live(background: Background, tmp_path: Path) -> Iterator[tuple[Mitmweb, Loopback, Path]]:
    """A mitmweb with the add-on in front of a server of the test, and its key log, which is empty yet."""
    keys = tmp_path / "live.keys"
    options = ("-s", SCRIPT, "--set", f"ringback_keylog={keys}", "-w", str(tmp_path / "live.flows"))
    with background.entered(reverse_proxy(Mitmweb, *options, confdir=tmp_path)) as (mitmweb, loopback):
        yield mitmweb, loopback, keys


def test_a_live_call_is_seen(
    page: Page, background: Background, live: tuple[Mitmweb, Loopback, Path]
) -> None:
    """Message view, flow list, comment, the call's own flow and a command, while the sockets are open."""
    mitmweb, loopback, keys = live
    keys.write_text(capture(NAME).with_suffix(".keys").read_text())
    with FlowList(page, mitmweb) as seen:
        expect(seen.flows).to_have_count(0)
        background.run(play(NAME, loopback, mitmweb.port))
        recorded = websocket_flows(NAME)
        expect(seen.flows).to_have_count(len(recorded) + 1)
        sockets = seen.flows.filter(has_text="/ws")
        for number, flow in enumerate(recorded):
            assert flow.websocket
            tab = seen.open(sockets.nth(number), "WebSocket")
            expect(tab.get_by_text(f"{len(flow.websocket.messages)} Messages")).to_be_visible()
            expect(seen.view).to_contain_text("auto")
            expect(seen.messages.first).to_contain_text("client frame 0  36 bytes  handshake")
            rung = seen.messages.filter(has_text=re.compile("[↑↓] preaccept"))
            expect(rung).to_have_count(1)
            expect(rung).to_contain_text('call-creator="A:1@lid"')
            expect(rung).to_contain_text("probable, required")
            expect(rung).to_contain_text("child-undocumented  /call/preaccept/audio")
            rung.scroll_into_view_if_needed()
            screenshot(page, f"mitmweb-messages-{number}")
            expect(sockets.nth(number)).to_contain_text("🔵")
            comment = seen.open(sockets.nth(number), "Comment")
            expect(comment).to_contain_text("ringback: ")
            expect(comment).to_contain_text("CALLID-0001, 1 pre-accept")
        call = seen.flows.filter(has_text="calls.ringback.invalid/CALLID-0001")
        expect(call).to_have_count(1)
        body = seen.open(call, "Response")
        expect(body).to_contain_text("preaccept")
        expect(body).to_contain_text("+ note    child-undocumented")
        screenshot(page, "mitmweb-call")
        answer = seen.command("ringback.calls severity>=note and action=preaccept")
        expect(answer).to_contain_text("CALLID-0001")
        expect(seen.command("ringback.keys")).to_contain_text("0 wait for a key")
        screenshot(page, "mitmweb-command")
        mitmweb.wait_for("pre-accept of call CALLID-0001 delivered")


def test_calls_can_be_hidden(
    page: Page, background: Background, live: tuple[Mitmweb, Loopback, Path]
) -> None:
    """By the filter that the page names, and found by rule like any flow."""
    mitmweb, loopback, keys = live
    keys.write_text(capture(NAME).with_suffix(".keys").read_text())
    with FlowList(page, mitmweb) as seen:
        background.run(play(NAME, loopback, mitmweb.port))
        expect(seen.flows).to_have_count(3)
        seen.search("!~m CALL")
        expect(seen.flows).to_have_count(2)
        expect(seen.flows.filter(has_text="ringback.invalid")).to_have_count(0)
        seen.search("~comment attribute-undocumented & ~m CALL")
        expect(seen.flows).to_have_count(1)
        seen.search("~comment attribute-missing")
        expect(seen.flows).to_have_count(0)


def test_a_late_key_and_hostile_stanzas(
    page: Page, background: Background, live: tuple[Mitmweb, Loopback, Path]
) -> None:
    """What is held says so and is opened in place; whatever a stanza holds stays text on the page."""
    mitmweb, loopback, keys = live
    pair = NoisePair()
    with FlowList(page, mitmweb) as seen:
        pipe = background.run(loopback.connect(mitmweb.port))
        background.run(pipe.say(pair.handshake))
        background.run(pipe.say([(False, server_frames(pair, [node])) for node in hostile_nodes()]))
        expect(seen.flows).to_have_count(1)
        seen.open(seen.flows.first, "WebSocket")
        expect(seen.messages).to_have_count(6)
        expect(seen.messages.nth(4)).to_contain_text("held until its key comes")
        keys.write_text(pair.key_log)
        expect(seen.flows).to_have_count(3)
        seen.open(seen.flows.first, "Request")
        seen.open(seen.flows.first, "WebSocket")
        expect(seen.messages.nth(4)).to_contain_text("↓ preaccept")
        expect(seen.messages.nth(3)).to_contain_text("↓ preaccept")
        expect(seen.messages.nth(5)).to_contain_text("belongs to no call")
        screenshot(page, "mitmweb-hostile")
        for number in (1, 2):
            body = seen.open(seen.flows.nth(number), "Response")
            expect(body).to_contain_text("preaccept")
        shown = page.content()
        assert "owned" not in page.title()
        assert "<img src=x" not in shown
        assert "\u202e" not in shown
        expect(seen.flows.first).to_contain_text("🔴")
