"""The page as a reader has it: in a real browser, on the screen, on paper, and with 1,000 calls."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page

from ringback.report.document import Subject, make_report
from ringback.report.page import render_page
from support.browser import browsing, screenshot
from support.casing import SPECIFICATION, casebook_of
from support.reporting import hostile_call, report_of, shipped_rendering
from support.sightings import CALLER, DEVICE, Tape, preaccept

Scheme = Literal["light", "dark"]


def opened(page: Page, text: str, folder: Path, aim: str = "") -> None:
    file = folder / "report.html"
    file.write_text(text, "utf-8")
    page.goto(f"{file.as_uri()}{aim}")


def is_within_the_screen(page: Page) -> bool:
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return bool(wide <= 0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_opens_without_a_complaint(tmp_path: Path, scheme: Scheme, width: int) -> None:
    """On wide and narrow screens, light and dark, it fits the width, and asks for nothing."""
    with browsing(width=width) as (page, complaints):
        page.emulate_media(color_scheme=scheme)
        opened(page, shipped_rendering("multi-device", "html"), tmp_path)
        assert page.locator("h1").inner_text() == "1 call, 2 pre-accepts"
        assert is_within_the_screen(page)
        screenshot(page, f"report-{scheme}-{width}", whole=True)
    assert complaints.told == []


@pytest.mark.parametrize("width", [1200, 768, 390])
def test_tables_are_whole_where_the_screen_is_narrow(tmp_path: Path, width: int) -> None:
    """Neither the open questions in short nor, but on a telephone, the facts have to be moved sideways."""
    with browsing(width=width) as (page, _):
        opened(page, shipped_rendering("multi-device", "html"), tmp_path)
        for table in (".answers", ".facts")[: 1 if width < 700 else 2]:
            beyond = "e => e.parentElement.scrollWidth - e.parentElement.clientWidth"
            assert page.locator(table).first.evaluate(beyond) <= 0
        question = page.locator(".answers a").first.bounding_box()
        assert question is not None
        assert question["x"] + question["width"] <= width


def test_a_link_opens_the_call_that_it_leads_to(tmp_path: Path) -> None:
    """Without a script: a finding of a closed call can be seen once it was led to, and so its stanza."""
    with browsing() as (page, complaints):
        opened(page, shipped_rendering("violations", "html"), tmp_path, "#call9.f1")
        finding = page.locator('[id="call9.f1"]')
        assert finding.is_visible()
        assert not page.locator('[id="call8.f1"]').is_visible()
        finding.locator('a[href="#call9.s5"]').first.click()
        assert page.locator('[id="call9.s5"]').is_visible()
        page.locator('[id="call9.s5"] pre a.error').first.click()
        assert page.url.endswith("#call9.f1")
    assert complaints.told == []


def test_a_call_is_opened_by_the_keyboard(tmp_path: Path) -> None:
    """The first thing that is reached leads past the navigation; a call opens with the space bar."""
    with browsing() as (page, complaints):
        opened(page, shipped_rendering("violations", "html"), tmp_path)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.locator("details.call").nth(1).locator("summary").first.focus()
        page.keyboard.press("Space")
        assert page.locator("#call2").is_visible()
    assert complaints.told == []


def test_paper_shows_what_is_closed_on_the_screen(tmp_path: Path) -> None:
    """Of a report on few calls nothing is left out in print, and the colours are those of paper."""
    with browsing() as (page, _):
        opened(page, shipped_rendering("early-candidates", "html"), tmp_path)
        page.emulate_media(media="print")
        assert page.locator('[id="call1.s1"] pre').first.evaluate("e => e.getBoundingClientRect().height") > 0
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert page.pdf(format="A4").startswith(b"%PDF")


def test_a_hostile_stanza_does_nothing(tmp_path: Path) -> None:
    """It is text: no script of it runs, nothing is fetched, the page keeps its form."""
    made = report_of(hostile_call())
    with browsing() as (page, complaints):
        page.on("dialog", lambda dialog: complaints.told.append(f"dialog: {dialog.message}"))
        opened(page, render_page(made.report, made.ladders()), tmp_path, "#call1")
        assert page.locator("main").count() == 1
        assert is_within_the_screen(page)
        screenshot(page, "report-hostile", whole=True)
    assert complaints.told == []


def test_a_thousand_calls_open_and_scroll(tmp_path: Path) -> None:
    """The last call of 1,000 is led to, opened and seen."""
    # One stanza each: the page is as long, and made sooner.
    tapes = (Tape(1_700_000_000.0 + number, capture=f"{number}.flows") for number in range(1000))
    sightings = [tape.delivered(preaccept(from_=DEVICE), CALLER) for tape in tapes]
    made = make_report(Subject(casebook_of(sightings), SPECIFICATION))
    with browsing() as (page, complaints):
        opened(page, render_page(made.report, made.ladders()), tmp_path, "#call1000")
        assert page.locator("#call1000").is_visible()
        assert page.evaluate("window.scrollY") > 10_000
    assert complaints.told == []
