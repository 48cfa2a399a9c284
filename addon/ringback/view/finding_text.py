"""A finding as the pieces of a line."""

from __future__ import annotations

import re
from typing import TypeAlias

from rich.text import Text

from ringback.findings import Evidence, Finding, Severity
from ringback.stanza import Value
from ringback.view.marks import SEVERITY_STYLES, Marks, style_of
from ringback.view.stanza_line import clock, when
from ringback.view.visible import cropped, cropped_hex, visible

Kind: TypeAlias = tuple[str, Severity, tuple[str, ...]]
"""Code, severity, and the element around the place, without the indexes of siblings."""

_INDEX = re.compile(r"\[[0-9]+\]$")
_LONGEST_VALUE = 60
_LONGEST_PLACE = 120


def finding_pieces(finding: Finding, marks: Marks, *, located: bool, brief: bool) -> list[Text]:
    """What a finding says, a piece for each part; the first names its severity, code and place.

    `finding` holds placeholders. With `located` the call and the frames that show it are told, too: for
    findings that do not stand under their stanza. `brief` leaves out message, fact and questions, for whoever
    has read them with the same code and place before.
    """
    pieces = [_head(finding, marks)]
    if located:
        pieces.append(Text(_location(finding), "dim"))
    if brief:
        return pieces + _values(finding, marks)
    pieces += [Text(visible(finding.message)), *_values(finding, marks)]
    if finding.fact is not None:
        pieces.append(Text(f"fact {visible(str(finding.fact))} ({finding.fact.confidence})", "dim"))
    if finding.questions:
        plural = "s" if len(finding.questions) > 1 else ""
        pieces.append(Text(f"question{plural} {visible(', '.join(finding.questions))}", "dim"))
    return pieces


def kind_of(finding: Finding) -> Kind:
    """Findings of one kind say the same of places side by side, or within elements of one name."""
    return finding.code, finding.severity, tuple(_INDEX.sub("", segment) for segment in finding.path[:-1])


def folded_pieces(finding: Finding, more: int, marks: Marks) -> list[Text]:
    """What stands for `more` findings of the kind of `finding`, which holds placeholders."""
    place = "/" + "/".join(kind_of(finding)[2])
    head = Text().append(marks.of(finding.stance), style_of(finding.stance, finding.severity))
    head.append(f" {finding.severity.value:<7}", SEVERITY_STYLES[finding.severity])
    head.append(f" {visible(finding.code)}", "bold")
    told = f"and {more} more of the kind below {cropped(place, _LONGEST_PLACE, marks.ellipsis)}"
    return [head, Text(told), Text("an event file holds all", "dim")]


def _head(finding: Finding, marks: Marks) -> Text:
    head = Text().append(marks.of(finding.stance), style_of(finding.stance, finding.severity))
    head.append(f" {finding.severity.value:<7}", SEVERITY_STYLES[finding.severity])
    head.append(f" {visible(finding.code)}", "bold")
    return head.append(f"  {cropped(finding.place, _LONGEST_PLACE, marks.ellipsis)}")


def _values(finding: Finding, marks: Marks) -> list[Text]:
    if finding.expected is None and finding.got is None:
        return []
    told = Text()
    if finding.expected is not None:
        told.append("expected ", "dim").append(_value(finding.expected, marks), "green")
        told.append(", ", "dim")
    told.append("got ", "dim")
    return [told.append("nothing" if finding.got is None else _value(finding.got, marks), "bold")]


def _value(value: Value | bytes, marks: Marks) -> str:
    if isinstance(value, bytes):
        return f"0x{cropped_hex(value, _LONGEST_VALUE, marks.ellipsis)}"
    return cropped(str(value), _LONGEST_VALUE, marks.ellipsis)


def _location(finding: Finding) -> str:
    first: Evidence = finding.evidence[0]
    more = f" and {len(finding.evidence) - 1} more" if len(finding.evidence) > 1 else ""
    call = "" if finding.call_id is None else f"{visible(finding.call_id)}, "
    place = f"connection {first.connection}, {first.place.direction.value} frame {first.place.frame}"
    return f"{call}{clock(when(first.place.at))}, {place}{more}"
