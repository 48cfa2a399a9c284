"""The terminal view: annotated pre-accepts, a line for every other call stanza, findings, and a summary."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from ringback.findings import Finding, Severity
from ringback.observations import FindingMade, Funnel, Observation, StanzaObserved, WireNotice
from ringback.printing import is_text_alone
from ringback.recent import Recent, note
from ringback.recognise import PREACCEPT
from ringback.sanitize import Placeholders
from ringback.tableguess import TableGuesses
from ringback.view.finding_text import Kind, finding_pieces, folded_pieces, kind_of
from ringback.view.flow import flow
from ringback.view.marks import SEVERITY_STYLES, marks_for
from ringback.view.notices import Notices
from ringback.view.stanza_line import StanzaLine, stanza_line
from ringback.view.stanza_text import annotated_text
from ringback.view.summary import summary_lines
from ringback.view.tally import Tally
from ringback.view.visible import visible
from ringback.wire.events import ClosedReason

_ACTION = 16
_CALL = len("CALLID-0001")
_DELTA = 8
_TIME = len("12:00:03.412Z")
_ENDS_INDENT = " " * (_TIME + 6)
"""Under the action."""
_FINDING_INDENT = " " * 10
"""Under the code of a finding, behind its mark and severity."""
_LEAST_WIDTH = 40
MAX_EXPLAINED = 4_096
"""Kinds of findings that are remembered to have been explained; one that is forgotten is explained again."""
_MOST_OF_A_KIND = 12
"""Findings of one kind that are printed of one stanza. Against a stanza of a thousand unknown children."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What a view has shown, as far as a summary tells it: nothing in it names anybody."""

    tally: Tally
    closed: dict[ClosedReason, Recent[tuple[str, int], int]]
    """See `Notices.closed`."""


