"""What a user of mitmweb sees, alike in mitmproxy 11 and 12."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from playwright.sync_api import Locator, Page, Route

from support.mitm import Mitmweb


class FlowList:
    """mitmweb's page: the list of flows, and beside it the one that is open.

    A context manager: it leaves the page, which would complain of the end of mitmweb.
    """

    def __init__(self, page: Page, mitmweb: Mitmweb) -> None:
        """Open mitmweb in `page`; the proxy may go on serving meanwhile, and the page follows it."""
        self.page = page
        # mitmproxy 12 asks for a style sheet that it does not ship.
        page.route("**/src/css/vendor.less", _empty_style)
        page.goto(mitmweb.address)
        page.get_by_text("Flow List", exact=True).wait_for()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.page.goto("about:blank")

    @property
    def flows(self) -> Locator:
        """The flows that are listed, those that are scrolled out of sight excepted."""
        return self.page.locator(".flow-table tbody tr.has-request")

    def open(self, flow: Locator, tab: str) -> Locator:
        """Click a flow and then a tab of it: `Request`, `WebSocket`, `Comment`, ...; what the tab shows."""
        flow.click()
        self.page.locator(".flow-detail nav").get_by_text(tab, exact=True).click()
        return self.page.locator(".flow-detail section")

    def search(self, expression: str) -> None:
        """Type into the search field of the flow list."""
        self.page.get_by_text("Flow List", exact=True).click()
        field = self.page.get_by_placeholder("Search")
        field.fill(expression)
        field.press("Escape")

    def command(self, line: str) -> Locator:
        """Enter a command into the command bar, which is shown first where it is not; its answer."""
        bar = self.page.get_by_placeholder("Enter command")
        if not bar.is_visible():
            self.page.get_by_text("Options", exact=True).click()
            self.page.get_by_text("Display Command Bar").click()
        bar.fill(line)
        bar.press("Enter")
        return self.page.locator(".command .command-result")

    @property
    def messages(self) -> Locator:
        """The messages in the tab `WebSocket`, each with its time and its content as it is viewed."""
        return self.page.locator(".flow-detail .contentview > div:has(pre)")

    @property
    def view(self) -> Locator:
        """The button that names the content view of the messages and lets another one be chosen."""
        return self.page.locator(".flow-detail .contentview .controls a")


def _empty_style(route: Route) -> None:
    route.fulfill(status=200, content_type="text/css", body="")
