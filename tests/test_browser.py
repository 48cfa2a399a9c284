"""`support.browser`: a page works, and whatever goes wrong in it is told."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page

from support.browser import SCREENSHOTS, browsing, screenshot
from support.mitm import PATIENCE_S
from support.programs import program

PAGE = """<!doctype html><meta charset="utf-8"><title>Ring</title>
<button onclick="this.textContent = 'ringing'">call</button>"""

FAULTS = {
    "console.error('red')": "console: red",
    "console.assert(false, 'odd')": "console: odd",
    "nothing.there": "uncaught: nothing is not defined",
    "fetch('https://example.org/x').catch(() => 0)": "request: https://example.org/x",
    "new WebSocket('ws://192.0.2.1/x')": "request: ws://192.0.2.1/x",
    "open('http://example.org/y')": "request: http://example.org/y",
}


def test_a_page_is_read_and_clicked(page: Page, tmp_path: Path) -> None:
    """A file is opened, its script runs."""
    shown = tmp_path / "page.html"
    shown.write_text(PAGE, encoding="utf-8")
    page.goto(shown.as_uri())
    assert page.title() == "Ring"
    page.get_by_role("button", name="call").click()
    assert page.get_by_role("button").text_content() == "ringing"


def test_what_goes_wrong_is_told(tmp_path: Path) -> None:
    """Errors on the console, uncaught ones, and every request that leaves the machine."""
    with browsing() as (page, complaints):
        for number, (script, told) in enumerate(FAULTS.items()):
            shown = tmp_path / f"{number}.html"
            shown.write_text(f"{PAGE}<script>{script}</script>", encoding="utf-8")
            complaints.told.clear()
            page.goto(shown.as_uri())
            page.wait_for_function("document.readyState === 'complete'")
            deadline = time.monotonic() + PATIENCE_S
            while told not in complaints.told:
                assert time.monotonic() < deadline, f"{told!r} not in {complaints.told}"
                page.wait_for_timeout(20)


def test_asyncio_is_free_again_behind_it(tmp_path: Path) -> None:
    """A closed browser leaves no event loop behind that other tests of this process would trip over."""
    with browsing() as (page, _complaints):
        page.goto("about:blank")
    assert asyncio.run(asyncio.sleep(0, "free")) == "free"


def test_a_screenshot_is_saved_where_a_folder_is_named(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A PNG file, and none without the environment variable."""
    monkeypatch.delenv(SCREENSHOTS, raising=False)
    screenshot(page, "none")
    monkeypatch.setenv(SCREENSHOTS, str(tmp_path))
    screenshot(page, "one")
    assert [each.name for each in tmp_path.iterdir()] == ["one.png"]
    assert (tmp_path / "one.png").read_bytes().startswith(b"\x89PNG")


def test_a_missing_program_skips_or_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both say what to install; the environment variable overrules what is on the path."""
    monkeypatch.setenv("RINGBACK_TEST_BROWSER", "/missing")
    asked = {"variable": "RINGBACK_TEST_BROWSER", "package": "chromium"}
    says = r"apt-get install chromium\), or name one in RINGBACK_TEST_BROWSER"
    monkeypatch.delenv("RINGBACK_TEST_EVERYTHING", raising=False)
    with pytest.raises(pytest.skip.Exception, match=says):
        program("browser", "sh", **asked)
    monkeypatch.setenv("RINGBACK_TEST_EVERYTHING", "1")
    with pytest.raises(pytest.fail.Exception, match=says):
        program("browser", "sh", **asked)
    monkeypatch.setenv("RINGBACK_TEST_BROWSER", "sh")
    assert program("browser", "missing", **asked).endswith("/sh")
