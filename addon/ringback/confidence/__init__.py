"""The corroboration rule: what the evidence carries each fact of the specification to, and why not further.

After `ringback.findings` in the pipeline, and like everything up to the outlets without any I/O.
"""

from ringback.confidence.carry import Carry, Discrepancy, carry
from ringback.confidence.independence import Hindrance, Witness, obstacles
from ringback.confidence.levels import Level, Levels, Observed, weigh_numbers
from ringback.confidence.observed import Client, ObservedFact, observed_facts
from ringback.confidence.score import Score, ScoreChange, Weighing, score, weigh, weigh_facts

__all__ = [
    "Carry",
    "Client",
    "Discrepancy",
    "Hindrance",
    "Level",
    "Levels",
    "Observed",
    "ObservedFact",
    "Score",
    "ScoreChange",
    "Weighing",
    "Witness",
    "carry",
    "observed_facts",
    "obstacles",
    "score",
    "weigh",
    "weigh_facts",
    "weigh_numbers",
]
