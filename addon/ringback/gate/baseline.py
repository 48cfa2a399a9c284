"""The baseline: findings that are known, with how many of each. A file to be committed and reviewed.

It holds no value off the wire but names of tags and attributes, and nothing of the run that it was made from.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import astuple, fields
from pathlib import Path

from ringback.errors import SourceError
from ringback.findings import Severity
from ringback.gate.findings import Counted, Key

SCHEMA = "ringback-baseline/1"
MAX_BYTES = 16 << 20
"""Largest file that is read. Against one that is none."""
_FIELDS = tuple(each.name for each in fields(Key))
_SEVERITIES = frozenset(severity.value for severity in Severity)


def render_baseline(found: Iterable[Counted]) -> str:
    """The file: one finding a line, sorted, so that a difference of two versions says what changed."""
    lines = (json.dumps(_entry(each)) for each in sorted(found, key=lambda each: each.key))
    listed = ",\n".join(f"  {line}" for line in lines)
    findings = f"[\n{listed}\n ]" if listed else "[]"
    return f'{{\n "schema": "{SCHEMA}",\n "findings": {findings}\n}}\n'


def read_baseline(path: Path) -> Mapping[Key, int]:
    """How many of each finding are known.

    Raises:
        SourceError: the file cannot be read or is no baseline that this version knows.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        advice = "make one with --write-baseline"
        raise SourceError(f"baseline {path} cannot be read ({error.strerror}); {advice}") from error
    if len(data) > MAX_BYTES:
        raise SourceError(f"{path} is no baseline: it is larger than {MAX_BYTES >> 20} MiB")
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{path} is no baseline: it is no JSON; make one with --write-baseline") from error
    return _known(document, path)


def _entry(counted: Counted) -> dict[str, str | int]:
    return {**dict(zip(_FIELDS, astuple(counted.key), strict=True)), "count": counted.count}


def _known(document: object, path: Path) -> Mapping[Key, int]:
    if not isinstance(document, dict) or not isinstance(document.get("findings"), list):
        raise SourceError(f"{path} is no baseline: make one with --write-baseline")
    if document.get("schema") != SCHEMA:
        advice = "use the ringback that wrote it, or write it anew"
        raise SourceError(f"{path} is no baseline of the format {SCHEMA}; {advice}")
    known: dict[Key, int] = {}
    for number, entry in enumerate(document["findings"], start=1):
        key, count = _parsed(entry, f"{path}: finding {number}")
        if key in known:
            raise SourceError(f"{path}: finding {number} is there twice; put the two together")
        known[key] = count
    return known


def _parsed(entry: object, where: str) -> tuple[Key, int]:
    if not isinstance(entry, dict) or entry.keys() != {*_FIELDS, "count"}:
        raise SourceError(f"{where} needs {', '.join(_FIELDS)} and count, and nothing else")
    values, count = [entry[name] for name in _FIELDS], entry["count"]
    if not all(isinstance(value, str) for value in values) or entry["severity"] not in _SEVERITIES:
        raise SourceError(f"{where} is none: its values are words, and severity one of note, warning, error")
    if type(count) is not int or count < 1:
        raise SourceError(f"{where} has no count, a whole number from 1")
    return Key(*values), count
