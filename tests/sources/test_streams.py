"""`ringback.sources.streams`: a look ahead consumes nothing, whatever kind of stream it is."""

from __future__ import annotations

import io
from typing import BinaryIO

import pytest

from ringback.sources.streams import peek


@pytest.mark.parametrize("stream", [io.BytesIO(b"abcdef"), io.BufferedReader(io.BytesIO(b"abcdef"))])
def test_peek(stream: BinaryIO) -> None:
    """What was looked at is read afterwards; there may be less than was asked for."""
    stream.read(1)
    assert peek(stream, 2) == b"bc"
    assert peek(stream, 99) == b"bcdef"
    assert stream.read() == b"bcdef"
