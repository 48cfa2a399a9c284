"""Two specifications of one stanza at once: where they disagree, and the evidence for either side."""

from ringback.conflicts.claims import Claim, Comparison, Form, ModelConflict, Presence
from ringback.conflicts.compare import compare, comparisons
from ringback.conflicts.tally import (
    ConflictNumbers,
    ConflictTally,
    SideNumbers,
    SideTally,
    calls_of,
    numbers_of,
    observe,
    stance_of,
    tally,
)

__all__ = [
    "Claim",
    "Comparison",
    "ConflictNumbers",
    "ConflictTally",
    "Form",
    "ModelConflict",
    "Presence",
    "SideNumbers",
    "SideTally",
    "calls_of",
    "compare",
    "comparisons",
    "numbers_of",
    "observe",
    "stance_of",
    "tally",
]
