"""All that mitmproxy's screens show of ringback, put together and kept up to date."""

from __future__ import annotations

import sys
from collections.abc import Callable

from mitmproxy import ctx
from mitmproxy.addons.view import View
from mitmproxy.flow import Flow
from mitmproxy.hooks import UpdateHook

from ringback.casebook import Casebook
from ringback.faults import Faults
from ringback.findings import Severity
from ringback.mitm.callflows import CallFlows
from ringback.mitm.contentview import StanzaView, install
from ringback.mitm.flowmarks import FlowMarks
from ringback.mitm.messagelog import MessageLog
from ringback.mitm.messagetext import MessageText
from ringback.observations import Message
from ringback.outlets import Outlet
from ringback.printing import output_console
from ringback.sanitize import Placeholders
from ringback.sources.notice import Tell
from ringback.view.marks import marks_for
from ringback.wire.framelog import FrameLog

WIDTH = 76
"""Columns where the window's are not known: as many as mitmweb shows beside its flow list in a window of 1280
pixels."""
LEAST_WIDTH = 60
"""Columns of a message, however narrow mitmproxy's console is."""
_ARROW = 2
"""Columns of the arrow that mitmproxy's console puts before every line of a message."""
REST_S = 0.5
"""Time between two updates of marks: at each of them mitmproxy's console asks for all messages again."""
MAX_CASES = 2_000
"""Calls that are kept in memory: fewer than of a recording, since a proxy may run for weeks."""


class Screens:
    """The content view, the marks on flows, the flows of calls, and the casebook behind them."""

    def __init__(self, placeholders: Placeholders, tell: Tell) -> None:
        """Let mitmproxy choose the content view; nothing is shown yet."""
        self.casebook = Casebook(placeholders, most_cases=MAX_CASES)
        self.marks = FlowMarks(placeholders)
        self._signs = marks_for(output_console(sys.stdout).encoding)
        self.calls = CallFlows(self.casebook, self._signs)
        self._placeholders = placeholders
        self._faults = Faults(tell)
        self._messages = MessageLog()
        self._marked_at = float("-inf")
        self._level = Severity.NOTE
        self._text = self._new_text(WIDTH)
        self.content_view = StanzaView(self._messages, self._current_text, self._faults)
        self._uninstall: Callable[[], None] = install(self.content_view)

    @property
    def outlets(self) -> list[Outlet]:
        """What observations are to be shown to, in this order."""
        return [self.casebook, self._messages, self.marks, self.calls]

    def frame_log(self, message: Message) -> FrameLog:
        """The log for the connection that begins with `message`."""
        self.marks.begin(message.flow)
        return self._messages.frame_log(message)

    def use_level(self, level: Severity) -> None:
        """Write findings of `level` and above from now on."""
        self.calls.level = self._level = level
        self._text = self._new_text(self._text.width)

    def refresh(self, now: float, *, at_once: bool = False) -> None:
        """Write marks, draw calls, and let mitmproxy's screens know; `now` in seconds.

        Marks are left for later where it is too early again, unless they are wanted `at_once`.
        """
        if at_once or not 0 <= now - self._marked_at < REST_S:  # below 0 the clock was set back
            self._marked_at = now
            with self._faults.contained("marking flows"):
                _update(self.marks.write())
            self._messages.bound()
        view = ctx.master.addons.get("view")  # type: ignore[no-untyped-call]
        if isinstance(view, View):
            with self._faults.contained("drawing calls"):
                _update(list(self.calls.draw(view, now)))

    def admit(self, flow: Flow) -> None:
        """The flow's verdict is to be kept up."""
        with self._faults.contained("marking flows"):
            self.marks.admit(flow)

    def close(self) -> None:
        """Take the content view away."""
        self._uninstall()

    def _current_text(self) -> MessageText:
        width = _columns()
        if width != self._text.width:
            self._text = self._new_text(width)
        return self._text

    def _new_text(self, width: int) -> MessageText:
        return MessageText(self._placeholders, self._level, self._signs, width)


def _columns() -> int:
    """Columns for a message: those of mitmproxy's console without its arrow, else what fits half a window."""
    ui = getattr(ctx.master, "ui", None)
    return WIDTH if ui is None else max(LEAST_WIDTH, int(ui.get_cols_rows()[0]) - _ARROW)


def _update(flows: list[Flow]) -> None:
    if flows:
        ctx.master.addons.trigger(UpdateHook(flows))
