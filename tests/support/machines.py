"""Machines that recorded parts of the shipped captures, each under a secret of its own."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from ringback.ledger import Ledger
from ringback.observations import FindingMade, Observation, StanzaObserved, WireNotice
from ringback.questions import Weighing, weigh
from support.ledgers import SPECIFICATION, filled
from test_captures import report

NAMES = ("single-callee", "multi-device", "early-candidates", "no-preaccept")
"""Captures an hour apart, with the same two accounts."""


def flow_of(observation: Observation) -> str:
    if isinstance(observation, StanzaObserved):
        return observation.sighting.evidence.flow
    if isinstance(observation, FindingMade):
        return observation.finding.evidence[0].flow
    return observation.flow


def connections(name: str) -> list[list[Observation]]:
    """What each connection of a capture shows, that of the caller first."""
    observations = report(name).observations
    flows = dict.fromkeys(each.flow for each in observations if isinstance(each, WireNotice))
    told = [[each for each in observations if flow_of(each) == flow] for flow in flows]
    return [each for each in told if any(isinstance(one, StanzaObserved) for one in each)]


def machine(path: Path, *parts: Iterable[Observation]) -> Path:
    """A ledger with a secret of its own that recorded this."""
    filled(path, *itertools.chain(*parts)).close()
    return path


def merged(path: Path, *sources: Path) -> Path:
    with Ledger(path) as ledger:
        for source in sources:
            ledger.merge(source)
    return path


def weighed(path: Path) -> Weighing:
    with Ledger(path) as ledger:
        doubtful = ledger.kinship().doubtful_calls
        return weigh(ledger.calls(), ledger.clients(), SPECIFICATION, doubtful=doubtful)


def numbers(path: Path) -> list[object]:
    """All that a ledger comes to, but for how its calls are named."""
    nameless = [
        replace(verdict, calls=("",) * len(verdict.calls), exceptions=("",) * len(verdict.exceptions))
        for verdict in weighed(path).verdicts
    ]
    with Ledger(path) as ledger:
        found = sorted((each.code, each.path, len(each.evidence)) for each in ledger.findings())
        return [nameless, found, ledger.stats().stanzas, len(list(ledger.calls()))]
