"""The PNG picture: the SVG's size, the same bytes each time, bounded."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from PIL import Image

from ringback.calls import Sighting
from ringback.ladder import Ladder, ladder_of, png
from ringback.ladder.png import render_png
from ringback.ladder.scene import scene_of
from ringback.ladder.shapes import Line
from ringback.sanitize import Raw
from support.casing import any_sightings, casebook_of, shipped


def ladder() -> Ladder:
    book = shipped("violations")
    return ladder_of(book.cases[18], book.placeholders)


def opened(picture: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(picture))
    image.load()
    return image


def test_the_same_ladder_gives_the_same_bytes() -> None:
    """And nothing in them but the picture: no time, no name of a program."""
    picture = render_png(ladder())
    assert picture == render_png(ladder())
    assert opened(picture).info == {}


def test_it_is_drawn_where_the_scene_says() -> None:
    """Each lane is there, in its colour, from its head to its foot."""
    scene = scene_of(ladder())
    image = opened(render_png(ladder(), scale=1))
    assert image.size == (scene.width, scene.height)
    for lane in (item for item in scene.groups[0].items if isinstance(item, Line)):
        assert image.getpixel((int(lane.x1), int(lane.y2) - 2)) == (0xC4, 0xCC, 0xD4)


def test_a_large_picture_is_drawn_smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    """Never more pixels than the limit."""
    monkeypatch.setattr(png, "MAX_PIXELS", 50_000)
    width, height = opened(render_png(ladder())).size
    assert 40_000 < width * height <= 50_000


@settings(max_examples=10, deadline=None)
@given(any_sightings())
def test_any_ladder_is_a_picture(sightings: list[Sighting]) -> None:
    """Letters that the font lacks are boxes, no error."""
    book = casebook_of(sightings)
    for case in book.cases:
        assert opened(render_png(ladder_of(case, Raw()), scale=1)).format == "PNG"
