"""One call in, its counts out: the half of the weighing that looks at stanzas."""

from __future__ import annotations

from collections.abc import Mapping

from ringback.calls import Call
from ringback.questions.always_emitted import count_emitted
from ringback.questions.counts import CallCount, Counted, ModelCount, RulesCount
from ringback.questions.early_candidates import count_early
from ringback.questions.evidence import CallEvidence, ClientFacts
from ringback.questions.facts import count_facts
from ringback.questions.ringing_devices import count_ringing
from ringback.questions.rung import rung_devices
from ringback.spec.model import Specification

NOTHING = ModelCount((), (), (), ())
"""Stands for what a call says about the specification where that is not asked for."""


def count_call(
    call: Call,
    clients: Mapping[int, ClientFacts],
    specification: Specification | None,
    *,
    seen: Call | None = None,
) -> Counted:
    """What is counted of the call; without a specification the questions alone.

    `clients` is by number of the connection. `seen` is the call as it was seen, where `call` has
    placeholders: types and shapes of what is undocumented are told from the real values, which they do not
    show. Nothing is raised for any call.
    """
    evidence = CallEvidence.of(call, clients)
    rung = rung_devices(evidence)
    ringing, durations = count_ringing(evidence, rung)
    rules = RulesCount(count_emitted(evidence, rung), count_early(evidence), ringing)
    nodes = {} if seen is None else {copy.evidence: copy.node for copy in seen.sightings()}
    model = NOTHING if specification is None else count_facts(evidence, nodes, specification)
    at = min((sighting.at for sighting in call.sightings()), default=float("inf"))
    return Counted(call.call_id, at, call.capture, durations, CallCount(rules, model))
