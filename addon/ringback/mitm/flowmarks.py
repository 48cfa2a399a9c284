"""Verdicts on the flows of our WebSockets: comment, marker and metadata, kept up as findings come in.

What passes is only counted; the fields are written from time to time, and only where something has changed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from weakref import WeakValueDictionary

from mitmproxy.flow import Flow

from ringback.findings import Finding, Severity
from ringback.mitm.marking import CALLS, CODES, SEVERITY, count_of, worst_of, write_fields
from ringback.observations import Funnel, Observation, StanzaObserved, WireNotice
from ringback.outlets import new_findings
from ringback.recognise import PREACCEPT, StanzaKind
from ringback.sanitize import Placeholders
from ringback.sources.flows import flow_of
from ringback.view.visible import visible
from ringback.wire.events import ClosedReason, ConnectionIgnored, FrameClosed
from ringback.wording import counted

MAX_FLOWS = 1_024
"""Flows whose verdicts are kept up; the one that was first seen longest ago goes first."""
MAX_CALLS = 4_096
"""Calls of one flow that are counted."""
MAX_NAMED = 64
"""Calls that the metadata of one flow names; the others are a number."""


@dataclass(slots=True, eq=False)
class _Verdict:
    severities: Counter[Severity] = field(default_factory=Counter)
    codes: dict[Severity, set[str]] = field(default_factory=dict)
    calls: dict[str, str] = field(default_factory=dict)
    """Placeholders of the calls, by call-id."""
    preaccepts: int = 0
    closed: Counter[ClosedReason] = field(default_factory=Counter)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to say."""
        return not (self.calls or self.closed or self.severities)

    def add_finding(self, finding: Finding) -> None:
        """Count a finding."""
        self.severities[finding.severity] += 1
        if finding.severity is not Severity.OK:
            self.codes.setdefault(finding.severity, set()).add(finding.code)

    def write(self, flow: Flow) -> None:
        """Write it into the flow's fields."""
        worst = worst_of(self.severities)
        codes = sorted(code for each in self.codes.values() for code in each)
        calls = list(islice(self.calls.values(), MAX_NAMED))
        if len(self.calls) > MAX_NAMED:
            calls.append(f"and {len(self.calls) - MAX_NAMED} more")
        metadata = {
            SEVERITY: worst.value if worst else "",
            CODES: " ".join(codes),
            CALLS: " ".join(calls),
        }
        write_fields(flow, self._sentence(worst), worst, metadata)

    def _sentence(self, worst: Severity | None) -> str:
        calls = len(self.calls)
        told = []
        if calls or self.severities:
            told.append(count_of(self.severities, self.codes.get(worst, ()) if worst else ()))
        if calls:
            several = f"{calls} calls{' or more' if calls == MAX_CALLS else ''}"
            named = next(iter(self.calls.values())) if calls == 1 else several
            told.append(f"{named}, {counted(self.preaccepts, 'pre-accept')}")
        if self.closed:
            reasons = ", ".join(reason.value for reason in self.closed)
            told.append(f"{counted(self.closed.total(), 'frame')} closed ({reasons})")
        return "; ".join(told)


class FlowMarks:
    """The verdicts of all flows. An outlet; `admit` gives it the flows, `begin` says which are looked at."""

    name = "marks on flows"

    def __init__(self, placeholders: Placeholders) -> None:
        """No flow yet."""
        self.enabled = True
        """Whether anything is written."""
        self._placeholders = placeholders
        self._flows: WeakValueDictionary[str, Flow] = WeakValueDictionary()
        self._verdicts: dict[str, _Verdict] = {}
        self._changed: dict[str, None] = {}

    def admit(self, flow: Flow) -> None:
        """Remember the flow, which is not kept alive by it."""
        if self._flows.get(flow.id) is not flow:
            self._flows[flow.id] = flow

    def begin(self, flow: str) -> None:
        """What is observed of the flow of that id follows."""
        for gone in self._verdicts.keys() - self._flows.keys():
            # mitmdump lets go of a flow when its connection has ended: nobody can see its marks any more.
            del self._verdicts[gone]
        self._verdicts.pop(flow_of(flow), None)
        self._verdicts[flow_of(flow)] = _Verdict()
        if len(self._verdicts) > MAX_FLOWS:
            del self._verdicts[next(iter(self._verdicts))]

    def show(self, observation: Observation) -> None:
        """Count it."""
        if isinstance(observation, StanzaObserved):
            self._stanza(observation)
        elif isinstance(observation, WireNotice):
            self._notice(observation)
        for finding in new_findings(observation):
            for flow in {flow_of(each.flow) for each in finding.evidence}:
                verdict = self._verdicts.get(flow)
                if verdict is not None:
                    verdict.add_finding(finding)
                    self._changed[flow] = None

    def close(self, funnel: Funnel) -> None:
        """Nothing to do: what came last is written by whoever ends the run."""

    def write(self) -> list[Flow]:
        """Write what has changed; the flows on which something was seen, which their views may show."""
        changed, self._changed = self._changed, {}
        told = []
        for name in changed:
            verdict, flow = self._verdicts.get(name), self._flows.get(name)
            if verdict is None or flow is None:
                continue
            if self.enabled and not verdict.is_empty:
                verdict.write(flow)
            told.append(flow)
        return told

    def _stanza(self, observed: StanzaObserved) -> None:
        flow = flow_of(observed.sighting.evidence.flow)
        verdict = self._verdicts.get(flow)
        if verdict is None:
            return
        self._changed[flow] = None
        recognised = observed.recognised
        if recognised is not None and recognised.kind is StanzaKind.CALL:
            verdict.preaccepts += observed.action == PREACCEPT
        if observed.call is not None:
            self._call(verdict, observed.call.call_id)

    def _call(self, verdict: _Verdict, call_id: str) -> None:
        if len(verdict.calls) < MAX_CALLS and call_id not in verdict.calls:
            verdict.calls[call_id] = visible(self._placeholders.call_id(call_id))

    def _notice(self, notice: WireNotice) -> None:
        flow, event = flow_of(notice.flow), notice.event
        verdict = self._verdicts.get(flow)
        if verdict is None:
            return
        if isinstance(event, ConnectionIgnored):
            # It takes no room from ours: a browser may open a thousand WebSockets beside a client's.
            del self._verdicts[flow]
            return
        self._changed[flow] = None
        if isinstance(event, FrameClosed) and event.reason is not ClosedReason.NOT_THIS_PROTOCOL:
            verdict.closed[event.reason] += 1
