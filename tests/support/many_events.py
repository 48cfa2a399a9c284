"""An event file with thousands of calls, made of the records of one: quick to make, the same each time."""

from __future__ import annotations

import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ringback.commands.environment import Environment
from ringback.commands.recorded import Recording, SourceOptions
from ringback.commands.replay import Report, replay
from synthetic.many import many_calls

BETWEEN_S = 20.0
"""From one call to the next."""
SILENT = 7
"""Each seventh call is given up before anything rings."""
WHOLE = 10
"""Each tenth call has all its stanzas; the others have the three that matter most."""
_NUMBER = re.compile(r"(?<=\"ID-)[0-9]{4}|(?<=\"CALLID-)[0-9]{4}")
_IDS = 100
"""Numbers of stanza ids that each call may use."""


def many_events(path: Path, calls: int) -> Path:
    """Write an event file with `calls` calls, those with a pre-accept as their caller's socket shows them."""
    head, call = _records()
    first_message = 1 + max(record["message"] for record in call)
    with path.open("w") as file:
        for record in head:
            file.write(json.dumps(record) + "\n")
        for number in range(calls):
            is_silent = number % SILENT == SILENT - 1
            actions = {"offer", "terminate"} if is_silent else {"offer", "preaccept", "terminate"}
            for record in call:
                if record["action"] in actions or (number % WHOLE == 0 and not is_silent):
                    file.write(_of_call(record, number, first_message) + "\n")
    return path


def _records() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What comes before the call, and the call stanzas of it that the caller's socket shows."""
    made = many_calls(1)
    with TemporaryDirectory() as name, (Path(name) / "printed").open("w") as printed:
        flows, events = Path(name, "one.flows"), Path(name, "one.jsonl")
        flows.write_bytes(made.flows)
        flows.with_suffix(".keys").write_text(made.keys)
        replay(SourceOptions(Recording((flows,))), Report(events=events), Environment(printed, None))
        records = [json.loads(line) for line in events.read_text().splitlines()]
    stanzas = [each for each in records if each["type"] == "stanza"]
    connection = stanzas[0]["connection"]
    call = [each for each in stanzas if each["connection"] == connection and each["node"]["tag"] == "call"]
    return [each for each in records if each["type"] in ("start", "client", "recognised")], call


def _of_call(record: dict[str, Any], number: int, first_message: int) -> str:
    """The record with its time, its place and its ids as they are in the call of that number."""
    moved = {
        **record,
        "at": record["at"] + number * BETWEEN_S,
        "message": record["message"] + number * first_message,
        "frame": record["frame"] + number * first_message,
    }
    return _NUMBER.sub(lambda found: _numbered(found, number), json.dumps(moved))


def _numbered(found: re.Match[str], number: int) -> str:
    is_call = found.string[: found.start()].endswith("CALLID-")
    return f"{int(found[0]) + number * (1 if is_call else _IDS):04}"
