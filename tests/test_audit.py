"""What the audit of CI makes of pip-audit's answers."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

FILE = Path(__file__).parents[1] / ".ci" / "audit.py"


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["audit"] = module
    spec.loader.exec_module(module)
    return module


ANSWER: list[dict[str, Any]] = [
    {"name": "sound", "version": "1.0", "vulns": []},
    {
        "name": "h11",
        "version": "0.14.0",
        "vulns": [{"id": "PYSEC-1", "fix_versions": ["0.16.0"], "aliases": ["CVE-1"], "description": "x"}],
    },
]
"""In the form of pip-audit 2.10, `-f json`."""


def test_each_vulnerability_is_found(audit: ModuleType) -> None:
    (found,) = audit.findings(ANSWER)
    assert (found.package, found.version, found.name, found.mended_in) == (
        "h11",
        "0.14.0",
        "PYSEC-1",
        ("0.16.0",),
    )


@pytest.mark.parametrize("name", ["PYSEC-1", "CVE-1"])
def test_what_was_accepted_is_left_out(audit: ModuleType, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """By its own id or another's."""
    monkeypatch.setattr(audit, "ACCEPTED", {name: "not reached"})
    assert audit.findings(ANSWER) == []


@pytest.mark.parametrize(
    ("newer", "mended"), [("0.16.0", True), ("0.17", True), ("0.15", False), ("0.14.0", False), (None, False)]
)
def test_only_what_a_newer_python_mends_is_excused(
    audit: ModuleType, newer: str | None, mended: bool
) -> None:
    (found,) = audit.findings(ANSWER)
    assert audit.is_mended_later(found, {} if newer is None else {"h11": newer}) is mended


def test_the_pins_of_each_line(audit: ModuleType) -> None:
    """Every package of the lock once, under a Python of each line."""
    lock = FILE.with_name("tests.txt")
    older, newer = (audit.pins(lock, python) for python in audit.LINES)
    assert older["mitmproxy"].startswith("11.")
    assert newer["mitmproxy"].startswith("12.")
    assert older["rich"] == newer["rich"]
