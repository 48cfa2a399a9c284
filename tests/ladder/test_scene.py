"""The shapes that SVG and PNG have in common: straight lanes, nothing over anything, nothing outside."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings

from ringback.calls import Sighting
from ringback.ladder import Ladder, ladder_of
from ringback.ladder.palette import DARK, LIGHT
from ringback.ladder.scene import CHARACTER, scene_of
from ringback.ladder.shapes import SIZE, Item, Line, Scene, Words
from ringback.sanitize import Raw
from support.casing import any_sightings, case_of, casebook_of, shipped
from support.sightings import CALLER, CREATOR, offer_to


def ladders() -> list[Ladder]:
    """Calls with two, three, four and six lanes, and one with as many as there may be."""
    devices = [f"22222222222222:{number}@lid" for number in range(1, 31)]
    case, book = case_of(lambda tape: [tape.sent(offer_to(*devices), CALLER, owner=CREATOR)])
    alone, alone_book = case_of(lambda tape: [tape.sent('<call id="1"><offer call-id="C"/></call>')])
    drawn = [ladder_of(case, book.placeholders), ladder_of(alone, alone_book.placeholders)]
    for name, index in (("multi-device", 0), ("single-callee", 0), ("violations", 18)):
        book = shipped(name)
        drawn += [ladder_of(book.cases[index], book.placeholders, unfold=each) for each in (False, True)]
    return drawn


def items_of(scene: Scene) -> list[Item]:
    return [item for group in scene.groups for item in group.items]


def extent(words: Words) -> tuple[float, float, float, float]:
    """Left, right, top and bottom of a text."""
    width = len(words.text) * CHARACTER * words.size / SIZE
    left = words.x - {"start": 0, "middle": width / 2, "end": width}[words.anchor]
    return left, left + width, words.y - words.size * 0.75, words.y + words.size * 0.2


@pytest.mark.parametrize("ladder", ladders())
def test_no_text_stands_over_another(ladder: Ladder) -> None:
    """Names, times, labels, delays and answers each have a place of their own."""
    texts = [extent(item) for item in items_of(scene_of(ladder)) if isinstance(item, Words)]
    for one, other in combinations(texts, 2):
        apart = one[1] <= other[0] or other[1] <= one[0] or one[3] <= other[2] or other[3] <= one[2]
        assert apart


@pytest.mark.parametrize("ladder", ladders())
def test_everything_is_inside(ladder: Ladder) -> None:
    """Of the picture's size."""
    scene = scene_of(ladder)
    for item in items_of(scene):
        if isinstance(item, Words):
            left, right, top, bottom = extent(item)
            assert 0 <= left <= right <= scene.width
            assert 0 <= top <= bottom <= scene.height


@pytest.mark.parametrize("ladder", ladders())
def test_lines_end_at_lanes(ladder: Ladder) -> None:
    """Lanes are upright, arrows are level and begin at a lane."""
    frame, *rest = scene_of(ladder).groups
    lanes = [item for item in frame.items if isinstance(item, Line)]
    assert len(lanes) == len(ladder.lanes)
    assert all(lane.x1 == lane.x2 for lane in lanes)
    columns = {lane.x1 for lane in lanes}
    arrows = [item for group in rest for item in group.items if isinstance(item, Line)]
    assert all(line.y1 == line.y2 and line.x1 in columns for line in arrows)


def test_every_paint_has_a_colour() -> None:
    """On light and on dark paper."""
    assert LIGHT.keys() == DARK.keys()
    paints = {item.paint for ladder in ladders() for item in items_of(scene_of(ladder))}
    assert paints <= LIGHT.keys()


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_text_can_be_read(palette: dict[str, str]) -> None:
    """Every colour but that of the lanes has a contrast of at least 4.5 with the paper."""
    for name in palette.keys() - {"paper", "lane"}:
        assert contrast(palette[name], palette["paper"]) >= 4.5, name


def contrast(one: str, other: str) -> float:
    """Contrast ratio. Source: WCAG 2.2, relative luminance."""

    def luminance(colour: str) -> float:
        parts = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@settings(max_examples=40, deadline=None)
@given(any_sightings())
def test_any_ladder_has_a_picture(sightings: list[Sighting]) -> None:
    """Of a size that follows from its lanes and arrows, whatever the names and labels are."""
    book = casebook_of(sightings)
    for case in book.cases:
        ladder = ladder_of(case, Raw())
        scene = scene_of(ladder)
        assert scene.width < 4000
        assert scene.height < 200 + 400 * (len(ladder.arrows) + len(ladder.remarks))


def test_each_arrow_is_a_group_in_order() -> None:
    """With the sentence that a screen reader says."""
    book = shipped("single-callee")
    ladder = ladder_of(book.cases[0], book.placeholders)
    groups = [group for group in scene_of(ladder).groups if group.arrow is not None]
    assert [group.arrow for group in groups] == list(ladder.arrows)
    assert all(one.bottom <= other.top for one, other in pairwise(groups))
    assert groups[2].title.startswith("preaccept at ")


def test_a_ladder_without_arrows_is_a_picture_of_its_lanes() -> None:
    """A case whose stanzas were not kept has the server's lane."""
    case, book = case_of(lambda tape: [tape.sent('<call id="1"><offer call-id="C"/></call>')])
    case.stanzas.clear()
    ladder = ladder_of(case, book.placeholders)
    assert [lane.name for lane in ladder.lanes] == ["server"]
    assert scene_of(ladder).height > 0
