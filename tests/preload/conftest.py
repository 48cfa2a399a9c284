"""Fixtures of the preload's tests."""

from pathlib import Path

import pytest


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Where a key log can be made."""
    return tmp_path / "client.keys"
