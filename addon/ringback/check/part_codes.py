"""The codes of wire formats: what a spec part states beyond what the stanza format can say."""

from __future__ import annotations

from ringback.check.code import Code, SeverityRule
from ringback.check.examples import Example, preaccept, sent
from ringback.findings import Stance

_FORMAT = """\
<call to="{caller}" id="{id}">
  <preaccept call-id="{call-id}" call-creator="{creator}">
    <encopt keygen="2"/>
    <capability>01 05</capability>
  </preaccept>
</call>
"""

_AS_SHOWN = Example(
    (sent(preaccept('<encopt keygen="2"/><capability>0105</capability>')),), wire_format=_FORMAT
)

VALUE_DIFFERS = Code(
    "value-differs",
    SeverityRule.BY_FACT,
    (Stance.CONTRADICTS,),
    "The value is not the one that the wire format writes out.",
    "Compare other clients and versions: where they differ too, the value is not fixed.",
    passing=_AS_SHOWN,
    failing=Example((sent(preaccept('<encopt keygen="1"/>')),), wire_format=_FORMAT),
)

CONTENT_DIFFERS = Code(
    "content-differs",
    SeverityRule.BY_FACT,
    (Stance.CONTRADICTS,),
    "The element does not hold the bytes that the wire format shows in it.",
    "Report what it holds with the client's build: blobs change from version to version.",
    passing=_AS_SHOWN,
    failing=Example((sent(preaccept("<capability>0109</capability>")),), wire_format=_FORMAT),
)

CHILDREN_MISORDERED = Code(
    "children-misordered",
    SeverityRule.BY_FACT,
    (Stance.CONTRADICTS,),
    "The children do not stand in the order of the wire format.",
    "Look whether the server refused it, and whether other clients write this order as well.",
    passing=_AS_SHOWN,
    failing=Example(
        (sent(preaccept('<capability>0105</capability><encopt keygen="2"/>')),), wire_format=_FORMAT
    ),
)

PART_CODES = (VALUE_DIFFERS, CONTENT_DIFFERS, CHILDREN_MISORDERED)
