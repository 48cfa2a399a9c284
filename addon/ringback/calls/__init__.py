"""Correlation: stanzas of one call-id become one Call with its emissions in order of time."""

from ringback.calls.addresses import addressing_mode, same_account, same_device, same_value
from ringback.calls.book import CallBook, Correlated, Evictions
from ringback.calls.model import Call, Emission, Sender, Sighting, joined

__all__ = [
    "Call",
    "CallBook",
    "Correlated",
    "Emission",
    "Evictions",
    "Sender",
    "Sighting",
    "addressing_mode",
    "joined",
    "same_account",
    "same_device",
    "same_value",
]
