"""The shape of wacrg's capture files, restated for tests.

Source: wacrg corpus/schema/capture.schema.json (commit 0114515).
"""

from __future__ import annotations

from typing import Any

from ringback.spec.model import CONFIDENCES, TECHNIQUES
from ringback.spec.wacrg import DIRECTIONS, STATUSES

_REQUIRED = {"id", "source", "stanza_tag", "direction", "confidence", "raw", "sanitized"}
_OPTIONAL = {"title", "status", "decoded", "attributes", "notes"}
_SOURCE = {"technique", "issue", "contributor", "captured_at", "tools"}
FORMATS = ("xml", "hex", "base64", "json")


def assert_is_capture(capture: Any) -> None:
    """Fail with the key that breaks the schema."""
    _keys(capture, _REQUIRED, _OPTIONAL)
    _texts(capture, "id", "title", "stanza_tag", "decoded", "notes")
    assert capture["id"]
    assert capture["stanza_tag"]
    assert capture["sanitized"] is True
    assert capture["direction"] in DIRECTIONS
    assert capture["confidence"] in CONFIDENCES
    assert capture.get("status", "draft") in STATUSES
    _keys(capture["source"], {"technique"}, _SOURCE)
    assert capture["source"]["technique"] in TECHNIQUES
    _texts(capture["source"], "contributor", "captured_at")
    assert all(isinstance(tool, str) for tool in capture["source"].get("tools", []))
    _keys(capture["raw"], {"format", "body"}, set())
    assert capture["raw"]["format"] in FORMATS
    _texts(capture["raw"], "body")
    for attribute in capture.get("attributes", []):
        _keys(attribute, {"name", "value"}, {"note"})
        _texts(attribute, "name", "value", "note")


def _keys(mapping: Any, required: set[str], optional: set[str]) -> None:
    assert isinstance(mapping, dict)
    assert required <= set(mapping), required - set(mapping)
    assert set(mapping) <= required | optional, set(mapping) - required - optional


def _texts(mapping: dict[str, Any], *keys: str) -> None:
    for key in keys:
        assert isinstance(mapping.get(key, ""), str), key