class TerminalView:
    """Prints observations. The console decides on width, colour and encoding, each time anew."""

    def __init__(
        self, console: Console, level: Severity, placeholders: Placeholders, *, annotates_all: bool = False
    ) -> None:
        """Print findings of `level` and above to `console`, through `placeholders`.

        Pre-accepts are annotated; with `annotates_all` every stanza is.
        """
        self._annotates_all = annotates_all
        self._console = console
        self._level = level
        self._placeholders = placeholders
        self._marks = marks_for(console.encoding)
        self._notices = Notices(placeholders)
        self._guesses = TableGuesses()
        self._tally = Tally()
        self._date = ""
        self._is_apart = False
        self._explained: Recent[tuple[str, str], None] = Recent(MAX_EXPLAINED)

    def show(self, observation: Observation) -> None:
        """Print one observation, as far as there is something to say."""
        self._guesses.note(observation)
        if isinstance(observation, StanzaObserved):
            self._stanza(observation)
        elif isinstance(observation, FindingMade):
            self._findings([observation.finding], located=True)
        else:
            self._notice(observation)

    def summary(self, funnel: Funnel) -> None:
        """Print what the run came to."""
        lines = summary_lines(
            funnel, self._tally, self._notices, self._marks, width=self._width, level=self._level
        )
        self.blank_line()
        self.print(*lines)

    @property
    def counts(self) -> Counts:
        """What was shown up to now, counted."""
        return Counts(self._tally.nameless(), self._notices.closed)

    def add(self, counts: Counts) -> None:
        """Count what another view has shown of other captures."""
        self._tally.add_all(counts.tally)
        for reason, connections in counts.closed.items():
            self._notices.add_closed(reason, connections)

    def capture(self, name: str) -> None:
        """Print a heading for all that one capture showed."""
        self.blank_line()
        shown = visible(self._placeholders.capture(name))
        self.print(Text(f"{self._marks.rule * 2} {shown} {self._marks.rule * 2}", "bold"))

    @property
    def _width(self) -> int:
        return max(self._console.width, _LEAST_WIDTH)

    @property
    def _flow_width(self) -> int | None:
        """Where a line ends. Whoever pipes the output greps it: all that is said at once is one line then."""
        return self._width if self._console.is_terminal else None

    def _stanza(self, observed: StanzaObserved) -> None:
        if observed.spec is not None:
            self._placeholders.admit(observed.spec)
        shown = self._placeholders.node(observed.sighting.node)
        line = stanza_line(observed, shown, self._placeholders)
        is_preaccept = observed.action == PREACCEPT and not line.is_answer
        is_annotated = is_preaccept or self._annotates_all
        if line.date != self._date:
            self._date = line.date
            self._heading(line.date)
        if is_annotated:
            self.blank_line()
        guessed = self._guesses.table_for(observed.sighting.evidence)
        self._header(line, guessed, stands_out=is_preaccept)
        self._tally.observe(observed, shown)
        if is_annotated:
            breaks = self._flow_width is not None
            self.print(
                *annotated_text(observed, self._placeholders, self._marks, width=self._width, breaks=breaks)
            )
        self._findings(observed.fresh, located=False)
        if is_annotated:
            self.blank_line()

    def _header(self, line: StanzaLine, guessed: int | None, *, stands_out: bool) -> None:
        arrow = self._marks.up if line.sent else self._marks.down
        quiet = "dim" if line.is_answer else ""
        head = Text().append(f"{line.time:<{_TIME}} {line.connection:>2}", "dim").append(f"{arrow} ", quiet)
        head.append(f" {visible(line.action)} ", "bold reverse" if stands_out else quiet)
        head.append(" " * max(0, _ACTION - len(line.action)))
        head.append(f" {line.call:<{_CALL}} {line.delta:>{_DELTA}}", "dim")
        ends = Text(f"{visible(line.sender)} {self._marks.arrow} {visible(line.receiver)}", quiet)
        pieces = [head, ends]
        if guessed is not None:
            pieces.append(Text(f"token table {guessed} is a guess", "yellow"))
        self.print(*flow(pieces, width=self._flow_width, indent=_ENDS_INDENT))

    def _heading(self, date: str) -> None:
        columns = f"{'action':<{_ACTION}}   {'call':<{_CALL}} {'+seconds':>{_DELTA}}"
        heading = [f"{date or 'no time':<{_TIME}}  #   {columns}", "from, to"]
        pieces = [Text(piece, "dim underline") for piece in heading]
        self.print(*flow(pieces, width=self._flow_width, indent=_ENDS_INDENT))

    def _findings(self, findings: Iterable[Finding], *, located: bool) -> None:
        kinds: dict[Kind, list[Finding]] = {}
        for raw in findings:
            self._tally.add(raw)
            if raw.severity.rank < self._level.rank:
                continue
            alike = kinds.setdefault(kind_of(raw), [])
            alike.append(raw)
            if len(alike) <= _MOST_OF_A_KIND:
                self._finding(self._placeholders.finding(raw), located=located)
        for first, *others in kinds.values():
            more = len(others) + 1 - _MOST_OF_A_KIND
            if more > 0:
                pieces = folded_pieces(self._placeholders.finding(first), more, self._marks)
                self.print(*flow(pieces, width=self._flow_width, indent=_FINDING_INDENT))

    def _finding(self, finding: Finding, *, located: bool) -> None:
        if self._flow_width is None:
            self.print(*flow(finding_pieces(finding, self._marks, located=True, brief=False), width=None))
            return
        key = (finding.code, finding.place)
        brief = not note(self._explained, key) and finding.severity.rank < Severity.WARNING.rank
        pieces = finding_pieces(finding, self._marks, located=located, brief=brief)
        self.print(*flow(pieces, width=self._width, indent=_FINDING_INDENT))

    def _notice(self, notice: WireNotice) -> None:
        sentence = self._notices.sentence(notice)
        if sentence is None or (sentence.severity is Severity.OK and self._level is not Severity.OK):
            return
        who = Text().append(f"{self._marks.bullet} ", SEVERITY_STYLES[sentence.severity])
        capture = visible(self._placeholders.capture(notice.capture))
        who.append(f"connection {notice.connection}", "bold").append(f" of {capture}", "dim")
        words = Text(sentence.text, "yellow" if sentence.severity is Severity.WARNING else "")
        self.print(*flow([who, words], width=self._flow_width, indent="  "))

    def blank_line(self) -> None:
        """Set what follows apart; where it is apart already, one blank line is enough."""
        if not self._is_apart:
            self.print(Text())

    def print(self, *lines: Text) -> None:
        """The one way out: nothing that the terminal would obey, nothing that its encoding lacks."""
        if not lines:
            return
        console = self._console
        if is_text_alone(console):
            # rich takes as long to print a line as it takes to read twenty messages.
            plain = [carried_text(line.plain, console.encoding).rstrip() for line in lines]
            self._is_apart = not plain[-1]
            console.file.write("\n".join(plain) + "\n")
            console.file.flush()
            return
        for line in lines:
            shown = carried(line, console.encoding)
            shown.rstrip()
            self._is_apart = not shown
            console.print(shown, soft_wrap=True)


def carried(text: Text, encoding: str) -> Text:
    """A copy of the text, each character that cannot be printed or encoded replaced by one that can."""
    copy = text.copy()
    copy.plain = carried_text(text.plain, encoding)
    return copy


def carried_text(plain: str, encoding: str) -> str:
    """The text, each character that cannot be printed or encoded replaced by one that can."""
    if not plain.isprintable():
        plain = "".join(character if character.isprintable() else "?" for character in plain)
    return plain if plain.isascii() else plain.encode(encoding, "replace").decode(encoding)
