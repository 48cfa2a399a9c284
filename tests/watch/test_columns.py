"""The list of calls in columns, whatever the width and whatever stands in them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ringback.findings import Severity, Stance
from ringback.view.call_line import CallLine
from ringback.view.marks import ASCII, UNICODE, Marks
from ringback.watch.columns import Columns, devices
from ringback.watch.watched import SORTS
from support.casing import HOSTILE

LINE = CallLine(
    number=7,
    name="CALLID-0007",
    time="12:00:03.412Z",
    caller="A:1@lid",
    receiver="B@lid",
    state="completed",
    ring_s=0.376,
    heard=2,
    rung=4,
    stanzas=41,
    severity=Severity.WARNING,
    stance=Stance.CONTRADICTS,
    code="ack-type-differs",
)


@pytest.mark.parametrize("width", [80, 96, 120, 300])
@pytest.mark.parametrize("marks", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_rows_fill_the_width(width: int, marks: Marks) -> None:
    """Each column stands below its name; nothing of an ordinary call is cut off."""
    columns = Columns.of(width)
    heading = columns.heading(0, marks, descending=False)
    row = columns.row(LINE, marks)
    assert heading.cell_len <= width
    assert row.cell_len == heading.cell_len
    assert row.plain.index("CALLID-0007") == heading.plain.index("call")
    assert row.plain.index("A:1@lid") == heading.plain.index("from")
    assert row.plain.index("completed") == heading.plain.index("state")
    assert row.plain.index("ack-type-differs") == heading.plain.index("finding")
    assert row.plain.index("0.376") + 4 == heading.plain.index("ring") + 3
    assert ("12:00:03" in row.plain) is (width >= 96)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_row_is_one_line_of_its_width(text: str) -> None:
    line = replace(LINE, caller=text, receiver=text)
    row = Columns.of(80).row(line, UNICODE)
    assert row.plain.isprintable()
    assert row.cell_len == Columns.of(80).row(LINE, UNICODE).cell_len


def test_what_is_not_known_is_left_out() -> None:
    """An offer that nobody saw has no delay, and no devices to be heard of."""
    assert devices(LINE) == "2/4"
    assert devices(replace(LINE, rung=0)) == "2/?"
    assert devices(replace(LINE, rung=0, heard=0)) == ""
    bare = replace(LINE, caller="", receiver="", ring_s=None, rung=0, heard=0, code="", stance=None)
    assert Columns.of(80).row(bare, UNICODE).plain.split() == ["CALLID-0007", "completed", "41"]


@pytest.mark.parametrize("sort", range(len(SORTS)), ids=[name for name, _ in SORTS])
def test_the_order_is_marked(sort: int) -> None:
    """Exactly one column has an arrow, upwards or downwards."""
    columns = Columns.of(80)
    assert columns.heading(sort, UNICODE, descending=False).plain.count(UNICODE.up) == 1
    assert columns.heading(sort, UNICODE, descending=True).plain.count(UNICODE.down) == 1
