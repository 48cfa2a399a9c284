"""Two specifications of one stanza at once: where they disagree, and the evidence for either side."""

from ringback.conflicts.claims import Claim, Comparison, Form, ModelConflict, Presence
from ringback.conflicts.compare import compare, comparisons
from ringback.conflicts.tally import ConflictTally, SideTally, calls_of, observe, stance_of, tally

__all__ = [
    "Claim",
    "Comparison",
    "ConflictTally",
    "Form",
    "ModelConflict",
    "Presence",
    "SideTally",
    "calls_of",
    "compare",
    "comparisons",
    "observe",
    "stance_of",
    "tally",
]
