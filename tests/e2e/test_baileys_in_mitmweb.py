"""A live call of real Baileys clients, as a user of mitmweb sees it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from support.browser import screenshot
from support.conversation import ALICE, BOB, CAROL, PREACCEPTS, Conversation
from support.mitm import Mitmweb
from support.mitmweb import FlowList
from support.npm_ci import node_modules
from support.stage import Stage, Way

pytestmark = pytest.mark.e2e


def test_a_live_call_is_seen(page: Page, tmp_path: Path) -> None:
    """While the sockets are open: the pre-accept as it was sent, marks, the ladder, commands, the report."""
    modules = node_modules(Path(__file__).parent / "baileys7")
    with Stage(tmp_path, modules, Way.COMMAND_LINE, Mitmweb) as stage:
        mitmweb = stage.proxy
        assert isinstance(mitmweb, Mitmweb)
        with FlowList(page, mitmweb) as seen:
            stage.admit(ALICE, BOB, CAROL)
            conversation = Conversation(stage)
            conversation.log_in_and_upload_keys()
            sockets = seen.flows.filter(has_text="/ws/chat")
            expect(sockets).to_have_count(1)
            tab = seen.open(sockets.first, "WebSocket")
            heading = tab.get_by_text(re.compile(r"^\d+ Messages$"))
            before = heading.inner_text()
            conversation.log_in_at_once()
            conversation.call_each_other()
            expect(sockets).to_have_count(3)
            expect(heading).not_to_have_text(before)
            mitmweb.wait_for(r"pre-accept of call CALLID-\d+ delivered")

            rung = seen.messages.filter(has_text=re.compile("↑ preaccept  CALLID-0001"))
            expect(rung).to_have_count(1)
            expect(rung).to_contain_text("probable, required")
            rung.scroll_into_view_if_needed()
            screenshot(page, "mitmweb-baileys-sent")
            expect(sockets.filter(has_text="🔵")).to_have_count(2)
            comment = seen.open(sockets.first, "Comment")
            expect(comment).to_contain_text("CALLID-0001, 1 pre-accept")
            screenshot(page, "mitmweb-baileys-comment")

            call = seen.flows.filter(has_text="/CALLID-0001?")
            ladder = seen.open(call, "Response")
            for said in ("offer", "preaccept", "accept", "terminate"):
                expect(ladder).to_contain_text(re.compile(rf"│ {said}\b"))
            screenshot(page, "mitmweb-baileys-call")
            expect(seen.command("ringback.calls action=preaccept")).to_contain_text("1 pre-accept")
            expect(seen.command("ringback.questions")).to_contain_text("call-preaccept/1")
            written = seen.command(f"ringback.report html {tmp_path / 'report.html'}")
            expect(written).to_contain_text("html report on 1 call written to ")
            screenshot(page, "mitmweb-baileys-command")
            shown = page.content()
            assert [each for each in (*PREACCEPTS, BOB.user, BOB.lid_user) if each in shown] == []
    page.goto((tmp_path / "report.html").as_uri())
    expect(page.get_by_role("heading", name="CALLID-0001")).to_be_visible()
    screenshot(page, "report-baileys")
