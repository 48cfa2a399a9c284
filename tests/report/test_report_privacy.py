"""No report holds anything that identifies anybody: looked for with other eyes than the leak scan's."""

from __future__ import annotations

import pytest

from ringback.report.rendering import FORMATS, render
from support.leaks import leaks, secrets_of
from support.reporting import report_of, shipped_rendering
from support.sightings import CALLER, Tape, preaccept
from synthetic.manifest import SCENARIOS, capture


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", SCENARIOS)
def test_reports_leak_nothing(name: str, form: str) -> None:
    """Users, call-ids, stanza ids, addresses, names, contents and keys, in every spelling."""
    assert leaks(shipped_rendering(name, form), secrets_of(capture(name))) == set()


@pytest.mark.parametrize("form", FORMATS)
def test_a_report_is_made_of_the_longest_value(form: str) -> None:
    """What ringback itself says of a length is nothing that the scan would take for somebody's number."""
    tape = Tape(1_700_000_000.0)
    session = f'call-id="CALLID-0001" big="{"A" * 10**6}"'
    made = report_of([tape.delivered(preaccept(session=session), CALLER)])
    assert "999999" in render(made, form)
