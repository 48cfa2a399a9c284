"""An outcome as SARIF 2.1.0, for viewers of static analysis: a result for each kind of finding at a place.

A result points at the line of the specification that it speaks to; what is known is `unchanged`, what the
baseline holds beyond it `absent`.

Source: OASIS, Static Analysis Results Interchange Format 2.1.0 plus errata 01, sections 3.27.24 and 3.27.20.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote

from ringback.check.codes import CODES
from ringback.gate.findings import Key
from ringback.gate.outcome import Judged, Outcome, Verdict
from ringback.gate.words import calls_told, headline
from ringback.nodejson import JsonValue
from ringback.report.sarif import SCHEMA
from ringback.version import VERSION


def render_sarif(outcome: Outcome) -> str:
    """The outcome as a SARIF log."""
    keys = [*(each.found.key for each in outcome.findings), *(key for key, _ in outcome.gone)]
    run: JsonValue = {
        "tool": {
            "driver": {
                "name": "ringback",
                "version": VERSION,
                "rules": list(_rules(sorted({key.code for key in keys}))),
            }
        },
        "invocations": [{"executionSuccessful": outcome.verdict is not Verdict.NOT_READ}],
        "columnKind": "unicodeCodePoints",
        "results": [
            *(_result(each, outcome) for each in outcome.findings),
            *(_absent(key, number) for key, number in outcome.gone),
        ],
        "properties": {"verdict": outcome.verdict.value, "headline": headline(outcome)},
    }
    log: JsonValue = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=1) + "\n"


def _rules(codes: list[str]) -> Iterator[JsonValue]:
    for name in codes:
        about: dict[str, JsonValue] = {"id": name}
        if name in CODES:
            code = CODES[name]
            about |= {"shortDescription": {"text": code.meaning}, "help": {"text": code.next_step}}
        yield about


def _result(judged: Judged, outcome: Outcome) -> JsonValue:
    found = judged.found
    location: dict[str, JsonValue] = {"logicalLocations": [{"fullyQualifiedName": found.key.place}]}
    if found.source is not None:
        file, line = found.source
        location["physicalLocation"] = {
            "artifactLocation": {"uri": quote(file)},
            "region": {"startLine": line},
        }
    result: dict[str, JsonValue] = {
        **_of_key(found.key),
        "message": {"text": f"{found.message} Seen in {calls_told(judged)}; first: {found.first}."},
        "locations": [location],
        "occurrenceCount": found.count,
        "properties": {
            "stance": found.stance.value,
            "known": judged.known,
            "fails": judged.fails,
            "calls": list(found.calls),
        },
    }
    if outcome.rule.known is not None:
        result["baselineState"] = "new" if judged.new else "unchanged"
    return result


def _absent(key: Key, number: int) -> JsonValue:
    return {
        **_of_key(key),
        "message": {"text": f"{number} fewer than the baseline holds."},
        "locations": [{"logicalLocations": [{"fullyQualifiedName": key.place}]}],
        "baselineState": "absent",
    }


def _of_key(key: Key) -> dict[str, JsonValue]:
    told = " ".join(filter(None, (key.severity, key.code, key.place, key.spec, key.fact)))
    return {"ruleId": key.code, "level": key.severity, "partialFingerprints": {"ringback/1": told}}
