"""Open questions of a specification, weighed: calls in, verdicts with their numbers out. No I/O."""

from ringback.questions.interval import Interval, wilson
from ringback.questions.verdict import Answer, Counts, Split, Spread, Tally, Verdict

__all__ = ["Answer", "Counts", "Interval", "Split", "Spread", "Tally", "Verdict", "wilson"]
