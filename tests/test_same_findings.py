"""`mitmdump -r` with the add-on and `ringback replay` report the same, to the letter."""

from __future__ import annotations

import json
from typing import Any

import pytest

from support.runs import Run, dumped, replayed
from synthetic.manifest import SCENARIOS, capture


def records(run: Run) -> list[dict[str, Any]]:
    """The event file, line by line."""
    return [json.loads(line) for line in run.events.splitlines()]


@pytest.mark.parametrize("name", SCENARIOS)
class TestSameFindings:
    def test_in_the_event_file(self, name: str) -> None:
        """Both event files hold the same records in the same order, findings and all else."""
        live, offline = records(dumped(name)), records(replayed(name))
        assert live == offline
        codes = {said.split()[0] for all_said in capture(name).scene.expected.values() for said in all_said}
        found = {each["code"] for each in live if each["type"] == "finding" and each["severity"] != "ok"}
        assert found == codes

    def test_on_the_terminal(self, name: str) -> None:
        """Both print the same text; mitmdump's own lines all stand before it."""
        live, offline = dumped(name).stdout.splitlines(), replayed(name).stdout.splitlines()
        assert offline
        assert live[-len(offline) :] == offline
