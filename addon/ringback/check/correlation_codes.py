"""The codes of a pre-accept's identity and of what answers it: found by `identity` and `acks`."""

from __future__ import annotations

from ringback.check.code import Code, SeverityRule
from ringback.check.examples import (
    ACK,
    CALLEE,
    GOOD,
    GOOD_CALL,
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

CALL_ID_MATCHES = Code(
    "call-id-matches",
    SeverityRule.OK,
    (Stance.SUPPORTS,),
    "An offer of the same call-id was seen.",
    "Nothing to mend.",
    passing=GOOD,
    failing=GOOD_CALL,
)

CALL_ID_UNKNOWN = Code(
    "call-id-unknown",
    SeverityRule.WARNING,
    (Stance.SILENT,),
    "No offer of this call-id was seen, although the connection was read from its start.",
    "See whether frames stayed closed, or the offer went to a client that was not captured.",
    passing=GOOD_CALL,
    failing=GOOD,
)

CREATOR_MATCHES = Code(
    "creator-matches",
    SeverityRule.OK,
    (Stance.SUPPORTS,),
    "The call-creator is the one of the offer.",
    "Nothing to mend.",
    passing=GOOD,
    failing=GOOD_CALL,
)

CREATOR_DIFFERS = Code(
    "creator-differs",
    SeverityRule.WARNING,
    (Stance.CONTRADICTS,),
    "The call-creator is not the one of the offer.",
    "Check whether the client strips the device number, or swaps caller and callee.",
    passing=GOOD_CALL,
    failing=example(_OFFERED, sent(preaccept().replace('call-creator="A:1@lid"', 'call-creator="A@lid"'))),
)

STANZA_ID_REUSED = Code(
    "stanza-id-reused",
    SeverityRule.WARNING,
    (Stance.CONTRADICTS,),
    "Its sender gave the same stanza id to a different stanza.",
    "Check how the client makes its ids: acks cannot be told apart by them.",
    passing=example(sent(preaccept()), sent(_ACCEPT)),
    failing=example(sent(preaccept()), sent(_ACCEPT.replace("A-1", "P-1"))),
)

ADDRESSES_LITERAL = Code(
    "addresses-literal",
    SeverityRule.NOTE,
    (Stance.CONTRADICTS,),
    "Read to the letter, the specification asks every copy for both addresses, and not every copy has both.",
    "Nothing to mend in the client: the specification could say which copy carries which address.",
    passing=example(sent(action("preaccept", 'from="B:17@lid" to="A:1@lid"'))),
    failing=GOOD,
)

ACK_RECEIVED = Code(
    "ack-received",
    SeverityRule.OK,
    (Stance.SUPPORTS,),
    "The server acknowledged the stanza by its id.",
    "Nothing to mend.",
    passing=GOOD,
    failing=example(sent(preaccept()), delivered(ACK, CALLEE)),
)

ACK_MISSING = Code(
    "ack-missing",
    SeverityRule.WARNING,
    (Stance.SILENT,),
    "The sender's copy was seen, and no ack of the server to it.",
    "See whether the capture ends too early or frames stayed closed; else the server dropped the stanza.",
    passing=example(sent(preaccept()), delivered(ACK, CALLEE)),
    failing=GOOD,
)

ACK_REFUSED = Code(
    "ack-refused",
    SeverityRule.WARNING,
    (Stance.SILENT,),
    "The server answered the stanza with an error.",
    "Look up the error and whether the call had already ended.",
    passing=example(sent(preaccept()), delivered(ACK, CALLEE)),
    failing=example(sent(preaccept()), delivered(ACK.replace("<ack", '<ack error="500"'), CALLEE)),
)

ACK_TYPE_DIFFERS = Code(
    "ack-type-differs",
    SeverityRule.WARNING,
    (Stance.CONTRADICTS,),
    "The ack names another action than the stanza that has its id.",
    "Check the client or server that wrote the ack; an ack without a type would be fine.",
    passing=example(sent(preaccept()), delivered(ACK.replace('type="preaccept" ', ""), CALLEE)),
    failing=example(sent(preaccept()), delivered(ACK.replace("preaccept", "offer"), CALLEE)),
)

ACK_ADDRESS_DIFFERS = Code(
    "ack-address-differs",
    SeverityRule.WARNING,
    (Stance.CONTRADICTS,),
    "The ack's address is not the one that the acknowledged copy carried.",
    "Compare both addresses: a stripped device number is the usual reason.",
    passing=example(sent(preaccept()), delivered(ACK, CALLEE)),
    failing=example(sent(preaccept()), delivered(ACK.replace("A:1@lid", "A@lid"), CALLEE)),
)

RECEIPT_FOR_PREACCEPT = Code(
    "receipt-for-preaccept",
    SeverityRule.NOTE,
    (Stance.EXTENDS,),
    "A receipt answers the pre-accept: in public captures only an ack ever does.",
    "Report it with the client's build.",
    passing=GOOD_CALL,
    failing=example(
        delivered(ringing()),
        sent('<receipt to="B:17@lid" id="P-1"><preaccept call-id="CALLID-0001"/></receipt>', 1),
    ),
)

CORRELATION_CODES = (
    CALL_ID_MATCHES,
    CALL_ID_UNKNOWN,
    CREATOR_MATCHES,
    CREATOR_DIFFERS,
    STANZA_ID_REUSED,
    ADDRESSES_LITERAL,
    ACK_RECEIVED,
    ACK_MISSING,
    ACK_REFUSED,
    ACK_TYPE_DIFFERS,
    ACK_ADDRESS_DIFFERS,
    RECEIPT_FOR_PREACCEPT,
)
