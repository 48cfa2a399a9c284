"""A flow of its own for each call in mitmproxy's flow list, whose body is the call as a ladder.

Such a flow was never on the wire: no hook is fired for it, so that no add-on takes it for traffic and
`save_stream_file` does not write it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mitmproxy.addons.view import View
from mitmproxy.connection import Client, Server
from mitmproxy.http import HTTPFlow, Request, Response

from ringback.casebook import Case, Casebook
from ringback.findings import Severity
from ringback.ladder import ladder_of
from ringback.ladder.text import plain_text
from ringback.mitm.marking import CALLS, CODES, SEVERITY, count_of, write_fields
from ringback.observations import FindingMade, Funnel, Observation, StanzaObserved
from ringback.recognise import PREACCEPT
from ringback.view.finding_text import finding_pieces
from ringback.view.flow import flow as laid_out
from ringback.view.marks import Marks
from ringback.view.visible import visible

HOST = "calls.ringback.invalid"
"""Where the requests of these flows seem to go: a name that leads nowhere. Source: RFC 6761, 6.4."""
TAG = "ringback-call-flow"
"""Key of the metadata by which they are told from traffic."""
METHOD = "CALL"
"""By which a filter hides them, also in mitmweb 11, whose own filters know no metadata: `!~m CALL`."""
MAX_FLOWS = 1_000
"""Such flows in the list; the oldest goes first."""
MAX_DUE = 2_000
"""Calls that wait to be drawn; the one that waits longest goes first. mitmdump never draws any."""
MAX_A_TURN = 4
"""Ladders that are drawn in one turn: a long recording must not hold up mitmproxy."""
REST_S = 0.5
"""A call that goes on is drawn again after so long."""
WIDTH = 80
"""Columns of a ladder: what a terminal of the usual size and half a window of mitmweb have."""
MAX_FINDINGS = 100
"""Findings that stand under it."""


class CallFlows:
    """The calls of a casebook as flows. An outlet, which has to come behind the casebook."""

    name = "call flows"

    def __init__(self, casebook: Casebook, marks: Marks) -> None:
        """No flow yet."""
        self.enabled = True
        """Whether calls are shown from now on."""
        self.level = Severity.NOTE
        """Least severity of the findings that stand under a ladder."""
        self._casebook = casebook
        self._marks = marks
        self._flows: dict[int, HTTPFlow] = {}
        self._due: dict[tuple[str, str], None] = {}
        self._drawn_at: dict[int, float] = {}

    def show(self, observation: Observation) -> None:
        """Remember that there is something new about a call."""
        key = _call_of(observation)
        if self.enabled and key is not None:
            self._due.setdefault(key)
            if len(self._due) > MAX_DUE:
                del self._due[next(iter(self._due))]

    def close(self, funnel: Funnel) -> None:
        """Nothing to do."""

    def draw(self, view: View, now: float) -> list[HTTPFlow]:
        """Draw a few of the calls that have changed; new ones are put into `view`, the others are given back.

        A flow that its user has removed from the list stays away. `now` in seconds.
        """
        updated: list[HTTPFlow] = []
        for key, case in list(self._ready(now)):
            del self._due[key]
            self._drawn_at[case.number] = now
            known = self._flows.get(case.number)
            if known is None:
                self._add(view, case)
            elif view.get_by_id(known.id) is known:
                self._fill(known, case)
                updated.append(known)
        return updated

    def _ready(self, now: float) -> Iterator[tuple[tuple[str, str], Case]]:
        ready = 0
        for key in list(self._due):
            case = self._casebook.maybe_case(*key)
            if case is None:
                del self._due[key]
            elif not 0 <= now - self._drawn_at.get(case.number, float("-inf")) < REST_S:
                yield key, case
                ready += 1
            if ready == MAX_A_TURN:
                return

    def _add(self, view: View, case: Case) -> None:
        at = max(0.0, case.stanzas[0].sighting.at) if case.stanzas else 0.0
        flow = HTTPFlow(
            Client(peername=("", 0), sockname=("", 0), timestamp_start=at),
            Server(address=(HOST, 80)),
        )
        flow.request = Request.make(METHOD, f"http://{HOST}/")
        flow.request.timestamp_start = flow.request.timestamp_end = at
        flow.response = Response.make(200, b"", {"content-type": "text/plain; charset=utf-8"})
        self._fill(flow, case)
        self._flows[case.number] = flow
        view.add([flow])
        if len(self._flows) > MAX_FLOWS:
            oldest = next(iter(self._flows))
            self._drawn_at.pop(oldest, None)
            view.remove([self._flows.pop(oldest)])

    def _fill(self, flow: HTTPFlow, case: Case) -> None:
        assert flow.response is not None  # noqa: S101  (it was made with one)
        name = visible(self._casebook.name_of(case))
        preaccepts = len(case.call.of(PREACCEPT))
        flow.request.path = f"/{name}?stanzas={len(case.stanzas)}&pre-accepts={preaccepts}"
        flow.response.text = self._body(case, name)
        times = [each.sighting.at for each in case.stanzas]
        flow.response.timestamp_start = flow.request.timestamp_start
        flow.response.timestamp_end = max(times, default=flow.request.timestamp_start)
        severities = Counter(each.severity for each in case.findings)
        codes = {each.code for each in case.findings if each.severity is case.worst}
        all_codes = {each.code for each in case.findings if each.severity is not Severity.OK}
        metadata = {
            TAG: "this flow was never on the wire",
            SEVERITY: case.worst.value,
            CODES: " ".join(sorted(all_codes)),
            CALLS: name,
        }
        told = count_of(severities, codes if case.worst is not Severity.OK else ())
        write_fields(flow, f"{told}; a call, not traffic", case.worst, metadata)

    def _body(self, case: Case, name: str) -> str:
        placeholders = self._casebook.placeholders
        ladder = plain_text(ladder_of(case, placeholders), width=WIDTH, marks=self._marks)
        capture = visible(placeholders.capture(case.call.capture))
        lines = [f"{name} of {capture}: a call as ringback saw it, never itself on the wire", "", ladder]
        shown = [each for each in case.findings if each.severity.rank >= self.level.rank]
        shown.sort(key=lambda each: -each.severity.rank)
        if shown:
            lines.append("Findings")
        for raw in shown[:MAX_FINDINGS]:
            pieces = finding_pieces(placeholders.finding(raw), self._marks, located=True, brief=False)
            lines += [line.plain for line in laid_out(pieces, width=WIDTH, indent=" " * 10)]
        if len(shown) > MAX_FINDINGS:
            lines.append(f"{self._marks.ellipsis} and {len(shown) - MAX_FINDINGS} more findings")
        return "\n".join(lines) + "\n"


def _call_of(observation: Observation) -> tuple[str, str] | None:
    """Capture and id of the call that there is something new about."""
    if isinstance(observation, StanzaObserved) and observation.call is not None:
        return observation.call.capture, observation.call.call_id
    if isinstance(observation, FindingMade) and observation.finding.call_id is not None:
        return observation.finding.evidence[0].capture, observation.finding.call_id
    return None
