"""The report as SARIF 2.1.0, for viewers of static analysis: a result for each finding that is no mere `ok`.

The analysed text is the stanza, which the log holds itself, with placeholders; a result also points at the
line of the specification.

Source: OASIS, Static Analysis Results Interchange Format 2.1.0 plus errata 01.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote

from ringback.nodejson import JsonValue
from ringback.report.model import Call, Copy, Finding, Outside, Report

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def render_sarif(report: Report) -> str:
    """The report as a SARIF log."""
    log: JsonValue = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_Run(report).log()]}
    return json.dumps(log, indent=1) + "\n"


class _Run:
    """One run of a log: artifacts and results, which name each other by number."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._holders: tuple[Call | Outside, ...] = (*report.calls, report.outside)
        self._artifacts: list[JsonValue] = []
        self._places: dict[str, int] = {}
        self._sources = report.lines()
        self._copies = {
            stanza.id: (holder, number, stanza)
            for holder in self._holders
            for number, stanza in enumerate(holder.stanzas, start=1)
        }

    def log(self) -> JsonValue:
        """The run as JSON."""
        results: list[JsonValue] = [
            self._result(holder, finding)
            for holder in self._holders
            for finding in holder.findings
            if finding.severity != "ok"
        ]
        name, _, version = self._report.tool.partition(" ")
        rules: list[JsonValue] = [
            {
                "id": each.code,
                "shortDescription": {"text": each.meaning},
                "help": {"text": each.next_step},
            }
            for each in self._report.codes
        ]
        return {
            "tool": {"driver": {"name": name, "version": version, "rules": rules}},
            "columnKind": "unicodeCodePoints",
            "artifacts": self._artifacts,
            "results": results,
            "properties": {"verdict": self._report.summary.headline},
        }

    def _result(self, holder: Call | Outside, finding: Finding) -> JsonValue:
        call = holder.name if isinstance(holder, Call) else ""
        location: dict[str, JsonValue] = {"logicalLocations": [{"fullyQualifiedName": finding.place}]}
        for ref in finding.stanzas[:1]:
            location["physicalLocation"] = self._in_stanza(ref, finding.id)
        result: dict[str, JsonValue] = {
            "ruleId": finding.code,
            "level": finding.severity,
            "message": {"text": _message(finding)},
            "locations": [location],
            "partialFingerprints": {
                "ringback/1": f"{finding.code} at {finding.place} in {call or 'no call'}"
            },
            "properties": {
                "stance": finding.stance,
                "call": call,
                "questions": [ref.removeprefix("question-") for ref in finding.questions],
                "evidence": list(finding.evidence),
            },
        }
        if finding.fact is not None:
            result["relatedLocations"] = [self._in_specification(finding.fact)]
        return result

    def _in_stanza(self, ref: str, finding: str) -> JsonValue:
        """The place in the copy that shows it; the first copy where it is about the stanza as a whole."""
        holder, number, stanza = self._copies[ref]
        shown = [(copy, _line_of(copy, finding)) for copy in stanza.copies]
        copy, line = next(((copy, line) for copy, line in shown if line), shown[0])
        folder = holder.id if isinstance(holder, Call) else "outside"
        name = (
            f"{number}.{stanza.copies.index(copy) + 1}.{copy.direction}.{stanza.action.replace(' ', '.')}.xml"
        )
        uri = quote(f"{folder}/{name}")
        text = "\n".join(line.text for line in copy.lines) + "\n"
        index = self._artifact(uri, {"contents": {"text": text}, "roles": ["analysisTarget"]})
        region: dict[str, JsonValue] = {"region": {"startLine": line}} if line else {}
        return {"artifactLocation": {"uri": uri, "index": index}, **region}

    def _in_specification(self, ref: str) -> JsonValue:
        source = self._sources[ref]
        uri = quote(source.file)
        index = self._artifact(uri, {"roles": ["policy"]})
        return {
            "id": 1,
            "message": {"text": f"{source.path} ({source.stated}): {source.description}"},
            "physicalLocation": {
                "artifactLocation": {"uri": uri, "index": index},
                "region": {"startLine": source.line},
            },
        }

    def _artifact(self, uri: str, more: dict[str, JsonValue]) -> int:
        if uri not in self._places:
            self._places[uri] = len(self._artifacts)
            self._artifacts.append({"location": {"uri": uri}, **more})
        return self._places[uri]


def _line_of(copy: Copy, finding: str) -> int:
    """The number of the line that says it, 0 for none."""
    number = 1
    for line in copy.lines:
        if line.ref == finding:
            return number
        number += line.text.count("\n") + 1
    return 0


def _message(finding: Finding) -> str:
    return " ".join(_sentences(finding))


def _sentences(finding: Finding) -> Iterator[str]:
    yield finding.message
    if finding.expected is not None:
        yield f"Expected {finding.expected}."
    if finding.got is not None:
        yield f"Got {finding.got}."
