"""A ladder as shapes at fixed places, in pixels: what the SVG and the PNG have in common.

Text is taken to be as wide as a monospaced font makes it, so that no font has to be measured.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from rich.cells import cell_len

from ringback.ladder.answers import grouped
from ringback.ladder.model import Arrow, Copy, Ladder, Lane, delta, duration
from ringback.ladder.shapes import SIZE, Box, Group, Item, Line, Scene, Shape, Words
from ringback.ladder.words import sentence, shown

CHARACTER = 7.3
"""Width of a character of the usual size."""
SMALL = 11

_LEFT = 190
"""Where the lanes begin: beyond the badge, the clock and the deltas."""
_DELTAS = (112, 168)
"""Where the seconds since the arrow before, and since the offer, end."""
_EDGE = 16
_HEADER = 62
_NARROWEST, _WIDEST = 116, 232
"""Distance of two lanes."""
_LONGEST_NAME = 28
_LABEL, _LINE, _BACK, _ANSWER, _GAP = 14, 10, 18, 17, 12
_BADGE = 52
_HEAD = 7


def scene_of(ladder: Ladder) -> Scene:
    """The picture of a ladder."""
    return _Stage(ladder).scene()


class _Stage:
    def __init__(self, ladder: Ladder) -> None:
        self._ladder = ladder
        self._names = [_name(lane) for lane in ladder.lanes]
        self._pitch = self._find_pitch()
        first = _LEFT + max(_width(self._names[0]) / 2 + 8, 24)
        self._columns = [round(first + self._pitch * index) for index in range(len(ladder.lanes))]
        self._right = self._columns[-1] + max(_width(self._names[-1]) / 2 + 8, 24)

    def scene(self) -> Scene:
        y = float(_HEADER)
        groups: list[Group] = []
        date = ""
        for arrow in self._ladder.arrows:
            if arrow.date != date:
                date = arrow.date
                day = Words(_EDGE, y + 14, date, "faint", bold=True)
                groups.append(Group([day]))
                y += 22
            group = self._arrow(arrow, y)
            groups.append(group)
            y = group.bottom
        lanes = Group(list(self._lanes(y + 4)))
        width = round(max(self._right, 640) + _EDGE)
        end, bottom = self._end(y + 30, width)
        return Scene(width, round(bottom + _EDGE), (lanes, *groups, end))

    def _find_pitch(self) -> int:
        """As far apart as names, labels and answers need it, within limits."""
        needs = [_width(name) + 30 for name in self._names]
        server = self._ladder.server
        for arrow in self._ladder.arrows:
            ends = (
                [arrow.sender] if arrow.sender is not None else [copy.lane for copy in arrow.deliveries[:1]]
            )
            span = max([abs(end - server) for end in ends], default=1)
            needs.append((_width(_label(arrow)) + 24) / span)
            needs += [_width(words, SMALL) + 40 for _, _, words, _ in grouped(arrow.answers)]
        return round(min(max([_NARROWEST, *needs]), _WIDEST))

    def _lanes(self, bottom: float) -> Iterator[Item]:
        yield Words(_EDGE + _BADGE + 6, 28, self._ladder.clock, "faint", size=SMALL)
        for right, told in zip(_DELTAS, ("+previous", "+offer"), strict=True):
            yield Words(right, 46, told, "faint", "end", SMALL)
        for lane, name, x in zip(self._ladder.lanes, self._names, self._columns, strict=True):
            paint = "faint" if lane.silent else lane.role.value
            yield Line(x, 36, x, bottom, "lane", dashed=lane.silent)
            half = _width(name) / 2 + 8
            yield Box(x - half, 12, half * 2, 24, paint)
            yield Words(x, 28, name, paint, "middle", bold=not lane.silent)
            note = lane.note
            if note:
                yield from _on_paper(x, 50, note, "faint")

    def _arrow(self, arrow: Arrow, y: float) -> Group:
        group = Group(arrow=arrow, title=sentence(self._ladder, arrow), top=y)
        items = group.items
        base = y + _LABEL
        line = base + _LINE
        if arrow.severity is not None:
            items += _badge(_EDGE, base, arrow.severity.value)
        items.append(Words(_EDGE + _BADGE + 6, base, arrow.clock, "ink"))
        for right, seconds in zip(_DELTAS, (arrow.since_previous, arrow.since_offer), strict=True):
            if delta(seconds):
                items.append(Words(right, line + 6, delta(seconds), "faint", "end", SMALL))
        server = self._ladder.server
        if arrow.sender is not None:
            seen = arrow.sent is not None
            items += self._line(line, arrow.sender, [(server, "" if seen else "not seen")], seen=seen)
        beyond, back = self._sides(arrow)
        if beyond:
            items += self._line(line, server, [(copy.lane, _delay(copy)) for copy in beyond])
        if back:
            line += _BACK if arrow.sender is not None else 0
            items += self._line(line, server, [(copy.lane, _delay(copy)) for copy in back])
        items += self._label(arrow, base)
        bottom = self._answers(arrow, line, items)
        group.bottom = bottom + _GAP
        return group

    def _label(self, arrow: Arrow, y: float) -> Iterator[Item]:
        server = self._columns[self._ladder.server]
        lanes = [copy.lane for copy in arrow.deliveries[:1]] if arrow.sender is None else [arrow.sender]
        x = min([server, *(self._columns[lane] for lane in lanes)]) + 10
        label = _label(arrow)
        self._right = max(self._right, x + _width(label))
        yield Box(x - 3, y - 11, _width(label) + 6, 14, "paper", border=False)
        yield Words(x, y, label, "ink", bold=arrow.kind == "call")

    def _sides(self, arrow: Arrow) -> tuple[list[Copy], list[Copy]]:
        """The copies that go on from the server, and those that go back to the sender's side."""
        server, sender = self._ladder.server, arrow.sender
        left = [copy for copy in arrow.deliveries if copy.lane < server]
        right = [copy for copy in arrow.deliveries if copy.lane > server]
        return (left, right) if sender is not None and sender > server else (right, left)

    def _line(
        self, y: float, start: int, stops: list[tuple[int, str]], *, seen: bool = True
    ) -> Iterator[Item]:
        """A line from one lane to others on one side of it, with a head at each."""
        stops = sorted(stops, key=lambda stop: abs(stop[0] - start))
        step = 1 if stops[-1][0] > start else -1
        paint = "line" if seen else "unseen"
        before = self._columns[start]
        for lane, words in stops:
            x = self._columns[lane]
            yield Line(before, y, x - step * _HEAD, y, paint, dashed=not seen)
            tip = (x - step, y)
            yield Shape((tip, (x - step * (_HEAD + 1), y - 4), (x - step * (_HEAD + 1), y + 4)), paint)
            if words and abs(x - before) > _width(words, SMALL) + 40:
                yield from _on_paper((x + before) / 2, y + 4, words, "faint")
            before = x

    def _answers(self, arrow: Arrow, line: float, items: list[Item]) -> float:
        """What answered it, beside the lanes where it was seen; returns where it ends."""
        taken: list[list[tuple[float, float]]] = []
        for lane, sent, words, bad in grouped(arrow.answers):
            width = _width(words, SMALL) + 12
            side = 1 if lane < self._ladder.server else -1
            near = self._columns[lane] + side * 10
            left = near if side > 0 else near - width
            row = next((n for n, spans in enumerate(taken) if _is_free(spans, left, width)), len(taken))
            if row == len(taken):
                taken.append([])
            taken[row].append((left, left + width))
            self._right = max(self._right, left + width)
            items += _answer(near, line + _ANSWER * (row + 1), side, words, sent=sent, bad=bad)
        return line + _ANSWER * len(taken) + 2

    def _end(self, y: float, width: int) -> tuple[Group, float]:
        """Findings of the call as a whole, and what is left out."""
        group = Group()
        room = max(40, int((width - _EDGE * 2 - _BADGE) / CHARACTER) - 2)
        for remark in self._ladder.remarks:
            group.items += _badge(_EDGE, y, remark.severity.value)
            group.items.append(Words(_EDGE + _BADGE + 6, y, shown(remark.code), "ink", bold=True))
            for row in textwrap.wrap(shown(remark.message, 600), room):
                y += 17
                group.items.append(Words(_EDGE + _BADGE + 6, y, row, "ink"))
            y += 24
        for told in self._ladder.left_out:
            for row in textwrap.wrap(told, room):
                group.items.append(Words(_EDGE, y, row, "warning"))
                y += 18
        return group, y - 14


