"""The live view without a terminal: what stands on its screen, and waiting for that."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from textual.pilot import Pilot
from textual.strip import Strip

from ringback.casebook import Casebook
from ringback.filters import parse
from ringback.observations import Observation
from ringback.sanitize import Placeholders
from ringback.spec.load import load_specification
from ringback.view.marks import UNICODE
from ringback.watch.app import WatchApp
from ringback.watch.feed import SourceFeed
from ringback.watch.screens import WatchScreen
from ringback.wire.keylog import KeyLog
from support.mitm import PATIENCE_S

SPECIFICATION = load_specification(None)
Play = Callable[["Stage"], Awaitable[None]]


class HandFeed:
    """A feed that brings what a test puts into it."""

    is_behind = False
    state = ""

    def __init__(self) -> None:
        self.coming: list[Observation] = []

    def poll(self) -> list[Observation]:
        coming, self.coming = self.coming, []
        return coming


class Stage:
    """A view under the hands of a test."""

    def __init__(self, app: WatchApp, pilot: Pilot[int]) -> None:
        self.app = app
        self.pilot = pilot

    def on(self, kind: type[WatchScreen]) -> bool:
        """Whether this is the screen that is shown."""
        return isinstance(self.app.screen, kind)

    @property
    def rows(self) -> list[Strip]:
        """The rows of the screen with their colours."""
        return self.app.screen._compositor.render_strips()

    @property
    def screen(self) -> list[str]:
        """The rows of the screen, without the blanks at their ends."""
        return ["".join(segment.text for segment in strip).rstrip() for strip in self.rows]

    @property
    def text(self) -> str:
        return "\n".join(self.screen)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until it holds; the screen is shown where it never does."""
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < deadline, self.text
            await self.pilot.pause(0.01)

    async def until_shown(self, text: str) -> None:
        await self.until(lambda: text in self.text)


def source_app(path: Path, chosen: str = "") -> WatchApp:
    """The view over a file; the key log beside a flow file is read."""
    keys = path.with_suffix(".keys")

    def read() -> KeyLog:
        log = KeyLog()
        log.feed(keys.read_bytes())
        return log

    return _app(lambda tell: SourceFeed(path, SPECIFICATION, tell, keys=read), Placeholders(), chosen)


def fed_app(observations: Sequence[Observation], placeholders: Placeholders | None = None) -> WatchApp:
    """The view over these observations."""
    feed = HandFeed()
    feed.coming = list(observations)
    return _app(lambda _tell: feed, placeholders or Placeholders(), "")


def _app(feed: object, placeholders: Placeholders, chosen: str) -> WatchApp:
    return WatchApp(
        feed,  # type: ignore[arg-type]
        Casebook(placeholders),
        SPECIFICATION,
        source_name="a source",
        marks=UNICODE,
        chosen=parse(chosen),
    )


def watched(app: WatchApp, play: Play, *, size: tuple[int, int] = (80, 24)) -> int | None:
    """Runs the view on a screen of that size while the test plays; gives its exit code."""

    async def run() -> None:
        async with app.run_test(size=size) as pilot:
            await play(Stage(app, pilot))

    asyncio.run(run())
    return app.return_value
