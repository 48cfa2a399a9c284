"""The page on security names tests that are there."""

from __future__ import annotations

import re
from pathlib import Path

from support.testnames import functions

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "addon" / "ringback" / "docs" / "security.md"


def test_every_test_that_the_page_names_is_there() -> None:
    """By the names that pytest takes."""
    named = set(re.findall(r"`([^`]+\.py)((?:::\w+)+)`", PAGE.read_text("utf-8")))
    assert len(named) > 20
    for file, name in named:
        assert name.removeprefix("::") in functions(TESTS / file), (file, name)
