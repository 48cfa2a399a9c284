"""Every code there is: what `ringback codes` prints and `docs/findings.md` describes."""

from __future__ import annotations

from ringback.check.code import Code, SeverityRule
from ringback.check.correlation_codes import CORRELATION_CODES
from ringback.check.flow_codes import FLOW_CODES
from ringback.check.part_codes import PART_CODES
from ringback.check.stanza_codes import STANZA_CODES
from ringback.check.timeline_codes import TIMELINE_CODES

__all__ = ["CALL_CODES", "CODES", "PART_CODES", "STANZA_CODES", "Code", "SeverityRule"]

CALL_CODES = (*CORRELATION_CODES, *TIMELINE_CODES, *FLOW_CODES)
"""Of whole calls; `STANZA_CODES` are those of single stanzas and frames, `PART_CODES` of wire formats."""

CODES: dict[str, Code] = {code.code: code for code in (*STANZA_CODES, *PART_CODES, *CALL_CODES)}
"""By slug."""
