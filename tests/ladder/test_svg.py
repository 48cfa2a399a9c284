"""The SVG picture: well-formed, self-contained, the same each time, and text stays text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from ringback.calls import Sighting
from ringback.ladder import Ladder, ladder_of
from ringback.ladder.svg import NAMESPACE, STYLE, render_svg
from ringback.sanitize import Raw
from support.casing import any_sightings, casebook_of, shipped

ALLOWED = {"svg", "title", "desc", "style", "g", "a", "rect", "line", "polygon", "text"}


def multi_device() -> Ladder:
    book = shipped("multi-device")
    return ladder_of(book.cases[0], book.placeholders)


def parsed(svg: str) -> etree._Element:
    return etree.fromstring(svg.encode())


def names(root: etree._Element) -> set[str]:
    return {etree.QName(element).localname for element in root.iter()}


def test_it_stands_by_itself() -> None:
    """It names no address but that of its own namespace, and holds no script."""
    svg = render_svg(multi_device())
    assert re.findall(r"https?://[^\"]*", svg) == [NAMESPACE]
    assert not re.search(r"@import|url\(|@font-face|<script|\bon\w+=", svg)
    assert "prefers-color-scheme:dark" in svg
    assert names(parsed(svg)) <= ALLOWED


def test_the_same_ladder_gives_the_same_letters() -> None:
    """Drawn twice, from ladders made twice."""
    assert render_svg(multi_device()) == render_svg(multi_device())


def test_a_screen_reader_gets_a_list() -> None:
    """A title, a description, and for each arrow an item with a sentence."""
    root = parsed(render_svg(multi_device(), prefix="call-1"))
    ids = {element.get("id") for element in root.iter() if element.get("id")}
    assert set((root.get("aria-labelledby") or "").split()) <= ids
    titles = [item.findtext(f".//{{{NAMESPACE}}}title") for item in root.iterfind(".//*[@role='listitem']")]
    assert len(titles) == len(multi_device().arrows)
    assert titles[2] == (
        "preaccept at 23:13:21.521Z, +0.396 s from the offer, from B:17@lid to the server, "
        "delivered to A:1@lid after 46 ms, ack delivered to B:17@lid after 40 ms, "
        "ack sent by A:1@lid after 56 ms, worst finding: note"
    )


def test_many_fit_on_one_page() -> None:
    """Each with its own ids, without the style that the page has once."""
    pictures = [render_svg(multi_device(), standalone=False, prefix=f"call-{number}") for number in (1, 2)]
    page = parsed(f"<body>{''.join(pictures)}</body>")
    ids = [element.get("id") for element in page.iter() if element.get("id")]
    assert len(ids) == len(set(ids)) == 2 * (2 + len(multi_device().arrows))
    assert "style" not in names(page)
    assert STYLE in render_svg(multi_device())


def test_arrows_lead_where_they_are_told_to() -> None:
    """An address for each arrow, or none."""
    svg = render_svg(multi_device(), link=lambda arrow: f'#"<{arrow.number}' if arrow.number < 3 else None)
    links = [link.get("href") for link in parsed(svg).iter(f"{{{NAMESPACE}}}a")]
    assert links == ['#"<1', '#"<2']


@settings(max_examples=40, deadline=None)
@given(any_sightings(), st.booleans())
def test_any_ladder_is_well_formed(sightings: list[Sighting], raw: bool) -> None:
    """No element comes from a value, no character is one that anything obeys."""
    book = casebook_of(sightings)
    for case in book.cases:
        svg = render_svg(ladder_of(case, Raw() if raw else book.placeholders))
        root = parsed(svg)
        assert names(root) <= ALLOWED
        assert all(text.isprintable() for text in root.itertext() if not text.isspace())


@pytest.mark.parametrize("name", ["single-callee", "multi-device"])
def test_the_picture_scales(name: str) -> None:
    """Its view box is its size."""
    book = shipped(name)
    root = parsed(render_svg(ladder_of(book.cases[0], book.placeholders)))
    assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"
