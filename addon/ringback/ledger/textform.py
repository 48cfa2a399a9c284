"""What stands in the ledger's columns, and the values that come back out of them.

Nodes and single values are kept as XML (`ringback.stanza.xml`), which loses nothing: an address stays told
from text, an empty child list from none, the second `id` of a node from the first. `""` is no value.
"""

from __future__ import annotations

import hashlib
import json
import math

from ringback.errors import StanzaError
from ringback.findings import FactRef, Finding, Severity, Stance
from ringback.stanza import Content, Node, Value, from_text, to_text

_VALUE = "value"
"""Tag of the node that wraps a single value."""


def write_node(node: Node) -> str:
    """The node as XML on one line."""
    return to_text(node, pretty=False)


def read_node(text: str) -> Node:
    """The node that `write_node` spelled.

    Raises:
        StanzaError: it is none; the ledger is damaged.
    """
    return from_text(text)


def write_value(value: Value | bytes | None) -> str:
    """An address, a text or bytes."""
    return "" if value is None else write_node(Node(_VALUE, {}, value))


def read_value(text: str) -> Value | bytes | None:
    """The value that `write_value` spelled.

    Raises:
        StanzaError: it is none; the ledger is damaged.
    """
    content: Content = None if not text else read_node(text).content
    if isinstance(content, tuple):
        raise StanzaError("a list of nodes where a single value was to stand")
    return content


def write_statement(finding: Finding) -> str:
    """What a finding says of whatever it was found in: all of it but call, values and evidence."""
    fact = finding.fact
    return json.dumps(
        {
            "code": finding.code,
            "severity": finding.severity.value,
            "stance": finding.stance.value,
            "path": finding.path,
            "message": finding.message,
            "fact": None if fact is None else [fact.spec, fact.path, fact.confidence, fact.techniques],
            "questions": finding.questions,
        },
        sort_keys=True,
    )


def read_statement(text: str) -> Finding:
    """The finding that `write_statement` spelled, without call, values and evidence.

    Raises:
        ValueError, KeyError, TypeError: it is none; the ledger is damaged.
    """
    said = json.loads(text)
    fact = said["fact"]
    return Finding(
        code=_text(said["code"]),
        severity=Severity(said["severity"]),
        stance=Stance(said["stance"]),
        path=_texts(said["path"]),
        message=_text(said["message"]),
        fact=None if fact is None else _fact(*fact),
        questions=_texts(said["questions"]),
        call_id=None,
        evidence=(),
    )


def write_detail(detail: tuple[tuple[str, str], ...]) -> str:
    """Further facts about a client, in order."""
    return json.dumps(detail)


def read_detail(text: str) -> tuple[tuple[str, str], ...]:
    """The facts that `write_detail` spelled.

    Raises:
        ValueError, TypeError: they are none; the ledger is damaged.
    """
    return tuple((_text(name), _text(fact)) for name, fact in json.loads(text))


def _fact(spec: object, path: object, confidence: object, techniques: object) -> FactRef:
    return FactRef(_text(spec), _text(path), _text(confidence), _texts(techniques))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError("no list")
    return tuple(map(_text, value))


def write_time(at: float) -> float:
    """Seconds since the epoch; 0 for what is no time, which SQLite has no number for."""
    return at if math.isfinite(at) else 0.0


def printable(text: str) -> str:
    """A name of a capture or flow: what is no Unicode, as in names of files, is escaped."""
    return text.encode("utf-8", "backslashreplace").decode()


def digest(*parts: str) -> str:
    """One name for several texts."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
