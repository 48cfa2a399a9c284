"""Where the evidence comes from, and what of it was not read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ringback.casebook import Casebook
from ringback.observations import Funnel
from ringback.report.model import Connection, Provenance, Row
from ringback.report.names import plain
from ringback.status import ExitCode
from ringback.wire.events import ClosedReason


def provenance(
    casebook: Casebook,
    status: ExitCode,
    selected: int,
    selection: str,
    limited: Sequence[str] = (),
    *,
    total: int | None = None,
) -> Provenance:
    """Of a casebook of which so many calls were selected by the filter `selection`, empty for none; `limited`
    says of which sources not all was looked at. `total` calls were observed, None for those it holds: the
    others were not read."""
    seen = [(each.call.capture, None) for each in casebook.cases]
    known = sorted(casebook.clients.items())
    captures = dict.fromkeys(capture for capture, _ in (*seen, *(key for key, _ in known)))
    return Provenance(
        selected=selected,
        total=len(casebook.cases) if total is None else total,
        selection=plain(selection),
        captures=tuple(plain(casebook.placeholders.capture(name)) for name in captures),
        connections=tuple(
            Connection(
                capture=plain(casebook.placeholders.capture(capture)),
                number=number,
                platform=plain(casebook.placeholders.client(client).platform),
                version=plain(casebook.placeholders.client(client).version),
                device=client.device,
            )
            for (capture, number), client in known
        ),
        numbers=tuple(_numbers(casebook.funnel, "" if total is None else _IN_FULL)),
        gaps=(*map(plain, limited), *_gaps(casebook, status)),
    )


_IN_FULL = ", of what is told in full"


def _numbers(funnel: Funnel, scope: str) -> Iterator[Row]:
    for what, number in (
        ("connections of the protocol", funnel.connections),
        ("connections left alone", funnel.ignored),
        ("transport frames", funnel.frames),
        ("frames opened", funnel.opened),
        ("call stanzas seen, each copy", funnel.stanzas),
        ("calls", funnel.calls),
        ("pre-accepts emitted", funnel.preaccepts),
    ):
        if number:
            yield Row(f"{what}{scope}", number)


def _gaps(casebook: Casebook, status: ExitCode) -> Iterator[str]:
    funnel = casebook.funnel
    if status is ExitCode.INTERRUPTED:
        yield "Interrupted: the sources were not gone through to their end; nothing is said to be missing."
    if status is ExitCode.INPUT:
        yield "A source was not read to its end, or not whole: what is missing there is not in this report."
    if status is ExitCode.INTERNAL:
        yield "ringback failed on a part of the evidence, which is not in this report: see its messages."
    for value, number in sorted(funnel.closed.items(), key=lambda item: (-item[1], item[0])):
        reason = ClosedReason(value)
        yield f"{number} of {funnel.frames} frames were not opened, {value}: {reason.advice}."
    for number, what in (
        (funnel.held, "frames wait for a key: name the key log of their session."),
        (funnel.unread, "opened frames hold no stanza that can be read."),
        (
            casebook.evicted,
            "calls were given up for newer ones: report on fewer sources at once.",
        ),
        (casebook.dropped, "stanzas and findings are left out, of calls that have too many or of none."),
        (casebook.forgotten, "connections are no longer known by their clients: report on fewer sources."),
        (funnel.forgotten, "gaps in connections were forgotten: what is missing about then is not reported."),
    ):
        if number:
            yield f"{number} {what}"