def _answer(x: float, y: float, side: int, text: str, *, sent: bool, bad: bool) -> Iterator[Item]:
    """Its words and, between them and the lane at `x`, up or down for sent or delivered."""
    paint = "error" if bad else "faint"
    width = _width(text, SMALL) + 18
    yield Box(x - 3 if side > 0 else x + 3 - width, y - 10, width, 13, "paper", border=False)
    low, high = (y, y - 8) if sent else (y - 8, y)
    yield Shape(((x, low), (x + side * 7, low), (x + side * 3.5, high)), paint)
    yield Words(x + side * 12, y, text, paint, "start" if side > 0 else "end", SMALL)


def _badge(x: float, y: float, text: str) -> Iterator[Item]:
    yield Box(x, y - 11, _BADGE, 15, text)
    yield Words(x + _BADGE / 2, y, text, text, "middle", 10)


def _on_paper(x: float, y: float, text: str, paint: str) -> Iterator[Item]:
    """Small text with the paper behind it, so that no line goes through it."""
    width = _width(text, SMALL) + 8
    yield Box(x - width / 2, y - 10, width, 13, "paper", border=False)
    yield Words(x, y, text, paint, "middle", SMALL)


def _is_free(spans: list[tuple[float, float]], x: float, width: float) -> bool:
    return all(x > end + 8 or x + width < start - 8 for start, end in spans)


def _width(text: str, size: int = SIZE) -> float:
    return cell_len(text) * CHARACTER * size / SIZE


def _name(lane: Lane) -> str:
    return shown(lane.name, _LONGEST_NAME)


def _label(arrow: Arrow) -> str:
    return shown(arrow.label, 60)


def _delay(copy: Copy) -> str:
    delay = "" if copy.delay is None else duration(copy.delay)
    return f"{delay} x{copy.times}".lstrip() if copy.times > 1 else delay
