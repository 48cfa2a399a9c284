"""The option `ringback_ledger`: recording what a running proxy sees, which nothing about it may harm."""

# mitmproxy's test helpers are not annotated.
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from mitmproxy.exceptions import OptionsError

from ringback.addon import Ringback
from ringback.ledger import Ledger, StoredLedger
from ringback.observations import Observation
from support.recorded import key_log, websocket_flows
from test_addon import NAME, Watcher, cycle, live, loaded


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
def keys(tmp_path: Path) -> str:
    path = tmp_path / "session.keys"
    path.write_text(key_log(NAME))
    return str(path)


def kept(path: Path) -> int:
    return StoredLedger(path).stats().stanzas


class Counting(Watcher):
    """Compares, at each stanza that is reported, what was reported with what is on the disk by then."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.behind: list[int] = []

    def ringback_stanza(self, observation: object) -> None:
        super().ringback_stanza(observation)  # type: ignore[arg-type]
        with closing(sqlite3.connect(self.path)) as database:
            (count,) = database.execute("SELECT count(*) FROM stanza").fetchone()
        self.behind.append(len(self.stanzas) - count)


def test_what_is_reported_is_kept_by_then(path: Path, keys: str) -> None:
    """At the moment another add-on hears of a stanza it is on the disk, with all that was heard of before."""
    addon, watcher = Ringback(), Counting(path)
    with loaded(addon, watcher, ringback_ledger=str(path), ringback_keylog=keys) as tctx:
        cycle(tctx, addon, live(websocket_flows(NAME)))
        addon.done()
    assert watcher.stanzas
    assert max(watcher.behind) <= 0
    assert kept(path) == len(watcher.stanzas)


def test_live_and_from_its_file_counts_once(path: Path, keys: str) -> None:
    """mitmproxy keeps the flow's id in the file: reading the recording of a live run adds no stanza."""
    counts = []
    for flows in (live(websocket_flows(NAME)), websocket_flows(NAME)):
        addon = Ringback()
        with loaded(addon, ringback_ledger=str(path), ringback_keylog=keys) as tctx:
            cycle(tctx, addon, flows)
            addon.done()
        counts.append((kept(path), len(list(StoredLedger(path).findings()))))
    assert counts[0] == counts[1]
    (live_and_file,) = {each.captures for each in StoredLedger(path).connections()}
    assert len(live_and_file) == 2


def test_a_ledger_that_cannot_be_used_is_refused_at_start(tmp_path: Path) -> None:
    """With the option's name, the reason and what to do."""
    addon = Ringback()
    with (
        pytest.raises(OptionsError, match=r"ringback_ledger: .*: its folder does not exist: make it first"),
        loaded(addon, ringback_ledger=str(tmp_path / "missing" / "l.db")),
    ):
        pass


def test_a_locked_ledger_is_told_once_and_caught_up(
    path: Path, keys: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Everything else goes on meanwhile, and what was seen is kept once the lock is gone."""
    addon, watcher = Ringback(), Watcher()
    flows = live(websocket_flows(NAME))
    with loaded(addon, watcher, ringback_ledger=str(path), ringback_keylog=keys) as tctx:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            cycle(tctx, addon, flows)
            while not watcher.stanzas:
                addon.tick(time.time())
            other.execute("ROLLBACK")
        addon.done()
    told = [each.getMessage() for each in caplog.records if "ledger" in each.getMessage()]
    assert len(told) == 1
    assert "another process is writing to it" in told[0]
    assert kept(path) == len(watcher.stanzas)


def test_a_slow_disk_holds_up_no_message(
    path: Path, keys: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every message passes while the first is still being written; nothing is reported until it is, and then
    all of it, in order."""
    released = threading.Event()
    record = Ledger.record

    def slow(self: Ledger, *observations: Observation) -> None:
        assert released.wait(60)
        record(self, *observations)

    monkeypatch.setattr(Ledger, "record", slow)
    addon, watcher, events = Ringback(), Watcher(), tmp_path / "events.jsonl"
    options = {"ringback_ledger": str(path), "ringback_keylog": keys, "ringback_events": str(events)}
    with loaded(addon, watcher, **options) as tctx:
        cycle(tctx, addon, live(websocket_flows(NAME)))
        addon.tick(time.time())
        assert len(addon.screens.casebook.cases) == 1
        assert (watcher.stanzas, events.read_text().count("\n")) == ([], 1)
        released.set()
        addon.done()
    assert kept(path) == len(watcher.stanzas) > 0
    assert events.read_text().count('"type": "stanza"') == len(watcher.stanzas)


def test_another_ledger_can_be_named_while_it_runs(path: Path, keys: str, tmp_path: Path) -> None:
    """What comes from then on goes there; the first is given back, whole."""
    addon, other = Ringback(), tmp_path / "other.db"
    first, *rest = live(websocket_flows(NAME))
    with loaded(addon, ringback_ledger=str(path), ringback_keylog=keys) as tctx:
        cycle(tctx, addon, [first])
        tctx.configure(addon, ringback_ledger=str(other))
        cycle(tctx, addon, rest)
        addon.done()
    assert {each.evidence.flow for each in StoredLedger(path).sightings()} == {first.id}
    assert {each.evidence.flow for each in StoredLedger(other).sightings()} == {flow.id for flow in rest}
