"""The table of faults in the documentation, held against the tests that it names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.testnames import functions

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "addon" / "ringback" / "docs" / "faults.md"
FAULTS = {
    "torn capture",
    "key log truncated",
    "key log rotated",
    "key log deleted",
    "key log replaced by a directory",
    "key log of 1 GB",
    "key log with wrong keys",
    "key log growing byte by byte",
    "clock going back",
    "counter gap",
    "frames lost",
    "connection reset mid-frame",
    "disk full",
    "read-only",
    "ledger locked by another process",
    "ledger from a newer version",
    "specification edited while running",
    "add-on reloaded",
    "exception in each stage",
    "kill -9 at each stage",
    "two add-ons on one ledger",
    "1,000 connections at once",
    "zip bomb",
    "depth bomb",
    "16 MB attribute",
    "one-byte chunks for a 2 MB frame",
}
"""What has to have a row."""
_ROW = re.compile(r"^\| (?P<fault>[^|]+) \| (?P<promise>[^|]+) \| (?P<tests>[^|]+) \|$", re.MULTILINE)
_ID = re.compile(r"`([^`]+\.py(?:::\w+)+)`")


def rows() -> dict[str, tuple[str, list[str]]]:
    """Promise and tests of each fault."""
    found = (row for row in _ROW.finditer(PAGE.read_text("utf-8")) if row["fault"] not in {"fault", "---"})
    return {row["fault"]: (row["promise"], _ID.findall(row["tests"])) for row in found}


NAMED = sorted({test for _, tests in rows().values() for test in tests})


def test_every_fault_has_a_row() -> None:
    """With a promise in whole sentences, and at least one test."""
    told = rows()
    assert told.keys() >= FAULTS
    for fault, (promise, tests) in told.items():
        assert promise.endswith("."), fault
        assert tests, fault


def test_each_file_holds_its_tests() -> None:
    """Under these very names."""
    by_file: dict[str, set[str]] = {}
    for test in NAMED:
        file, _, name = test.partition("::")
        by_file.setdefault(file, set()).add(name)
    assert not {file for file, names in by_file.items() if not names <= functions(TESTS / file)}


def test_pytest_collects_each_test(request: pytest.FixtureRequest) -> None:
    """What is named runs with all the others: of each file that is run here, wholly, no test is missing."""
    if request.config.option.keyword or any("::" in argument for argument in request.config.args):
        pytest.skip("only some tests are run")
    collected = {item.nodeid.partition("[")[0].removeprefix("tests/") for item in request.session.items}
    files = {test.partition("::")[0] for test in collected}
    named = {test for test in NAMED if test.partition("::")[0] in files}
    assert named <= collected


def test_every_test_of_faults_is_in_the_table() -> None:
    """None of those that were written for it is left out."""
    written = {
        f"faults/{file.name}::{name}"
        for file in Path(__file__).parent.glob("test_*.py")
        if file.name != Path(__file__).name
        for name in functions(file)
    }
    assert written - set(NAMED) <= {"faults/test_stage_faults.py::test_without_a_fault_nothing_is_told"}
