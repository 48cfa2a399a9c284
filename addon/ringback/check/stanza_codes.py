"""The codes of single stanzas: what `ringback.check.stanza` finds, and frames that are no stanza."""

from __future__ import annotations

from ringback.check.code import Code, SeverityRule
from ringback.check.examples import (
    ACK,
    CALLEE,
    GOOD,
    SESSION,
    Example,
    action,
    delivered,
    example,
    preaccept,
    sent,
)
from ringback.findings import Stance

_TE = '<destination><te ip="203.0.113.20" port="3478"/></destination>'

FACT_OBSERVED = Code(
    "fact-observed",
    SeverityRule.OK,
    (Stance.SUPPORTS,),
    "The fact is observed as stated.",
    "Nothing to mend: each such observation counts for the fact.",
    passing=example(delivered(ACK, CALLEE)),
    failing=GOOD,
)

FACT_NOT_EXERCISED = Code(
    "fact-not-exercised",
    SeverityRule.OK,
    (Stance.SILENT,),
    "What the fact speaks of is absent, and this copy may lack it.",
    "Capture the other end, or a client or version that uses it.",
    passing=example(sent(action("preaccept", 'from="B:17@lid" to="A:1@lid"', _TE))),
    failing=GOOD,
)

ATTRIBUTE_MISSING = Code(
    "attribute-missing",
    SeverityRule.BY_FACT,
    (Stance.CONTRADICTS,),
    "An attribute that the fact requires is absent.",
    "Look at the other end's copy and at other clients: where all lack it, the fact is not required.",
    passing=GOOD,
    failing=example(sent('<call to="A:1@lid" id="P-1"><preaccept call-creator="A:1@lid"/></call>')),
)

ATTRIBUTE_TYPE = Code(
    "attribute-type",
    SeverityRule.BY_FACT,
    (Stance.CONTRADICTS,),
    "The value does not have the form of the attribute's type.",
    "Check the client that wrote it; where a stock client does, the fact's type is too narrow.",
    passing=GOOD,
    failing=example(
        sent('<call to="A:1@lid" id="P-1"><preaccept call-id="CALLID-0001" call-creator="caller"/></call>')
    ),
)

PORT_OUT_OF_RANGE = Code(
    "port-out-of-range",
    SeverityRule.BY_FACT,
    (Stance.CONTRADICTS,),
    "The port is a number, but not one from 0 to 65535.",
    "Look whether the attribute is a port at all, and in which byte order it was written.",
    passing=example(sent(preaccept(_TE))),
    failing=example(sent(preaccept(_TE.replace("3478", "65536")))),
)

VALUE_NOT_IN_ENUM = Code(
    "value-not-in-enum",
    SeverityRule.NOTE,
    (Stance.EXTENDS,),
    "The value is not among those that the specification lists.",
    "Report it: the list is what has been seen so far.",
    passing=Example(GOOD.lines, types={"call/@id": "enum:ids"}, enums={"ids": ("P-1", "P-2")}),
    failing=Example(GOOD.lines, types={"call/@id": "enum:ids"}, enums={"ids": ("P-2", "P-3")}),
)

ATTRIBUTE_UNDOCUMENTED = Code(
    "attribute-undocumented",
    SeverityRule.NOTE,
    (Stance.EXTENDS,),
    "The specification does not know this attribute.",
    "Report it with the client's build and which copy carried it.",
    passing=GOOD,
    failing=example(delivered(f'<call from="B:17@lid" id="P-1" t="1"><preaccept {SESSION}/></call>')),
)

ATTRIBUTE_REPEATED = Code(
    "attribute-repeated",
    SeverityRule.BY_FACT,
    (Stance.CONTRADICTS, Stance.EXTENDS),
    "The attribute stands more than once, and only its first value is read.",
    "Look at the raw frame: no known client writes this.",
    passing=GOOD,
    failing=example(
        sent(
            '<call to="A:1@lid" id="P-1" xmlns:rb="urn:ringback:stanza:1" rb:id.2="P-2">'
            f"<preaccept {SESSION}/></call>"
        )
    ),
)

