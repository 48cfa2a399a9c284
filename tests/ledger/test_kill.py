"""`kill -9` at any moment of a live run: everything that was reported is there, and the ledger opens.

`RINGBACK_KILL_TRIALS=200` runs that many trials in place of 40.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path

import pytest
from msgspec import structs

from ringback.inspector import Inspector
from ringback.ledger import Ledger
from ringback.ledger.outlet import LedgerOutlet
from ringback.ledger.verify import verify
from ringback.observations import Message, StanzaObserved
from ringback.spec.load import load_specification
from ringback.wire.keylog import KeyLog
from support.killing import kept
from support.processes import start
from synthetic.many import many_calls

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")

TRIALS = int(os.environ.get("RINGBACK_KILL_TRIALS", "40"))
MOST_CALLS = 12


@cache
def messages() -> tuple[list[Message], bytes]:
    """A capture's messages in order of time, and its key log."""
    from ringback.sources.flows import Reading, read_captures
    from ringback.sources.hosts import HostFilter

    shown = many_calls(MOST_CALLS)
    path = Path(os.environ["RINGBACK_KILL_FOLDER"]) / "many.flows"
    path.write_bytes(shown.flows)
    events = read_captures([path], Reading(lambda _notice: None, HostFilter()))
    return [event for event in events if isinstance(event, Message)], shown.keys.encode()


def run_live(path: Path, trial: int, reports: int) -> None:
    """A proxy's run: each message is inspected, kept, and then reported down the pipe."""
    log = KeyLog()
    log.feed(messages()[1])
    inspector = Inspector(load_specification(None), log)
    outlet = LedgerOutlet(Ledger(path))
    for message in messages()[0]:
        for observation in inspector.receive(structs.replace(message, flow=f"{trial}-{message.flow}")):
            outlet.show(observation)
            if isinstance(observation, StanzaObserved):
                evidence = observation.sighting.evidence
                line = f"{evidence.flow} {evidence.place.direction.value} {evidence.place.frame}\n"
                os.write(reports, line.encode())


def reported(reports: int) -> Iterator[str]:
    """The complete lines that came through the pipe until its writer ended."""
    with os.fdopen(reports) as stream:
        for line in stream:
            if line.endswith("\n"):
                yield line.strip()


def test_nothing_that_was_reported_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One ledger through all trials, each killed at another moment, from its making to its end."""
    monkeypatch.setenv("RINGBACK_KILL_FOLDER", str(tmp_path))
    messages.cache_clear()
    messages()
    path, chance = tmp_path / "ledger.db", random.Random(5)
    seen: set[str] = set()
    interrupted = 0
    for trial in range(TRIALS):
        reading, writing = os.pipe()
        child = start(partial(run_live, path, trial, writing))
        os.close(writing)
        time.sleep(chance.uniform(0.0, 0.25))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        assert status in {0, signal.SIGKILL}
        interrupted += status == signal.SIGKILL
        of_trial = set(reported(reading))
        assert of_trial <= kept(path, f"{trial}-")
        seen |= of_trial
    assert seen
    assert seen <= kept(path)
    assert verify(path).is_sound
    assert interrupted > TRIALS // 2
    print(f"{TRIALS} runs, {interrupted} of them killed, {len(seen)} stanzas reported, none of them lost")
