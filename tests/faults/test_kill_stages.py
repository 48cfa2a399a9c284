"""`kill -9` in each stage, by the process itself in the midst of it: what is left behind, and the next run.

`tests/ledger/test_kill.py` and `test_kill_mitmdump.py` kill at random moments; here each stage has its turn.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import pytest

from ringback.commands.writing import write_file
from ringback.eventfile import EventFile
from ringback.ledger import Ledger, StoredLedger
from ringback.ledger.copying import copy_ledger
from ringback.ledger.outlet import LedgerOutlet
from ringback.ledger.verify import verify
from ringback.outlets import EventOutlet
from ringback.sanitize import Placeholders
from ringback.session import Session
from ringback.spec.load import load_specification
from support.ledgers import filled, observed
from support.processes import start
from support.recorded import in_order, key_log, websocket_flows
from support.sightings import Tape, good_call

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")

NAME = "single-callee"
STANZAS = 34
CALL = observed(*good_call(Tape()))


def die(*_positional: object, **_named: object) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def killed(run: Callable[[], object], stage: str, *, times: int = 1, after: bool = False) -> None:
    """Run it in a process of its own that is killed where it enters a stage for the so many-th time, or where
    it has gone through it."""

    def child() -> None:
        patch, left = pytest.MonkeyPatch(), times

        def counting(original: Any) -> Any:
            def counted(*positional: Any, **named: Any) -> Any:
                nonlocal left
                left -= 1
                if after:
                    given = original(*positional, **named)
                if left == 0:
                    die()
                return given if after else original(*positional, **named)

            return counted

        owner, _, name = stage.rpartition(".")
        patch.setattr(stage, counting(getattr(resolve_name(owner), name)))
        run()

    _, status = os.waitpid(start(child), 0)
    assert status == signal.SIGKILL, "the stage was not come to"


def live(folder: Path) -> None:
    """A proxy's run from its start to its end: keys, flows, event file and ledger."""
    session = Session(load_specification(None), lambda _notice: None)
    session.outlets = [
        LedgerOutlet(Ledger(folder / "ledger.db")),
        EventOutlet(EventFile(folder / "events.jsonl"), Placeholders()),
    ]
    session.follow_keys(folder / "live.keys")
    flows = websocket_flows(NAME)
    spoken = in_order(flows)
    for flow in flows:
        assert flow.websocket is not None
        flow.live, flow.websocket.messages = True, []
    for flow, said in spoken:
        assert flow.websocket is not None
        flow.websocket.messages.append(said)
        session.take_message(flow)
    session.tick(4_000_000_000.0, reading=False)
    session.close()


def stanzas(events: Path) -> int:
    """How many stanzas an event file tells; each of its lines is whole but for the last."""
    lines = events.read_text().split("\n")[:-1] if events.exists() else []
    return sum(json.loads(line)["type"] == "stanza" for line in lines)


@pytest.mark.parametrize(
    ("stage", "times"),
    [
        ("ringback.eventfile.EventFile._start", 1),
        ("ringback.ledger.schema._run", 1),
        ("ringback.wire.keylog.KeyLog.feed", 1),
        ("ringback.session.flows.to_message", 30),
        ("ringback.wire.handshake.HandshakeState.receive", 3),
        ("ringback.wire.noise.TransportOpener.open", 1),
        ("ringback.wire.stanzas.decode", 5),
        ("ringback.calls.book.CallBook.add", 10),
        ("ringback.inspector.check_stanza", 1),
        ("ringback.inspector.check_call", 5),
        ("ringback.ledger.store.Ledger.record", 10),
        ("ringback.ledger.writing.Recorder.record", 10),
        ("ringback.eventfile.EventFile.write", 10),
        ("ringback.inspector.Inspector.settle", 1),
        ("ringback.inspector.Inspector.finish", 1),
        ("ringback.eventfile.EventFile.summary", 1),
        ("ringback.eventfile.os.fsync", 1),
        ("ringback.ledger.store.Ledger.close", 1),
    ],
)
@pytest.mark.parametrize("after", [False, True], ids=["before", "behind"])
def test_a_live_run(tmp_path: Path, stage: str, times: int, after: bool) -> None:
    """The ledger is sound, the event file holds whole lines; the next run finds nothing in its way, and what
    it sees is there in the end, each stanza once in the ledger."""
    (tmp_path / "live.keys").write_text(key_log(NAME))
    killed(partial(live, tmp_path), stage, times=times, after=after)
    ledger, events = tmp_path / "ledger.db", tmp_path / "events.jsonl"
    kept = stanzas(events)
    if ledger.exists() and ledger.stat().st_size:
        with Ledger(ledger) as opened:
            assert opened.verify().is_sound
            assert opened.stats().stanzas <= STANZAS
    live(tmp_path)
    assert StoredLedger(ledger).stats().stanzas == STANZAS
    assert verify(ledger).is_sound
    assert stanzas(events) == kept + STANZAS
    assert not list(tmp_path.glob("*-wal"))