CHILD_UNDOCUMENTED = Code(
    "child-undocumented",
    SeverityRule.NOTE,
    (Stance.EXTENDS,),
    "The specification does not know this child here.",
    "Report it with its attributes and content and the client's build.",
    passing=example(sent(preaccept(_TE))),
    failing=example(sent(preaccept('<audio enc="opus" rate="16000"/>'))),
)

CHILD_MISSING = Code(
    "child-missing",
    SeverityRule.BY_FACT,
    (Stance.CONTRADICTS,),
    "A child that the fact requires is absent.",
    "Look at the other end's copy and at other clients: where all lack it, the fact is not required.",
    passing=Example((sent(preaccept(_TE)),), occurrences={"call/preaccept/destination": "1"}),
    failing=Example(GOOD.lines, occurrences={"call/preaccept/destination": "1"}),
)

CHILD_REPEATED = Code(
    "child-repeated",
    SeverityRule.BY_FACT,
    (Stance.CONTRADICTS,),
    "The child stands more often than the fact allows.",
    "Look at the raw frame, and whether the occurrence in the specification is too narrow.",
    passing=example(sent(preaccept(_TE))),
    failing=example(sent(preaccept(_TE + _TE))),
)

CONTENT_UNDOCUMENTED = Code(
    "content-undocumented",
    SeverityRule.NOTE,
    (Stance.EXTENDS,),
    "The element holds text, an address or bytes, and the specification knows of none.",
    "Report its length and shape: packed addresses, keys and flags are carried this way.",
    passing=example(sent(preaccept(_TE))),
    failing=example(sent(preaccept("<destination><te>cb0071140d96</te></destination>"))),
)

DIRECTION_UNDOCUMENTED = Code(
    "direction-undocumented",
    SeverityRule.NOTE,
    (Stance.EXTENDS,),
    "The specification does not list the direction in which the stanza went.",
    "Report it: the file's directions are what has been seen so far.",
    passing=GOOD,
    failing=Example(GOOD.lines, directions=("incoming",)),
)

TRAILING_BYTES = Code(
    "trailing-bytes",
    SeverityRule.NOTE,
    (Stance.EXTENDS,),
    "Bytes follow the stanza in its frame.",
    "Compare with other frames of the connection: known clients ignore such bytes.",
    passing=GOOD,
    failing=example(sent(preaccept(), trailing=3)),
)

CHECK_CUT = Code(
    "check-cut",
    SeverityRule.NOTE,
    (Stance.SILENT,),
    "The stanza is so large that only its first part was checked.",
    "Look at the stanza itself: no known client sends one of this size.",
    passing=GOOD,
    failing=example(sent(preaccept("<te/>" * 1200))),
)

STANZA_UNDECODABLE = Code(
    "stanza-undecodable",
    SeverityRule.ERROR,
    (Stance.SILENT,),
    "The frame was opened, but its plaintext is no node of the protocol.",
    "Look at the named byte of the frame: a newer token dictionary, or a tag that ringback does not know.",
    passing=GOOD,
    failing=example(sent("00 f8 02 64 f8", CALLEE)),
)

STANZA_CODES = (
    FACT_OBSERVED,
    FACT_NOT_EXERCISED,
    ATTRIBUTE_MISSING,
    ATTRIBUTE_TYPE,
    PORT_OUT_OF_RANGE,
    VALUE_NOT_IN_ENUM,
    ATTRIBUTE_UNDOCUMENTED,
    ATTRIBUTE_REPEATED,
    CHILD_UNDOCUMENTED,
    CHILD_MISSING,
    CHILD_REPEATED,
    CONTENT_UNDOCUMENTED,
    DIRECTION_UNDOCUMENTED,
    TRAILING_BYTES,
    CHECK_CUT,
    STANZA_UNDECODABLE,
)
