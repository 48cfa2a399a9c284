"""The content view of both mitmproxy lines: decoded, annotated stanzas in place of sealed bytes.

mitmproxy up to 11 calls a view with everything that it knows as keyword arguments and takes lines of styled
pieces; from 12 on `prettify` gets a `Metadata` and gives text. Both hand over the flow and the message, by
which what was seen of the message is looked up: nothing is decoded here.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, TypeAlias
from weakref import ReferenceType, ref

from mitmproxy import contentviews
from mitmproxy.flow import Flow
from mitmproxy.websocket import WebSocketMessage
from rich.text import Text

from ringback.faults import Faults
from ringback.mitm.messagelog import HeldMessage, MessageLog
from ringback.mitm.messagetext import MessageText

NAME = "ringback"
"""Without a dot: mitmweb cannot name one that has it."""
PRIORITY = 10.0
"""Above every view of mitmproxy's own, on our sockets."""
MAX_CACHED = 8_192
"""Texts that are kept: mitmproxy's console asks for every message of an open flow again at each change."""

_NOT_OURS = "nothing for ringback to show: no message of a WebSocket that it looked at"
_OR_FORGOTTEN = ", or of one of {} that newer ones have pushed out"
_FAULT = "a fault of ringback: the event log says where; please report it"
_STYLES = {
    "bold red": "error",
    "yellow": "warn",
    "green": "Token_Name_Tag",
    "cyan": "Token_Literal_Number",
    "bold blue": "Token_Keyword_Constant",
    "bold": "highlight",
}
"""What stands for a colour of ours in mitmproxy 11, whose styles are named by what they are used for: those
that its console and mitmweb both know, and that look alike there."""

Piece: TypeAlias = tuple[str, str]
"""Style and text, as mitmproxy 11 takes them."""


class _Named(Protocol):
    """Another view."""

    name: str


class _Metadata(Protocol):
    """What mitmproxy 12 tells of a message, as far as it is used here."""

    flow: Flow | None
    websocket_message: WebSocketMessage | None


class Shown:
    """Lines in the form that the running mitmproxy takes, made when they are asked for."""

    def __init__(self, lines: list[Text]) -> None:
        """Show these lines."""
        self._lines = lines

    @cached_property
    def text(self) -> str:
        """All of it as one text."""
        return "\n".join(line.plain for line in self._lines)

    @cached_property
    def pieces(self) -> list[list[Piece]]:
        """Styled pieces, line by line."""
        return [_pieces(line) for line in self._lines]


@dataclass(frozen=True, slots=True)
class _Written:
    """What was written of a message, and of what."""

    message: ReferenceType[WebSocketMessage]
    """Not kept alive by it."""
    held: HeldMessage
    by: MessageText
    shown: Shown

    def is_of(self, message: WebSocketMessage, held: HeldMessage, by: MessageText) -> bool:
        """Whether nothing has come to the message since: its stanzas and findings only grow."""
        then = self.held
        return (
            self.message() is message
            and self.by is by
            and len(then.stanzas) == len(held.stanzas)
            and len(then.findings) == len(held.findings)
            and (then.frames, then.is_taken, then.is_forgotten)
            == (held.frames, held.is_taken, held.is_forgotten)
        )


class StanzaView:
    """A view as both lines of mitmproxy take it."""

    name = NAME
    syntax_highlight = "none"

    def __init__(self, log: MessageLog, text: Callable[[], MessageText], faults: Faults) -> None:
        """Look up in `log` and write with what `text` gives at that moment: level and width may change."""
        self._text = text
        self._log = log
        self._faults = faults
        self._cache: OrderedDict[int, _Written] = OrderedDict()

    def __lt__(self, other: _Named) -> bool:
        """By name, which is how mitmproxy orders views of one priority."""
        return self.name < other.name

    def __call__(
        self,
        _data: bytes,
        *,
        flow: Flow | None = None,
        websocket_message: WebSocketMessage | None = None,
        **_known: object,
    ) -> tuple[str, list[list[Piece]]]:
        """What mitmproxy 11 shows: a description, which no window prints, and lines of styled pieces."""
        return NAME, self._shown(flow, websocket_message).pieces

    def prettify(self, _data: bytes, metadata: _Metadata) -> str:
        """What mitmproxy 12 shows."""
        return self._shown(metadata.flow, metadata.websocket_message).text

    def render_priority(
        self,
        _data: bytes,
        metadata: _Metadata | None = None,
        *,
        flow: Flow | None = None,
        websocket_message: WebSocketMessage | None = None,
        **_known: object,
    ) -> float:
        """How well the view suits a message: best of all on our sockets, else not at all."""
        if metadata is not None:
            flow, websocket_message = metadata.flow, metadata.websocket_message
        return PRIORITY if websocket_message is not None and self._log.is_ours(flow) else -1.0

    def _shown(self, flow: Flow | None, message: WebSocketMessage | None) -> Shown:
        shown = [Shown([Text(_FAULT)])]
        with self._faults.contained("showing a message"):
            shown.append(self._looked_up(flow, message))
        return shown[-1]

    def _looked_up(self, flow: Flow | None, message: WebSocketMessage | None) -> Shown:
        held = self._log.maybe_message(flow, message)
        if held is None or message is None:
            forgotten = self._log.forgotten
            return Shown([Text(f"{_NOT_OURS}{_OR_FORGOTTEN.format(forgotten) if forgotten else ''}")])
        known, text = self._cache.get(id(message)), self._text()
        if known is not None and known.is_of(message, held, text):
            self._cache.move_to_end(id(message))
            return known.shown
        lines = text.lines(held, from_client=message.from_client, injected=message.injected)
        shown = Shown(lines)
        self._cache[id(message)] = _Written(ref(message), held, text, shown)
        if len(self._cache) > MAX_CACHED:
            self._cache.popitem(last=False)
        return shown


def install(view: StanzaView) -> Callable[[], None]:
    """Let mitmproxy choose the view; gives what takes it away again."""
    api: Any = contentviews
    if hasattr(api, "registry"):
        # It has no way to take a view away; one of the same name takes its place.
        api.registry.register(view)
        return lambda: None
    known = api.get(NAME)
    if known is not None:
        api.remove(known)
    api.add(view)
    return lambda: api.remove(view) if api.get(NAME) is view else None


def _pieces(line: Text) -> list[Piece]:
    if not line.spans:
        return [(_style(line), line.plain)]
    bounds = sorted({bound for span in line.spans for bound in (span.start, span.end)} - {0, len(line)})
    return [(_style(piece), piece.plain) for piece in line.divide(bounds)]


def _style(piece: Text) -> str:
    style = piece.spans[-1].style if piece.spans else piece.style
    return _STYLES.get(str(style), "text")
