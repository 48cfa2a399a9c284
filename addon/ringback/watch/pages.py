"""One call, one stanza, the findings: what stands on their screens, as lines of text. Placeholders only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rich.text import Text

from ringback.casebook import Case, Casebook
from ringback.filters.subject import Subject
from ringback.findings import Finding, Severity
from ringback.ladder.layout import ladder_of
from ringback.ladder.model import Ladder
from ringback.ladder.text import ladder_rows
from ringback.observations import StanzaObserved
from ringback.sanitize import Placeholders
from ringback.stanzadiff import compare_nodes
from ringback.view.call_line import CallLine
from ringback.view.diff_text import diff_lines
from ringback.view.finding_text import finding_pieces
from ringback.view.flow import flow
from ringback.view.marks import SEVERITY_STYLES, Marks, style_of
from ringback.view.stanza_line import stanza_line
from ringback.view.stanza_text import annotated_text
from ringback.view.visible import cropped, visible
from ringback.watch.columns import devices
from ringback.watch.watched import KindCount

_FINDING_INDENT = " " * 10
MAX_FINDINGS = 500
"""Findings that are listed of one call."""
_LONGEST_PLACE = 80


@dataclass(frozen=True, slots=True)
class Page:
    """Lines, and those of them that something can be chosen by."""

    lines: list[Text]
    stops: list[int]
    heading: list[Text]
    """Lines that stay above while the others are scrolled."""


def call_title(line: CallLine, marks: Marks) -> Text:
    """The call in a line."""
    title = Text(" ").append(line.name, "bold")
    title.append(f"  {visible(line.caller) or '?'} {marks.arrow} {visible(line.receiver) or '?'}")
    title.append(f"  {line.state}", "bold")
    if line.ring_s is not None:
        title.append(f"  ring {line.ring_s:.3f} s")
    if devices(line):
        title.append(f"  devices {devices(line)}")
    return title.append(f"  {line.stanzas} stanzas", "dim")


def ladder_page(
    case: Case, placeholders: Placeholders, marks: Marks, *, width: int, unfold: bool
) -> tuple[Ladder, Page]:
    """One call as a ladder, with a stop at each arrow."""
    ladder = ladder_of(case, placeholders, unfold=unfold)
    rows = ladder_rows(ladder, width=width, marks=marks)
    return ladder, Page(rows.body, rows.starts, rows.heading)


def stanza_title(observed: StanzaObserved, placeholders: Placeholders, marks: Marks) -> Text:
    """The stanza in a line, as the terminal view has it."""
    line = stanza_line(observed, placeholders.node(observed.sighting.node), placeholders)
    way = marks.up if line.sent else marks.down
    title = Text().append(f" {line.time} ", "dim").append(f"{line.connection}{way} ")
    title.append(visible(line.action), "bold").append(f"  {line.call} {line.delta}".rstrip(), "dim")
    return title.append(f"  {visible(line.sender)} {marks.arrow} {visible(line.receiver)}")


def stanza_page(
    casebook: Casebook, case: Case | None, observed: StanzaObserved, marks: Marks, width: int
) -> Page:
    """One stanza line by line with the facts that it meets, and what is found about it."""
    placeholders = casebook.placeholders
    lines = list(annotated_text(observed, placeholders, marks, width=width, breaks=True))
    if observed.spec is None:
        lines += [
            Text(),
            Text("  The specification has no file for this stanza: nothing in it is judged.", "dim"),
        ]
    findings = worst_first(Subject.of_stanza(casebook, case, observed).findings)
    if findings:
        lines.append(Text())
    for finding in findings:
        lines += _finding(placeholders.finding(finding), marks, width, located=False)
    return Page(lines, [], [])


def comparison(
    left: StanzaObserved, right: StanzaObserved, placeholders: Placeholders, marks: Marks, width: int
) -> Iterator[Text]:
    """What differs between two stanzas, as `ringback diff` tells it."""
    changes = compare_nodes(placeholders.node(left.sighting.node), placeholders.node(right.sighting.node))
    one, other = (stanza_title(each, placeholders, marks).plain.strip() for each in (left, right))
    return diff_lines(one, other, changes, width=width, marks=marks)


def findings_page(casebook: Casebook, findings: list[Finding], marks: Marks, width: int) -> Page:
    """Findings, each with a stop."""
    lines: list[Text] = []
    stops: list[int] = []
    for finding in findings[:MAX_FINDINGS]:
        stops.append(len(lines))
        lines += _finding(casebook.placeholders.finding(finding), marks, width, located=True)
    if len(findings) > MAX_FINDINGS:
        lines.append(Text(f"  {marks.ellipsis} and {len(findings) - MAX_FINDINGS} more", "dim"))
    return Page(lines, stops, [])


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Without those that are ok."""
    worse = (finding for finding in findings if finding.severity is not Severity.OK)
    return sorted(worse, key=lambda finding: -finding.severity.rank)


def kind_row(kind: KindCount, placeholders: Placeholders, marks: Marks) -> Text:
    """Findings of one kind in a line."""
    finding = placeholders.finding(kind.first)
    row = Text(f"{kind.count:>7} ").append(
        marks.of(finding.stance), style_of(finding.stance, finding.severity)
    )
    row.append(f" {finding.severity.value:<7} ", SEVERITY_STYLES[finding.severity])
    row.append(f"{visible(finding.code):<26} ", "bold")
    row.append(cropped(finding.place, _LONGEST_PLACE, marks.ellipsis))
    return row if finding.fact is None else row.append(f"  ({finding.fact.confidence})", "dim")


def _finding(finding: Finding, marks: Marks, width: int, *, located: bool) -> list[Text]:
    pieces = finding_pieces(finding, marks, located=located, brief=False)
    return list(flow(pieces, width=width, indent=_FINDING_INDENT))
