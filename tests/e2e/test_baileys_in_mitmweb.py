"""A live call of real Baileys clients, as a user of mitmweb sees it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from support.browser import screenshot
from support.conversation import ALICE, BOB, CAROL, Conversation
from support.mitm import Mitmweb
from support.mitmweb import FlowList
from support.npm_ci import node_modules
from support.stage import Stage, Way

pytestmark = pytest.mark.e2e


def test_a_live_call_is_seen(page: Page, tmp_path: Path) -> None:
    """One WebSocket for each client; the messages of the open one grow while its owner is called."""
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
            screenshot(page, "mitmweb-baileys")
            mitmweb.wait_for(r"pre-accept of call CALLID-\d+ delivered")
