"""Makes `tests/support` importable as `support`, wherever pytest is started from, and has every stanza that
any test checks compared with the exported schema, by each process that runs tests. No test is held to a
time."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))

from support.agreement import Watch

if TYPE_CHECKING:
    from playwright.sync_api import Page

WATCH = Watch()

settings.register_profile("ringback", deadline=None)
settings.load_profile("ringback")


def pytest_configure() -> None:
    """Before any test module imports the checker."""
    WATCH.install()


@pytest.fixture(scope="session", autouse=True)
def schema_agrees_with_checker() -> Iterator[None]:
    """Schema and checker give one verdict on every stanza of the tests."""
    yield
    assert not WATCH.disagreements, "\n\n".join(WATCH.disagreements)


@pytest.fixture
def page() -> Iterator[Page]:
    """A page of a headless browser; the test fails where anything goes wrong in it or leaves the machine."""
    from support.browser import browsing

    with browsing() as (page, complaints):
        yield page
    assert not complaints.told, "\n".join(complaints.told)
