"""The report as a page: it stands by itself, its links lead somewhere, and nothing off the wire is markup."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise, product

import pytest
from lxml import html

from ringback import casebook
from ringback.report.page import render_page
from support.casing import HOSTILE
from support.reporting import hostile_call, ids, led_to, report_of, shipped_rendering, shipped_report
from support.sightings import Tape, good_call
from synthetic.manifest import SCENARIOS

_RULE = re.compile(r"--([a-z]+): (#[0-9a-f]{3,6});")
_PALETTES = ("light", "dark", "print")


def palette(page: str, number: int) -> dict[str, str]:
    """The colours of one of the three palettes, in the order of the style sheet."""
    blocks = re.findall(r":root \{(.*?)\}", page, re.DOTALL)
    return dict(_RULE.findall(blocks[number]))


def luminance(colour: str) -> float:
    """Source: WCAG 2.2, relative luminance."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    linear = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("name", SCENARIOS)
def test_links_lead_somewhere_and_ids_are_unique(name: str) -> None:
    """Every link of the page leads to one place of it."""
    page = shipped_rendering(name, "html")
    assert len(ids(page)) == len(set(ids(page)))
    assert led_to(page) - set(ids(page)) == set()
    assert len(led_to(page)) > 10


def test_links_lead_both_ways() -> None:
    """From a finding to stanza, line of the specification and question, and back from each."""
    document = html.fromstring(shipped_rendering("violations", "html"))
    report = shipped_report("violations").report

    @cache
    def links_of(name: str) -> set[str]:
        return led_to(html.tostring(document.get_element_by_id(name), encoding="unicode"))

    for call in report.calls:
        for finding in call.findings:
            led = links_of(finding.id)
            assert {*finding.stanzas, *finding.questions} <= led
            for back in (*finding.questions, *filter(None, [finding.fact])):
                assert back in led
                assert finding.id in links_of(back)


def test_the_page_needs_nothing_else() -> None:
    """No script, no picture, style or font from anywhere: the only addresses are those within the page."""
    page = shipped_rendering("violations", "html")
    document = html.fromstring(page)
    assert document.xpath("//script | //link | //img | //iframe | //object | //@onclick | //@onload") == []
    assert {href for href in document.xpath("//@href") if not href.startswith("#")} == set()
    assert "url(" not in page
    assert "@import" not in page


def test_a_reader_without_eyes_finds_its_way() -> None:
    """Landmarks, headings without a gap, tables with captions and scopes, charts with words."""
    document = html.fromstring(shipped_rendering("violations", "html"))
    for landmark in ("header", "nav", "main", "footer"):
        assert len(document.xpath(f"//{landmark}")) == 1
    assert document.xpath("//body/*")[0].get("href") == "#verdict"
    levels = [int(heading.tag[1]) for heading in document.xpath("//h1|//h2|//h3|//h4")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert document.xpath("//table[not(caption)] | //th[not(@scope)]") == []
    assert document.xpath("//svg[@role='img'][not(@aria-label)]") == []
    assert document.get("lang") == "en"


@pytest.mark.parametrize("number", range(3), ids=_PALETTES)
def test_colours_can_be_read(number: int) -> None:
    """Every colour of text has a contrast of 4.5 or more on every ground. Source: WCAG 2.2, 1.4.3."""
    colours = palette(shipped_rendering("no-preaccept", "html"), number)
    texts = ("ink", "quiet", "link", "error", "warning", "note", "ok")
    for text, ground in product(texts, ("paper", "raised")):
        one, other = sorted((luminance(colours[text]), luminance(colours[ground])), reverse=True)
        assert (one + 0.05) / (other + 0.05) >= 4.5, (text, ground)


def test_nothing_off_the_wire_is_markup() -> None:
    """Whatever a stanza says is text on the page, and of the same elements as a harmless one."""
    made = report_of(hostile_call())
    page = render_page(made.report, made.ladders())
    document = html.fromstring(page)
    assert document.xpath("//script") == []
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b]", page)
    assert not any(text in page for text in HOSTILE if "<" in text)
    assert set(ids(page)) >= led_to(page)


def test_a_stanza_that_is_not_kept_leaves_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ladder draws what its answers tell, and the page says that something is missing."""
    monkeypatch.setattr(casebook, "MAX_STANZAS", 1)
    made = report_of(good_call(Tape(1_700_000_000.0)))
    page = render_page(made.report, made.ladders())
    assert "of calls that have too many" in page
    assert len(made.ladders()) == 1


def test_a_report_of_nothing_is_a_page() -> None:
    """It says so."""
    page = render_page(report_of([]).report)
    assert "No call was seen." in page
    assert led_to(page) <= set(ids(page))
