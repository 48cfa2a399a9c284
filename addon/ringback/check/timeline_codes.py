"""The codes of a pre-accept's place in its call and of its device: found by `order` and `devices`."""

from __future__ import annotations

from ringback.check.code import Code, SeverityRule
from ringback.check.examples import (
    CALLEE,
    CALLER,
    GOOD,
    GOOD_CALL,
    OFFER,
    OFFER_IN,
    action,
    delivered,
    example,
    preaccept,
    ringing,
    sent,
)
from ringback.findings import Stance

_OFFERED = delivered(OFFER_IN, CALLEE)
_ACCEPT = action("accept", 'to="A:1@lid"', stanza_id="A-1")
_ACCEPTED_BY_SIBLING = action("accept", 'from="B@lid"', stanza_id="A-2")
_REJECT = action("reject", 'to="A:1@lid"', stanza_id="R-1")
_TERMINATED = action("terminate", 'from="A:1@lid"', stanza_id="T-1")

OFFER_FIRST = Code(
    "offer-first",
    SeverityRule.OK,
    (Stance.SUPPORTS,),
    "The offer came first.",
    "Nothing to mend.",
    passing=GOOD,
    failing=GOOD_CALL,
)

PREACCEPT_BEFORE_OFFER = Code(
    "preaccept-before-offer",
    SeverityRule.WARNING,
    (Stance.CONTRADICTS,),
    "It comes before any offer of its call.",
    "Check whether an earlier offer stayed closed, or the client rang by other means, such as a push.",
    passing=GOOD_CALL,
    failing=example(sent(preaccept()), _OFFERED),
)

PREACCEPT_AFTER_ACCEPT = Code(
    "preaccept-after-accept",
    SeverityRule.WARNING,
    (Stance.CONTRADICTS,),
    "It comes after an accept by the same device, or by one that cannot be told from it.",
    "Check the client: a device that has answered no longer rings.",
    passing=example(_OFFERED, sent(preaccept()), sent(_ACCEPT)),
    failing=example(_OFFERED, sent(_ACCEPT), sent(preaccept())),
)

PREACCEPT_AFTER_ACCEPT_ELSEWHERE = Code(
    "preaccept-after-accept-elsewhere",
    SeverityRule.WARNING,
    (Stance.CONTRADICTS,),
    "It comes after another device has accepted.",
    "Compare the times: the two may have met on the way.",
    passing=example(delivered(ringing()), delivered(_ACCEPTED_BY_SIBLING)),
    failing=example(delivered(_ACCEPTED_BY_SIBLING), delivered(ringing())),
)

PREACCEPT_AFTER_REJECT = Code(
    "preaccept-after-reject",
    SeverityRule.WARNING,
    (Stance.CONTRADICTS,),
    "It comes after a reject by the same device.",
    "Check the client: a device that has declined no longer rings.",
    passing=example(delivered(_REJECT.replace('to="A:1@lid"', 'from="B@lid"')), delivered(ringing())),
    failing=example(sent(_REJECT), sent(preaccept())),
)

PREACCEPT_AFTER_TERMINATE = Code(
    "preaccept-after-terminate",
    SeverityRule.WARNING,
    (Stance.CONTRADICTS,),
    "It comes after the call was ended for its device.",
    "Compare the times: the client may have rung before it read the end.",
    passing=example(_OFFERED, sent(preaccept()), delivered(_TERMINATED, CALLEE)),
    failing=example(_OFFERED, delivered(_TERMINATED, CALLEE), sent(preaccept())),
)

DEVICE_OFFERED = Code(
    "device-offered",
    SeverityRule.OK,
    (Stance.SUPPORTS,),
    "The ringing device is one that the call was offered to.",
    "Nothing to mend.",
    passing=example(sent(OFFER, CALLER), delivered(ringing("B:18@lid"))),
    failing=example(sent(OFFER, CALLER), delivered(ringing())),
)

DEVICE_NOT_OFFERED = Code(
    "device-not-offered",
    SeverityRule.WARNING,
    (Stance.CONTRADICTS,),
    "The ringing device is not among those that the call was offered to.",
    "Compare with the device list in the offer's ack: the caller's own list may be stale.",
    passing=example(sent(OFFER, CALLER), delivered(ringing())),
    failing=example(sent(OFFER, CALLER), delivered(ringing("B:18@lid"))),
)

PREACCEPT_REPEATED = Code(
    "preaccept-repeated",
    SeverityRule.WARNING,
    (Stance.EXTENDS,),
    "One device sent more than one for the same call.",
    "Check whether the client rings again on a repeated offer, or after a reconnect.",
    passing=example(delivered(ringing()), delivered(ringing("B@lid", stanza_id="P-2"))),
    failing=example(delivered(ringing()), delivered(ringing(stanza_id="P-2"))),
)

PREACCEPT_BY_CREATOR = Code(
    "preaccept-by-creator",
    SeverityRule.WARNING,
    (Stance.CONTRADICTS,),
    "It comes from the account that created the call.",
    "Check the client: some third-party callers send one after the offer's ack.",
    passing=GOOD_CALL,
    failing=example(sent(OFFER, CALLER), sent(action("preaccept", 'to="B@lid"'), CALLER)),
)

TIMELINE_CODES = (
    OFFER_FIRST,
    PREACCEPT_BEFORE_OFFER,
    PREACCEPT_AFTER_ACCEPT,
    PREACCEPT_AFTER_ACCEPT_ELSEWHERE,
    PREACCEPT_AFTER_REJECT,
    PREACCEPT_AFTER_TERMINATE,
    DEVICE_OFFERED,
    DEVICE_NOT_OFFERED,
    PREACCEPT_REPEATED,
    PREACCEPT_BY_CREATOR,
)
