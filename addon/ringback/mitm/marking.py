"""What ringback writes into a flow's own fields, and how it keeps its hands off what the user wrote there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mitmproxy.flow import Flow

from ringback.findings import Severity

MARKERS = {
    Severity.ERROR: ":red_circle:",
    Severity.WARNING: ":orange_circle:",
    Severity.NOTE: ":large_blue_circle:",
    Severity.OK: ":green_circle:",
}
"""mitmproxy's names of the markers: one column wide in its console, a picture in mitmweb."""

PREFIX = "ringback: "
"""Begins every comment that is ringback's."""

SEVERITY, CODES, CALLS = "ringback-severity", "ringback-codes", "ringback-calls"
"""Keys of the metadata."""
_MARK = "ringback-mark"
"""Holds the marker that ringback set: another one is the user's."""


def write_fields(flow: Flow, comment: str, severity: Severity | None, metadata: Mapping[str, str]) -> None:
    """Set comment, marker and metadata.

    A comment or marker that the user has set stays, and one that the user took away stays away. `comment` is
    without `PREFIX`; without a severity there is no marker.
    """
    known = flow.metadata.get(_MARK)
    if flow.marked == (known or ""):
        flow.marked = "" if severity is None else MARKERS[severity]
        flow.metadata[_MARK] = flow.marked
    if flow.comment.startswith(PREFIX) or (known is None and not flow.comment):
        flow.comment = PREFIX + comment
    flow.metadata.setdefault(_MARK, "")
    flow.metadata.update(metadata)


def count_of(severities: Mapping[Severity, int], codes: Iterable[str]) -> str:
    """`2 errors (attribute-missing), 1 note`, the worst first and with its codes; `ok` for none."""
    told = [
        f"{severities[each]} {each.value}{'s' if severities[each] > 1 else ''}"
        for each in reversed(Severity)
        if each is not Severity.OK and severities.get(each)
    ]
    names = sorted(codes)
    if told and names:
        told[0] += f" ({', '.join(names[:2])}{' and others' if len(names) > 2 else ''})"
    return ", ".join(told) or "ok"


def worst_of(severities: Mapping[Severity, int]) -> Severity | None:
    """The worst severity that was counted, None where nothing was."""
    return max((each for each, n in severities.items() if n), key=lambda each: each.rank, default=None)
