"""A ladder as a PNG picture, on light paper.

The font is the one that Pillow carries, so the same ladder gives the same bytes wherever the same Pillow is.
"""

from __future__ import annotations

import io
import math
from functools import cache

from PIL import Image, ImageDraw, ImageFont

from ringback.ladder.model import Ladder
from ringback.ladder.palette import LIGHT
from ringback.ladder.scene import scene_of
from ringback.ladder.shapes import Box, Item, Line, Scene, Shape, Words

SCALE = 2
"""Pixels of the picture for one of the scene."""
MAX_PIXELS = 60_000_000
"""A picture that would have more is drawn at a smaller scale. Against a ladder of endless length."""
_DASH = 4
_SMOOTH = 4
"""Shapes are drawn this much larger and then reduced: Pillow has no smooth edges of its own."""
_ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}


def render_png(ladder: Ladder, *, scale: float = SCALE) -> bytes:
    """The picture's bytes; its size is that of the SVG times `scale`."""
    scene = scene_of(ladder)
    easel = _Easel(scene, min(scale, math.sqrt(MAX_PIXELS / (scene.width * scene.height))))
    for group in scene.groups:
        for item in group.items:
            easel.draw(item)
    picture = io.BytesIO()
    easel.image.save(picture, "PNG", optimize=False)
    return picture.getvalue()


class _Easel:
    def __init__(self, scene: Scene, scale: float) -> None:
        size = (max(1, math.floor(scene.width * scale)), max(1, math.floor(scene.height * scale)))
        self.image = Image.new("RGB", size, LIGHT["paper"])
        self._draw = ImageDraw.Draw(self.image)
        self._scale = scale

    def draw(self, item: Item) -> None:
        """Draw one item over what is there."""
        if isinstance(item, Line):
            self._line(item)
        elif isinstance(item, Shape):
            self._shape(item)
        elif isinstance(item, Box):
            self._box(item)
        else:
            self._words(item)

    def _line(self, line: Line) -> None:
        length = math.dist((line.x1, line.y1), (line.x2, line.y2))
        steps = math.ceil(length / _DASH) if line.dashed else 1
        for step in range(0, steps, 2):
            ends = [min(1.0, each / steps) for each in (step, step + 1)]
            points = [
                (line.x1 + (line.x2 - line.x1) * end, line.y1 + (line.y2 - line.y1) * end) for end in ends
            ]
            self._draw.line([self._at(*point) for point in points], LIGHT[line.paint], self._stroke)

    def _shape(self, shape: Shape) -> None:
        points = [self._at(x, y) for x, y in shape.points]
        left, top = (math.floor(min(values)) for values in zip(*points, strict=True))
        right, bottom = (math.ceil(max(values)) + 1 for values in zip(*points, strict=True))
        mask = Image.new("L", ((right - left) * _SMOOTH, (bottom - top) * _SMOOTH))
        moved = [((x - left) * _SMOOTH, (y - top) * _SMOOTH) for x, y in points]
        ImageDraw.Draw(mask).polygon(moved, 255)
        self.image.paste(
            Image.new("RGB", (right - left, bottom - top), LIGHT[shape.paint]),
            (left, top),
            mask.reduce(_SMOOTH),
        )

    def _box(self, box: Box) -> None:
        corners = [self._at(box.x, box.y), self._at(box.x + box.width, box.y + box.height)]
        if box.border:
            self._draw.rounded_rectangle(
                corners, 4 * self._scale, LIGHT["paper"], LIGHT[box.paint], self._stroke
            )
        else:
            self._draw.rectangle(corners, LIGHT[box.paint])

    def _words(self, words: Words) -> None:
        font = _font(max(1.0, words.size * self._scale))
        # The font that Pillow carries has no bold.
        stroke = self._scale / 5 if words.bold else 0
        self._draw.text(
            self._at(words.x, words.y),
            words.text,
            LIGHT[words.paint],
            font,
            _ANCHORS[words.anchor],
            stroke_width=stroke,
        )

    @property
    def _stroke(self) -> int:
        return max(1, round(self._scale))

    def _at(self, x: float, y: float) -> tuple[float, float]:
        return (x * self._scale, y * self._scale)


@cache
def _font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    font = ImageFont.load_default(size)
    if isinstance(font, ImageFont.FreeTypeFont):
        # The other engine is not on every machine, and sets letters differently.
        return font.font_variant(layout_engine=ImageFont.Layout.BASIC)
    return font
