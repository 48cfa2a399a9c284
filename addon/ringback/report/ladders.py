"""The ladders of a report's calls, drawn for its page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ringback.casebook import Case, Casebook
from ringback.findings import Evidence
from ringback.ladder import Arrow, ladder_of
from ringback.ladder.svg import render_svg
from ringback.report.calls import call_ref
from ringback.report.stanzas import elapsed


@dataclass(frozen=True, slots=True)
class Ladders:
    """The calls of a report, and where their stanzas stand in it."""

    casebook: Casebook
    stanza_refs: Mapping[Evidence, str]
    cases: Sequence[Case]

    def drawn(self) -> dict[str, str]:
        """An SVG element for each call, by its ref, for a page that has `ringback.ladder.svg.STYLE`.

        None for a call without times, or of more than a day: its numbers would be as long as somebody's.
        """
        spans = ((case, case.call.last_at - _began_at(case)) for case in self.cases)
        return {call_ref(case): self._ladder(case) for case, seconds in spans if elapsed(seconds)}

    def _ladder(self, case: Case) -> str:
        def link(arrow: Arrow) -> str | None:
            evidence = (case.stanzas[each].sighting.evidence for each in arrow.stanzas)
            refs = (self.stanza_refs.get(each) for each in evidence)
            return next((f"#{ref}" for ref in refs if ref is not None), None)

        ladder = ladder_of(case, self.casebook.placeholders)
        began_at = _began_at(case)
        arrows = tuple(
            # A moment finds the call in somebody's log: what is published has times since the call began.
            replace(arrow, date="", clock=elapsed(_seen_at(arrow) - began_at))
            for arrow in ladder.arrows
        )
        timed = replace(ladder, arrows=arrows, clock="seconds")
        return render_svg(timed, standalone=False, link=link, prefix=call_ref(case))


def _began_at(case: Case) -> float:
    return min((sighting.at for sighting in case.call.sightings()), default=float("nan"))


def _seen_at(arrow: Arrow) -> float:
    """When it was first seen: its stanzas need not be kept, of a call that has too many."""
    copies = arrow.deliveries if arrow.sent is None else (arrow.sent, *arrow.deliveries)
    return min((copy.at for copy in copies), default=float("nan"))
