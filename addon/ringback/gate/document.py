"""An outcome as JSON, for programs. `docs/check.md` lists the keys."""

from __future__ import annotations

import json
from typing import TypedDict

from ringback.gate.findings import Key
from ringback.gate.outcome import Judged, Outcome
from ringback.gate.words import headline

SCHEMA = "ringback-check/1"


class ShownSeen(TypedDict):
    """How much was looked at."""

    calls: int
    stanzas: int
    exercised: int


class ShownFinding(TypedDict):
    """Findings of one kind at one place."""

    place: str
    code: str
    severity: str
    stance: str
    spec: str
    fact: str
    confidence: str
    message: str
    count: int
    known: int
    fails: bool
    calls: list[str]
    first: str


class ShownGone(TypedDict):
    """What the baseline holds and does not occur."""

    place: str
    code: str
    severity: str
    spec: str
    fact: str
    count: int


class Shown(TypedDict):
    """What `ringback check --format json` prints."""

    schema: str
    verdict: str
    headline: str
    fail_on: str
    strict: bool
    seen: ShownSeen
    findings: list[ShownFinding]
    gone: list[ShownGone]
    gaps: list[str]


def render_json(outcome: Outcome) -> str:
    """One object, indented."""
    return json.dumps(_shown(outcome), indent=2) + "\n"


def _shown(outcome: Outcome) -> Shown:
    seen = outcome.seen
    return {
        "schema": SCHEMA,
        "verdict": outcome.verdict.value,
        "headline": headline(outcome),
        "fail_on": outcome.rule.fail_on.value,
        "strict": outcome.rule.strict,
        "seen": {"calls": seen.calls, "stanzas": seen.stanzas, "exercised": seen.exercised},
        "findings": [_finding(each) for each in outcome.findings],
        "gone": [_gone(key, number) for key, number in outcome.gone],
        "gaps": list(outcome.gaps),
    }


def _finding(judged: Judged) -> ShownFinding:
    found, key = judged.found, judged.found.key
    return {
        "place": key.place,
        "code": key.code,
        "severity": key.severity,
        "stance": found.stance.value,
        "spec": key.spec,
        "fact": key.fact,
        "confidence": found.confidence,
        "message": found.message,
        "count": found.count,
        "known": judged.known,
        "fails": judged.fails,
        "calls": list(found.calls),
        "first": found.first,
    }


def _gone(key: Key, number: int) -> ShownGone:
    return {
        "place": key.place,
        "code": key.code,
        "severity": key.severity,
        "spec": key.spec,
        "fact": key.fact,
        "count": number,
    }
