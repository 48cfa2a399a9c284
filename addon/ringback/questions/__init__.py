"""Open questions of a specification, weighed: calls in, verdicts with their numbers out. No I/O."""

from ringback.questions.evidence import CallEvidence, ClientFacts
from ringback.questions.facts import Bearings, FactTally, Statement
from ringback.questions.interval import Interval, wilson
from ringback.questions.registry import RULES, Question
from ringback.questions.rule import Rule
from ringback.questions.undocumented import Undocumented
from ringback.questions.verdict import Answer, Counts, Split, Spread, Tally, Verdict
from ringback.questions.weighing import Weighing, weigh

__all__ = [
    "RULES",
    "Answer",
    "Bearings",
    "CallEvidence",
    "ClientFacts",
    "Counts",
    "FactTally",
    "Interval",
    "Question",
    "Rule",
    "Split",
    "Spread",
    "Statement",
    "Tally",
    "Undocumented",
    "Verdict",
    "Weighing",
    "weigh",
    "wilson",
]
