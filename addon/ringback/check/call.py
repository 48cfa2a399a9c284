"""A call against the specification: the rules about its pre-accepts in one table, its flow, what is new."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass, field, replace

from ringback.calls import Call
from ringback.check import acks, devices, identity, order
from ringback.check.flow_codes import FLOW_CODES
from ringback.check.flow_rules import flow_steps
from ringback.check.subject import Rule, Subject
from ringback.findings import Evidence, Finding
from ringback.recognise import PREACCEPT
from ringback.spec.model import Specification

AT_ONCE: tuple[Rule, ...] = (
    identity.call_id_matches,
    identity.creator,
    identity.stanza_id_reused,
    acks.ack_received,
    acks.ack_refused,
    acks.receipt_for_preaccept,
    devices.device_offered,
    devices.preaccept_repeated,
)
"""Rules that one thing seen decides for good, whatever else is seen later."""

SETTLED: tuple[Rule, ...] = (
    identity.call_id_unknown,
    identity.addresses_literal,
    acks.ack_missing,
    acks.ack_type_differs,
    acks.ack_address_differs,
    order.offer_order,
    order.after_accept,
    order.after_reject,
    order.after_terminate,
    devices.device_not_offered,
    devices.preaccept_by_creator,
)
"""Rules that something seen later could decide otherwise."""


_OF_STEPS = frozenset(code.code for code in FLOW_CODES)
"""Codes that say something of each step of a flow, though the same stanza may show several."""


def check_call(
    call: Call, specification: Specification, *, settled: bool, unreliable: Collection[int] = ()
) -> list[Finding]:
    """What the call as a whole says about its pre-accepts, and about the flow that it follows.

    `unreliable` are the numbers of connections of which not everything could be read up to now: frames are
    missing, stayed closed or still wait for a key. That something was not seen there says nothing.

    Whatever is found unsettled is found again later, with at least the same evidence (`covers`, `Reported`).
    `settled` says that nothing more is expected of the call, and adds what only the whole of it can show.
    """
    subject = Subject(call, specification.for_action("call", PREACCEPT), unreliable)
    if not (settled or subject.preaccepts or call.receipts):
        return []
    findings = [finding for rule in AT_ONCE + (SETTLED if settled else ()) for finding in rule(subject)]
    return [*findings, *flow_steps(call, specification, unreliable)] if settled else findings


def covers(later: Finding, earlier: Finding) -> bool:
    """Whether `later` is the finding `earlier` again, seen on the same evidence or on more."""
    return _bare(later) == _bare(earlier) and set(earlier.evidence) <= set(later.evidence)


@dataclass(slots=True)
class Reported:
    """The findings of one call that were reported, so that none is reported twice."""

    _said: dict[Hashable, set[Evidence]] = field(default_factory=dict)
    """By what is said: the copies that it was said about."""

    def fresh(self, findings: Iterable[Finding]) -> list[Finding]:
        """Those that say nothing reported before about any of the same copies; they count as reported from
        here on."""
        return [finding for finding in findings if self._is_fresh(finding)]

    def _is_fresh(self, finding: Finding) -> bool:
        step = finding.fact if finding.code in _OF_STEPS else None
        said = self._said.setdefault((finding.code, step, finding.expected, finding.got), set())
        is_fresh = said.isdisjoint(finding.about)
        said.update(finding.about)
        return is_fresh


def _bare(finding: Finding) -> Finding:
    return replace(finding, evidence=())
