"""Lines of text that are scrolled, of which only those on the screen are made: thousands cost as few do."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence

from rich.style import Style
from rich.text import Text
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from ringback.watch.keys import MOVING, bindings

_CURSOR = Style(reverse=True)


class Lines(ScrollView, can_focus=True):
    """Lines, and where there is something to choose a cursor over them."""

    BINDINGS = bindings(MOVING)
    DEFAULT_CSS = """
    Lines { scrollbar-size: 0 0; overflow-x: hidden; }
    """

    class Moved(Message):
        """The user has moved the cursor."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - as in Textual
        """No line."""
        super().__init__(id=id)
        self._line: Callable[[int], Text] = lambda _index: Text()
        self._count = 0
        self._stops: Sequence[int] = ()
        self.cursor = 0
        """Index of the stop that the cursor stands on."""

    @property
    def stops(self) -> int:
        """How many places the cursor can stand on."""
        return len(self._stops)

    def put(
        self, line: Callable[[int], Text], count: int, stops: Sequence[int] = (), cursor: int | None = None
    ) -> None:
        """Show `count` lines, each made when it is needed; the cursor can stand on those of `stops`.

        It stays where it is if `cursor` is None, as far as there is such a place.
        """
        self._line, self._count, self._stops = line, count, stops
        self.virtual_size = Size(0, count)
        wanted = self.cursor if cursor is None else cursor
        self.cursor = max(0, min(wanted, len(stops) - 1))
        if stops:
            self._reveal()
        self.refresh()

    def put_texts(self, lines: Sequence[Text], stops: Sequence[int] = (), cursor: int | None = None) -> None:
        """Show these lines."""
        self.put(lines.__getitem__, len(lines), stops, cursor)

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        index = self.scroll_offset.y + y
        width = self.size.width
        if not 0 <= index < self._count:
            return Strip.blank(width, self.rich_style)
        line = self._line(index)
        if self._is_chosen(index):
            # Without its colours, which would be those of its ground.
            line = Text(line.plain)
            line.pad_right(max(0, width - line.cell_len))
            line.stylize(_CURSOR)
        strip = Strip(line.render(self.app.console)).apply_style(self.rich_style)
        return strip.adjust_cell_length(width, self.rich_style)

    def action_move(self, by: int) -> None:
        """One stop up or down; where nothing can be chosen one line."""
        if self._stops:
            self._go_to(self.cursor + by)
        else:
            self.scroll_to(y=self.scroll_offset.y + by, animate=False)

    def action_page(self, by: int) -> None:
        """A screen up or down."""
        rows = max(1, self.size.height - 1) * by
        if not self._stops:
            self.scroll_to(y=self.scroll_offset.y + rows, animate=False)
            return
        line = self._stops[self.cursor] + rows
        stop = max(0, bisect_right(self._stops, line) - 1)
        self._go_to(stop if stop != self.cursor else self.cursor + by)

    def action_first(self) -> None:
        """To the first."""
        self._go_to(0)
        self.scroll_to(y=0, animate=False)

    def action_last(self) -> None:
        """To the last."""
        self._go_to(len(self._stops) - 1)
        self.scroll_to(y=self._count, animate=False)

    def on_resize(self) -> None:
        """Keep the cursor on the screen."""
        if self._stops:
            self._reveal()

    def _go_to(self, stop: int) -> None:
        if not self._stops:
            return
        self.cursor = max(0, min(stop, len(self._stops) - 1))
        self._reveal()
        self.refresh()
        self.post_message(self.Moved())

    def _is_chosen(self, index: int) -> bool:
        return bool(self._stops) and self._stops[self.cursor] == index

    def _reveal(self) -> None:
        """Scroll as little as shows the cursor, and what belongs to its stop as far as that fits."""
        rows = max(1, self.size.height)
        start = self._stops[self.cursor]
        end = self._stops[self.cursor + 1] if self.cursor + 1 < len(self._stops) else self._count
        end = min(end, start + rows)
        top = self.scroll_offset.y
        wanted = min(max(top, end - rows), start)
        if self.cursor == 0 and start < rows:
            wanted = 0
        if wanted != top:
            self.scroll_to(y=wanted, animate=False, force=True)
