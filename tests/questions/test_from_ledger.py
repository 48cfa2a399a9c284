"""Weighing what a ledger kept: pseudonyms in place of identities change no answer and no number."""

from pathlib import Path

import pytest

from ringback.inspector import Inspector
from ringback.ledger import Ledger
from ringback.observations import Message
from ringback.questions import Weighing, weigh
from ringback.sources.flows import Reading, read_captures
from ringback.sources.hosts import HostFilter
from ringback.spec.load import load_specification
from ringback.wire.keylog import KeyLog
from support.weighing import shipped
from synthetic.generate import CAPTURES
from synthetic.manifest import SCENARIOS


def kept(ledger: Path, name: str) -> Weighing:
    """What the shipped capture shows after it went through a ledger."""
    flows = CAPTURES / "synthetic" / f"{name}.flows"
    log = KeyLog()
    log.feed(flows.with_suffix(".keys").read_bytes())
    log.finish()
    inspector = Inspector(load_specification(None), log)
    with Ledger(ledger) as opened:
        for event in read_captures([flows], Reading(lambda _: None, HostFilter())):
            if isinstance(event, Message):
                opened.record(*inspector.receive(event))
            else:
                opened.record(*inspector.close_connection(event.capture, event.connection))
        opened.record(*inspector.finish())
        return weigh(opened.calls(), opened.clients(), load_specification(None))


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_same_as_without_a_ledger(tmp_path: Path, name: str) -> None:
    """Answers, tallies, splits, tables, durations and the counts of every fact are those of the capture."""
    told, expected = kept(tmp_path / "ledger.db", name), shipped(name).weigh()
    for one, other in zip(told.verdicts, expected.verdicts, strict=True):
        assert (one.answer, one.tally, one.condition) == (other.answer, other.tally, other.condition)
        assert (one.splits, one.apart, one.counts, one.spreads) == (
            other.splits,
            other.apart,
            other.counts,
            other.spreads,
        )
    assert [each.counts for each in told.facts] == [each.counts for each in expected.facts]
    assert [(each.path, each.n, each.shapes) for each in told.undocumented] == [
        (each.path, each.n, each.shapes) for each in expected.undocumented
    ]