def test_in_the_midst_of_a_line(tmp_path: Path) -> None:
    """Half a line is taken away by the next run, which says so; what stood before it stays."""
    (tmp_path / "live.keys").write_text(key_log(NAME))
    events = tmp_path / "events.jsonl"

    def run() -> None:
        write = os.write

        def half(descriptor: int, data: bytes) -> int:
            if len(events.read_bytes()) > 20_000:
                write(descriptor, data[: len(data) // 2])
                die()
            return write(descriptor, data)

        pytest.MonkeyPatch().setattr("ringback.eventfile.os.write", half)
        live(tmp_path)

    _, status = os.waitpid(start(run), 0)
    assert status == signal.SIGKILL
    before, _, torn = events.read_bytes().rpartition(b"\n")
    assert torn
    live(tmp_path)
    after = events.read_bytes()
    assert after.startswith(before + b"\n")
    assert json.loads(after[len(before) + 1 :].split(b"\n")[0])["type"] == "recovered"


@pytest.mark.parametrize("after", [False, True], ids=["before", "behind"])
@pytest.mark.parametrize(
    "stage", ["ringback.ledger.store.prepare_maps", "ringback.ledger.store.merge_attached"]
)
def test_a_merge(tmp_path: Path, stage: str, after: bool) -> None:
    """Neither ledger has changed, both are sound, and the merge can be done again."""
    one, other = tmp_path / "one.db", tmp_path / "other.db"
    filled(one, *CALL[:4]).close()
    filled(other, *CALL).close()
    before = [StoredLedger(path).content() for path in (one, other)]

    def merge() -> None:
        with Ledger(one) as ledger:
            ledger.merge(other)

    killed(merge, stage, after=after)
    assert [StoredLedger(path).content() for path in (one, other)] == before
    assert verify(one).is_sound
    assert verify(other).is_sound
    merge()
    assert StoredLedger(one).stats().stanzas >= StoredLedger(other).stats().stanzas > 0
    assert verify(one).is_sound


def test_a_copy(tmp_path: Path) -> None:
    """The ledger is as it was; the copy holds nothing, is sound, and is made again under another name."""
    ledger, copy = tmp_path / "ledger.db", tmp_path / "copy.db"
    filled(ledger, *CALL).close()
    before = StoredLedger(ledger).content()
    killed(partial(copy_ledger, ledger, copy), "ringback.ledger.store.merge_attached", after=True)
    assert StoredLedger(ledger).content() == before
    assert verify(copy).is_sound
    assert StoredLedger(copy).stats().stanzas == 0
    copy_ledger(ledger, tmp_path / "second.db")
    assert StoredLedger(tmp_path / "second.db").stats().stanzas == StoredLedger(ledger).stats().stanzas


@pytest.mark.parametrize(
    ("stage", "after", "is_new"),
    [
        ("ringback.commands.writing.os.open", True, False),
        ("ringback.commands.writing.os.write", False, False),
        ("ringback.commands.writing.os.write", True, False),
        ("ringback.commands.writing.os.fsync", True, False),
        ("pathlib.Path.replace", False, False),
        ("pathlib.Path.replace", True, True),
    ],
)
@pytest.mark.parametrize("is_there", [False, True])
def test_a_file_that_is_written(
    tmp_path: Path, stage: str, after: bool, is_new: bool, is_there: bool
) -> None:
    """It is as it was, or new and whole: a report, an export, a baseline, a stanza file."""
    path, old, new = tmp_path / "report.html", "old\n" * 100, "new\n" * 100_000
    if is_there:
        path.write_text(old)
    killed(partial(write_file, path, new), stage, after=after)
    if is_new:
        assert path.read_text() == new
    elif is_there:
        assert path.read_text() == old
    else:
        assert not path.exists()
    write_file(path, new)
    assert path.read_text() == new
