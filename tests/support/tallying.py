"""What is counted of a ledger, asked for in both ways: of what is kept, and of all its stanzas."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ringback.calls import Call
from ringback.export.material import Material
from ringback.export.questions import questions_json, questions_markdown
from ringback.export.tallied import TallyAppraisal, counting_by
from ringback.export.washing import Appraisal
from ringback.ledger import StoredLedger
from ringback.ledger.counts import Counting, Going, Tally
from ringback.questions.counts import Counted
from ringback.spec.model import Specification
from support.ledgers import SPECIFICATION


@dataclass
class Asked:
    """One question to a ledger."""

    tally: Tally
    counted: list[str]
    """Ids of the calls that were counted for it."""


def ask(path: Path, specification: Specification = SPECIFICATION, going: Going | None = None) -> Asked:
    """Its counts, brought up to date."""
    ledger, seen = StoredLedger(path), []
    counting = counting_by(specification, (), cache(ledger.clients))

    def count(call: Call, unreliable: Collection[int]) -> Counted:
        seen.append(call.call_id)
        return counting.count(call, unreliable)

    tally = ledger.tally(Counting(counting.model, count, counting.fits), going or Going())
    return Asked(tally, seen)


def told(tally: Tally, specification: Specification = SPECIFICATION) -> tuple[str, str]:
    """What an export of the counts says."""
    appraised = TallyAppraisal(tally, specification)
    return questions_markdown(appraised), questions_json(appraised)


def told_by_all(path: Path, specification: Specification = SPECIFICATION) -> tuple[str, str]:
    """What an export of all stanzas says, which are read, washed and weighed together."""
    ledger = StoredLedger(path)
    doubtful = ledger.kinship().doubtful_calls
    appraisal = Appraisal(Material.of(ledger.calls(), ledger.clients(), specification, doubtful))
    return questions_markdown(appraisal), questions_json(appraisal)
