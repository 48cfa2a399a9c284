"""A page in a headless Chromium of its own, watched: nothing may go wrong in it or leave the machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from support.mitm import PATIENCE_S
from support.programs import program

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    # No name is resolved, so that a request that leaves is one that fails; `Complaints` tells of it.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
_INSIDE = {"127.0.0.1", "localhost", "::1"}
_WITHOUT_HOST = {"about", "blob", "data", "file"}

SCREENSHOTS = "RINGBACK_TEST_SCREENSHOTS"
"""The environment variable that names a folder for pictures of what the tests see."""


@dataclass(slots=True)
class Complaints:
    """What went wrong in a browser: errors on the console or uncaught, and requests to elsewhere."""

    told: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        """Listen to all pages of the context, those that it opens later included."""
        context.on("console", lambda said: self._hear(said.type, said.text))
        context.on("weberror", lambda raised: self.told.append(f"uncaught: {raised.error}"))
        context.on("request", lambda request: self._look_at(request.url))
        context.on("page", lambda page: page.on("websocket", lambda socket: self._look_at(socket.url)))

    def _hear(self, kind: str, text: str) -> None:
        if kind in {"error", "assert"}:
            self.told.append(f"console: {text}")

    def _look_at(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in _WITHOUT_HOST and parts.hostname not in _INSIDE:
            self.told.append(f"request: {url}")


@contextmanager
def browsing(*, width: int = 1280, height: int = 800) -> Iterator[tuple[Page, Complaints]]:
    """An empty page, and what goes wrong in it. While it is open, `asyncio.run` needs a thread of its own.

    Skips the test where no browser is installed, or fails it; see `support.programs`.
    """
    executable = program("browser", *_NAMES, variable="RINGBACK_TEST_BROWSER", package="chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable,
            args=_FLAGS,
            chromium_sandbox=os.geteuid() != 0,
        )
        with browser, browser.new_context(viewport={"width": width, "height": height}) as context:
            context.set_default_timeout(PATIENCE_S * 1000)
            expect.set_options(PATIENCE_S * 1000)
            complaints = Complaints()
            complaints.watch(context)
            yield context.new_page(), complaints


def screenshot(page: Page, name: str, *, whole: bool = False) -> None:
    """Saves `name`.png in the folder that `RINGBACK_TEST_SCREENSHOTS` names; nothing is done without one."""
    folder = os.environ.get(SCREENSHOTS)
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=whole)
