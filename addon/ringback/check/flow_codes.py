"""The codes of flows: what a call says about the steps that the specification expects of it."""

from __future__ import annotations

from ringback.check.code import Code, SeverityRule
from ringback.check.examples import CALLER, OFFER, Example, action, delivered, ringing, sent
from ringback.findings import Stance

_FLOW = (
    ("caller", "server", "offer", "probable"),
    ("callee", "caller", "preaccept", "speculative"),
    ("callee", "caller", "accept", "probable"),
)
_ACCEPT = action("accept", 'from="B:17@lid"', stanza_id="A-1")
_REJECT = action("reject", 'from="B:17@lid"', stanza_id="R-1")
_OFFERED = sent(OFFER, CALLER)
_FOLLOWED = Example((_OFFERED, delivered(ringing()), delivered(_ACCEPT)), flow=_FLOW)

FLOW_STEP_TAKEN = Code(
    "flow-step-taken",
    SeverityRule.OK,
    (Stance.SUPPORTS,),
    "The call takes a step of the flow that it follows best.",
    "Nothing to mend.",
    passing=Example((_OFFERED,)),
    failing=_FOLLOWED,
)

FLOW_STEP_MISSING = Code(
    "flow-step-missing",
    SeverityRule.BY_FACT,
    (Stance.CONTRADICTS,),
    "A step of the flow was not seen on the connections that would show it.",
    "Look whether the call went another way, which the specification has no flow for.",
    passing=_FOLLOWED,
    failing=Example((_OFFERED, delivered(_ACCEPT)), flow=_FLOW),
)

FLOW_STEP_MISPLACED = Code(
    "flow-step-misplaced",
    SeverityRule.BY_FACT,
    (Stance.CONTRADICTS,),
    "A step of the flow was taken in another place than the flow has it.",
    "Compare the times on that connection: steps that cross on the way are not ordered.",
    passing=_FOLLOWED,
    failing=Example((_OFFERED, delivered(_ACCEPT), delivered(ringing())), flow=_FLOW),
)

FLOW_STEP_NOT_VISIBLE = Code(
    "flow-step-not-visible",
    SeverityRule.OK,
    (Stance.SILENT,),
    "No connection that was watched in full could have shown this step of the flow.",
    "Watch the other end as well.",
    passing=_FOLLOWED,
    failing=Example(
        (_OFFERED, delivered(ringing()), delivered(_ACCEPT)),
        flow=(*_FLOW, ("server", "callee", "offer", "probable")),
    ),
)

FLOW_UNEXPECTED = Code(
    "flow-unexpected",
    SeverityRule.NOTE,
    (Stance.EXTENDS,),
    "The flow that the call follows best has no step for this stanza of this sender.",
    "Compare further calls of the kind: what they all have is missing in the flow.",
    passing=_FOLLOWED,
    failing=Example((_OFFERED, delivered(ringing()), delivered(_REJECT), delivered(_ACCEPT)), flow=_FLOW),
)

FLOW_CODES = (FLOW_STEP_TAKEN, FLOW_STEP_MISSING, FLOW_STEP_MISPLACED, FLOW_STEP_NOT_VISIBLE, FLOW_UNEXPECTED)
