"""What a command cannot be asked for."""

from __future__ import annotations

from ringback.errors import RingbackError


class ArgumentError(RingbackError):
    """An argument that names nothing there is, or does not say enough."""
