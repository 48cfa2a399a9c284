"""No report holds anything that identifies anybody: looked for with other eyes than the leak scan's."""

from __future__ import annotations

import pytest

from ringback.report.rendering import FORMATS
from support.leaks import leaks, secrets_of
from support.reporting import shipped_rendering
from synthetic.manifest import SCENARIOS, capture


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", SCENARIOS)
def test_reports_leak_nothing(name: str, form: str) -> None:
    """Users, call-ids, stanza ids, addresses, names, contents and keys, in every spelling."""
    assert leaks(shipped_rendering(name, form), secrets_of(capture(name))) == set()
