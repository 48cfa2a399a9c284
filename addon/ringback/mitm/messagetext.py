"""A WebSocket message in words: its frames, its call stanzas annotated, and why a frame tells nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.text import Text

from ringback.errors import DecodeError
from ringback.findings import Finding, Severity
from ringback.mitm.messagelog import HeldMessage
from ringback.observations import StanzaObserved
from ringback.recognise import CALL_TAGS
from ringback.sanitize import Placeholders
from ringback.view.finding_text import finding_pieces
from ringback.view.flow import flow
from ringback.view.marks import Marks, style_of
from ringback.view.stanza_line import stanza_line
from ringback.view.stanza_text import annotated_text
from ringback.view.visible import visible
from ringback.wire.events import ClosedReason
from ringback.wire.framelog import Fate, LoggedFrame

MAX_FINDINGS = 40
"""Findings that are written of one stanza. Against a stanza of a thousand unknown children."""
_INDENT = " " * 10
_INJECTED = "injected: sent by neither side, so it is in neither side's stream of frames"
_PART = "part of a frame, which is shown with the message that completes it"
_FORGOTTEN = "what it held is no longer remembered: newer messages have pushed it out"
_PENDING = "not looked at yet"


class MessageText:
    """Writes messages; what it writes carries placeholders and nothing that a terminal would obey."""

    def __init__(self, placeholders: Placeholders, level: Severity, marks: Marks, width: int) -> None:
        """Findings of `level` and above are written, on lines of `width` columns."""
        self.width = width
        self._placeholders = placeholders
        self._level = level
        self._marks = marks

    def lines(self, held: HeldMessage, *, from_client: bool, injected: bool) -> list[Text]:
        """The lines of a message; at least one."""
        if injected:
            return [Text(_INJECTED, "dim")]
        if not held.frames and not held.stanzas:
            return [Text(_why_empty(held), "dim")]
        lines = list(self._frames(held, "client" if from_client else "server"))
        for line in lines:
            line.rstrip()
        return lines

    def _frames(self, held: HeldMessage, side: str) -> Iterator[Text]:
        stanzas = {each.sighting.evidence.place.frame: each for each in held.stanzas}
        frames = {frame.number: frame for frame in held.frames}
        unread = dict(held.unread)
        for number in sorted({*stanzas, *frames}):
            where = f"{side} frame {number}"
            if number in stanzas:
                yield from self._stanza(stanzas[number], where, held)
                continue
            if held.is_forgotten and frames[number].tag in CALL_TAGS:
                yield Text(f"{where}  {frames[number].size} bytes  {_FORGOTTEN}", "dim")
                continue
            yield from self._frame(frames[number], where, unread.get(number))
        if held.more:
            yield Text(f"{self._marks.ellipsis} and {held.more} more frames in this message", "dim")

    def _frame(self, frame: LoggedFrame, where: str, error: DecodeError | None) -> Iterable[Text]:
        """A frame without a call stanza; quick for those that nothing is wrong with, which are nearly all."""
        head = f"{where}  {frame.size} bytes"
        if frame.outcome is Fate.HANDSHAKE:
            return [Text(f"{head}  handshake", "dim")]
        if frame.outcome is Fate.OPENED:
            tag = visible(self._placeholders.name(frame.tag)) if frame.tag else "?"
            return [Text(f"{head}  <{tag}>  belongs to no call", "dim")]
        return flow([Text(head, "dim"), *self._trouble(frame, error)], width=self.width, indent=_INDENT)

    def _trouble(self, frame: LoggedFrame, error: DecodeError | None) -> Iterator[Text]:
        if frame.outcome is Fate.UNREAD:
            why = "" if error is None else f": {visible(str(self._placeholders.error(error)))}"
            yield Text(f"opened, but holds no stanza that can be read{why}", "yellow")
        elif frame.outcome is Fate.HELD:
            yield Text("held until its key comes", "yellow")
            yield Text(ClosedReason.NO_KEY.advice, "dim")
        elif isinstance(frame.outcome, ClosedReason):
            yield Text(f"closed: {frame.outcome.value}", "yellow")
            yield Text(frame.outcome.advice, "dim")

    def _stanza(self, observed: StanzaObserved, where: str, held: HeldMessage) -> Iterator[Text]:
        if observed.spec is not None:
            self._placeholders.admit(observed.spec)
        evidence = observed.sighting.evidence
        findings = [*observed.findings, *(each for each in held.findings if evidence in each.evidence)]
        head = [*self._head(observed, held.guessed_table), Text(where, "dim"), *self._worst(findings)]
        yield from flow(head, width=self.width, indent=_INDENT)
        yield from annotated_text(observed, self._placeholders, self._marks, width=self.width, breaks=True)
        yield from self._findings(findings)

    def _head(self, observed: StanzaObserved, guessed_table: int | None) -> Iterator[Text]:
        shown = self._placeholders.node(observed.sighting.node)
        line = stanza_line(observed, shown, self._placeholders)
        arrow = self._marks.up if line.sent else self._marks.down
        yield Text(f"{arrow} {visible(line.action)}", "" if line.is_answer else "bold")
        yield Text(" ".join(filter(None, (line.call, line.delta))))
        yield Text(f"{visible(line.sender)} {self._marks.arrow} {visible(line.receiver)}")
        if guessed_table is not None:
            yield Text(f"token table {guessed_table} is a guess", "yellow")

    def _worst(self, findings: Iterable[Finding]) -> Iterator[Text]:
        worst = max(findings, key=lambda each: each.severity.rank, default=None)
        if worst is not None and worst.severity.rank >= self._level.rank:
            mark = self._marks.of(worst.stance)
            yield Text(f"{mark} {worst.severity.value}", style_of(worst.stance, worst.severity))

    def _findings(self, findings: Iterable[Finding]) -> Iterator[Text]:
        shown = [each for each in findings if each.severity.rank >= self._level.rank]
        for raw in shown[:MAX_FINDINGS]:
            pieces = finding_pieces(self._placeholders.finding(raw), self._marks, located=False, brief=False)
            yield from flow(pieces, width=self.width, indent=_INDENT)
        if len(shown) > MAX_FINDINGS:
            yield Text(f"{self._marks.ellipsis} and {len(shown) - MAX_FINDINGS} more findings", "dim")


def _why_empty(held: HeldMessage) -> str:
    if not held.is_taken:
        return _PENDING
    return _FORGOTTEN if held.is_forgotten else _PART
