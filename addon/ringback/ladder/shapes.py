"""What a picture is put together from: shapes at fixed places, in pixels, each in a colour by its name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from ringback.ladder.model import Arrow

SIZE = 12
"""Of text, where none is given."""


@dataclass(frozen=True, slots=True)
class Line:
    """From one point to another."""

    x1: float
    y1: float
    x2: float
    y2: float
    paint: str
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """A filled polygon."""

    points: tuple[tuple[float, float], ...]
    paint: str


@dataclass(frozen=True, slots=True)
class Box:
    """A rounded rectangle with a border; without `border` it is filled with the paper's colour."""

    x: float
    y: float
    width: float
    height: float
    paint: str
    border: bool = True


@dataclass(frozen=True, slots=True)
class Words:
    """Text on its baseline; `anchor` is `start`, `middle` or `end`."""

    x: float
    y: float
    text: str
    paint: str
    anchor: str = "start"
    size: int = SIZE
    bold: bool = False


Item: TypeAlias = Line | Shape | Box | Words


@dataclass(slots=True)
class Group:
    """What belongs together: an arrow, or the frame of the picture."""

    items: list[Item] = field(default_factory=list)
    arrow: Arrow | None = None
    title: str = ""
    top: float = 0
    bottom: float = 0


@dataclass(frozen=True, slots=True)
class Scene:
    """The whole picture."""

    width: int
    height: int
    groups: tuple[Group, ...]
