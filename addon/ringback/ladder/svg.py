"""A ladder as an SVG picture that stands by itself: no font, script or picture is fetched from anywhere.

It is light or dark as the reader's system is. A screen reader gets a list of arrows, each in one sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from lxml import etree

from ringback.ladder.model import Arrow, Ladder
from ringback.ladder.palette import DARK, LIGHT
from ringback.ladder.scene import scene_of
from ringback.ladder.shapes import Box, Group, Item, Line, Scene, Shape, Words
from ringback.ladder.words import shown

NAMESPACE = "http://www.w3.org/2000/svg"
CLASS = "ringback-ladder"
"""Class of the picture's root: what a page's own style can name it by."""
_FONTS = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"


def _style() -> str:
    def paints(palette: dict[str, str]) -> str:
        return "".join(
            f".{CLASS} .f-{name}{{fill:{colour}}}.{CLASS} .s-{name}{{stroke:{colour}}}"
            for name, colour in palette.items()
        )

    return (
        f".{CLASS}{{max-width:100%;height:auto;font-family:{_FONTS}}}"
        f".{CLASS} .b{{font-weight:600}}.{CLASS} .hit{{fill-opacity:0}}"
        f".{CLASS} [role=listitem]:hover .hit,.{CLASS} a:focus .hit,.{CLASS} :target .hit"
        "{fill-opacity:.1}"
        f"{paints(LIGHT)}@media (prefers-color-scheme:dark){{{paints(DARK)}}}"
    )


STYLE = _style()
"""The style sheet that `render_svg` puts into a picture that stands alone, once for a page of many."""


def render_svg(
    ladder: Ladder,
    *,
    standalone: bool = True,
    link: Callable[[Arrow], str | None] | None = None,
    prefix: str = "ladder",
) -> str:
    """The picture; the same ladder gives the same letters.

    Not `standalone`, it is an element for a page that has `STYLE` once. `link` gives the address that an
    arrow leads to, None for none. The arrows' ids are `<prefix>-arrow-<number>`: a page of many pictures
    gives each its own prefix.
    """
    scene = scene_of(ladder)
    root = _root(scene, prefix)
    _titles(root, ladder, prefix)
    if standalone:
        _add(root, "style").text = STYLE
        _add(root, "rect", {"class": "f-paper", "width": str(scene.width), "height": str(scene.height)})
    frame, *rest = scene.groups
    _draw(_add(root, "g", {"aria-hidden": "true"}), frame.items)
    arrows = _add(root, "g", {"role": "list"})
    for group in rest:
        if group.arrow is None:
            _draw(_add(arrows if group is not rest[-1] else root, "g"), group.items)
        else:
            inside = _arrow(arrows, f"{prefix}-arrow-{group.arrow.number}", link and link(group.arrow))
            _fill(inside, group, scene.width)
    text = etree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n' if standalone else text


def _root(scene: Scene, prefix: str) -> etree._Element:
    return etree.Element(
        f"{{{NAMESPACE}}}svg",
        {
            "class": CLASS,
            "viewBox": f"0 0 {scene.width} {scene.height}",
            "width": str(scene.width),
            "height": str(scene.height),
            "role": "group",
            "aria-labelledby": f"{prefix}-title {prefix}-desc",
        },
        nsmap={None: NAMESPACE},
    )


def _titles(root: etree._Element, ladder: Ladder, prefix: str) -> None:
    _add(root, "title", {"id": f"{prefix}-title"}).text = f"Call {shown(ladder.call)}"
    devices = ", ".join(shown(lane.name) for lane in ladder.lanes)
    count = len(ladder.arrows)
    told = f"{count} stanza{'' if count == 1 else 's'} in order of time. Lanes from left to right: {devices}."
    _add(root, "desc", {"id": f"{prefix}-desc"}).text = told


def _arrow(parent: etree._Element, name: str, address: str | None) -> etree._Element:
    """The element that an arrow is drawn into: a link, where it leads anywhere."""
    item = _add(parent, "g", {"id": name, "role": "listitem"})
    return item if address is None else _add(item, "a", {"href": address})


def _fill(inside: etree._Element, group: Group, width: int) -> None:
    """The arrow's sentence, the place where the pointer finds it, and its drawing."""
    _add(inside, "title").text = group.title
    top, height = _number(group.top), _number(group.bottom - group.top)
    _add(inside, "rect", {"class": "hit f-line", "y": top, "width": str(width), "height": height})
    _draw(inside, group.items)


def _draw(parent: etree._Element, items: Iterable[Item]) -> None:
    for item in items:
        if isinstance(item, Line):
            ends = {"x1": item.x1, "y1": item.y1, "x2": item.x2, "y2": item.y2}
            line = _add(parent, "line", {name: _number(value) for name, value in ends.items()})
            line.set("class", f"s-{item.paint}")
            if item.dashed:
                line.set("stroke-dasharray", "4 4")
        elif isinstance(item, Shape):
            points = " ".join(f"{_number(x)},{_number(y)}" for x, y in item.points)
            _add(parent, "polygon", {"class": f"f-{item.paint}", "points": points})
        elif isinstance(item, Box):
            _box(parent, item)
        else:
            _words(parent, item)


def _box(parent: etree._Element, box: Box) -> None:
    place = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    rect = _add(parent, "rect", {name: _number(value) for name, value in place.items()})
    rect.set("class", f"f-paper s-{box.paint}" if box.border else f"f-{box.paint}")
    if box.border:
        rect.set("rx", "4")


def _words(parent: etree._Element, words: Words) -> None:
    text = _add(parent, "text", {"x": _number(words.x), "y": _number(words.y)})
    text.set("class", f"f-{words.paint} b" if words.bold else f"f-{words.paint}")
    text.set("font-size", str(words.size))
    if words.anchor != "start":
        text.set("text-anchor", words.anchor)
    text.text = words.text


def _add(parent: etree._Element, tag: str, attrs: dict[str, str] | None = None) -> etree._Element:
    return etree.SubElement(parent, f"{{{NAMESPACE}}}{tag}", attrs or {})


def _number(value: float) -> str:
    """Shortest text of a coordinate, to a tenth."""
    return f"{value:.1f}".removesuffix(".0")
