"""Programs that some tests drive and that Python's registry does not bring."""

from __future__ import annotations

import os
import shutil

import pytest


def program(what: str, *names: str, variable: str | None = None, package: str) -> str:
    """The path of the first of `names` that is installed; the environment variable, if set, overrules them.

    Without one the test is skipped, or fails where `RINGBACK_TEST_EVERYTHING` is set, with what to install.
    """
    given = os.environ.get(variable, "") if variable else ""
    for name in (given,) if given else names:
        found = shutil.which(name)
        if found:
            return found
    other = f", or name one in {variable}" if variable else ""
    reason = f"no {what}: install {package} (Debian: apt-get install {package}){other}"
    if os.environ.get("RINGBACK_TEST_EVERYTHING"):
        pytest.fail(reason)
    pytest.skip(reason)
