"""The add-on in a real mitmweb, looked at with a real browser while a call goes through it."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from support.browser import screenshot
from support.live import Background, play, reverse_proxy
from support.mitm import SCRIPT, Mitmweb
from support.mitmweb import FlowList
from support.recorded import capture, websocket_flows

NAME = "single-callee"


def test_a_live_call_is_seen(page: Page, tmp_path: Path) -> None:
    """Its WebSockets come into the list while it goes on, and each shows all of its messages."""
    options = ("-s", SCRIPT, "--set", f"ringback_keylog={capture(NAME).with_suffix('.keys')}")
    with (
        Background() as background,
        background.entered(reverse_proxy(Mitmweb, *options, confdir=tmp_path)) as (mitmweb, loopback),
        FlowList(page, mitmweb) as seen,
    ):
        expect(seen.flows).to_have_count(0)
        background.run(play(NAME, loopback, mitmweb.port))
        recorded = websocket_flows(NAME)
        sockets = seen.flows.filter(has_text="/ws")
        expect(sockets).to_have_count(len(recorded))
        for number, flow in enumerate(recorded):
            assert flow.websocket
            tab = seen.open(sockets.nth(number), "WebSocket")
            expect(tab.get_by_text(f"{len(flow.websocket.messages)} Messages")).to_be_visible()
            expect(seen.messages.first).to_be_visible()
            expect(seen.view).to_contain_text("auto")
        screenshot(page, "mitmweb-synthetic")
        mitmweb.wait_for("pre-accept of call CALLID-0001 delivered")
