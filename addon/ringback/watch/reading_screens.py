"""Screens of text that is only read: the open questions, the help, the log of mitmdump."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from ringback.view.marks import MEANINGS
from ringback.view.visible import visible
from ringback.watch.keys import LOG, QUESTIONS, SCREENS, bindings
from ringback.watch.questions import board
from ringback.watch.screens import WatchScreen


class QuestionsScreen(WatchScreen):
    """The open questions, moving as evidence comes."""

    KEYS = QUESTIONS
    BINDINGS = bindings(QUESTIONS)

    def title_text(self) -> Text:
        """What it is."""
        return Text(" Open questions", "bold")

    def update(self, changed: bool, /) -> None:
        """Show the latest verdicts."""
        if changed:
            lines = board(
                self.view.weigher.latest, self.view.casebook.placeholders, self.view.marks, self.size.width
            )
            self.lines.put_texts(list(lines))


class HelpScreen(WatchScreen):
    """Every key and every mark."""

    KEYS = QUESTIONS
    BINDINGS = bindings(QUESTIONS)

    def title_text(self) -> Text:
        """What it is."""
        return Text(" Keys and marks", "bold")

    def update(self, changed: bool, /) -> None:
        """The same whatever comes."""
        if changed:
            self.lines.put_texts(list(self._lines()))

    def _lines(self) -> Iterator[Text]:
        for screen, keys in SCREENS.items():
            yield Text(f" {screen}", "bold underline")
            for key in keys:
                yield Text(f"   {', '.join(key.names):<16}", "bold").append(key.meaning, "not bold")
            yield Text()
        yield Text(" Marks", "bold underline")
        for name, meaning in MEANINGS.items():
            yield Text(f"   {getattr(self.view.marks, name):<16}", "bold").append(meaning, "not bold")
        yield Text()
        yield Text("   ring: seconds from the offer to the first pre-accept", "dim")
        yield Text("   dev: devices whose pre-accept was seen, of those that were offered the call", "dim")
        yield Text("   stz: stanzas that were seen of the call, acks and receipts included", "dim")


class LogScreen(WatchScreen):
    """The last lines that mitmdump has printed."""

    KEYS = LOG
    BINDINGS = bindings(LOG)

    def title_text(self) -> Text:
        """Whose lines they are."""
        return Text(" What mitmdump prints", "bold")

    def on_mount(self) -> None:
        """Begin at the end."""
        super().on_mount()
        self.lines.action_last()

    def update(self, _changed: bool, /) -> None:
        """Read the log again; who has scrolled up stays there."""
        log = self.view.proxy_log
        if log is None:
            return
        lines = [Text(visible(line)) for line in log.last_lines()]
        is_at_end = self.lines.scroll_offset.y >= self.lines.max_scroll_y
        self.lines.put_texts(lines)
        self.head(Text(f" {visible(str(log.path))}", "dim"))
        if is_at_end:
            self.lines.action_last()
