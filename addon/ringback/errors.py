"""The exceptions of ringback, one root and one class per layer.

A deviation of the traffic from the specification is never an exception: it is a finding. These are raised
where bytes, files or options cannot be used as what they claim to be.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


class RingbackError(Exception):
    """Root of everything that ringback raises on purpose."""


class WireError(RingbackError):
    """Bytes off the wire that break the rules of their layer."""


@dataclass
class DecodeError(WireError):
    """Bytes that are no valid WABinary node, with the exact place and what stood there.

    Raised by `ringback.wire.wabinary` only; the frame is kept by whoever catches it.
    """

    offset: int
    """Byte offset of the offending byte in the inflated plaintext, the flag byte not counted."""
    path: str
    """Node path being decoded, such as `call/preaccept[1]/@call-id`; empty at the root."""
    expected: str
    """What could have stood at that offset."""
    got: str
    """What stood there: a byte in hex, a length, or `end of data`."""

    def __str__(self) -> str:
        """One line with all four fields."""
        where = self.path or "root"
        return f"wabinary: byte {self.offset} in {where}: expected {self.expected}, got {self.got}"


class EncodeError(WireError):
    """A node that WABinary has no spelling for."""


class HandshakeError(WireError):
    """Bytes that are no Noise handshake message of the protocol."""


class StanzaError(RingbackError):
    """XML that is no stanza, or a JID text that is none."""


@dataclass
class SpecError(RingbackError):
    """A specification file that cannot be used, with the place to mend."""

    file: Path
    """The file as it was named by the user."""
    line: int | None
    """Line in that file, from 1; None where the file could not be read at all."""
    reason: str
    """What is wrong and what would be right."""

    def __str__(self) -> str:
        """`file:line: reason`, the form that editors jump to."""
        place = f"{self.file}:{self.line}" if self.line is not None else f"{self.file}"
        return f"{place}: {self.reason}"


class SourceError(RingbackError):
    """A capture or key log that cannot be read as what it should be."""


class EventFileError(RingbackError):
    """An event file that cannot be opened or written."""


class ExportError(RingbackError):
    """An export that cannot be made, or must not be."""


class LeakError(ExportError):
    """A text for publication that still holds something that could identify somebody."""

    def __init__(self, name: str, places: tuple[str, ...]) -> None:
        """`name` is the text's; `places` says where and what kind, never the value."""
        super().__init__(name, places)
        self.name = name
        self.places = places

    def __str__(self) -> str:
        """One line with the first places."""
        shown = "; ".join(self.places[:_SHOWN_PLACES])
        more = len(self.places) - _SHOWN_PLACES
        rest = f"; and {more} more" if more > 0 else ""
        return f"{self.name} was not written, it could identify somebody: {shown}{rest}"


_SHOWN_PLACES = 5
"""Places of leaks that one message names."""


class LedgerError(RingbackError):
    """A ledger that cannot be opened, read or written; the message says why and what to do."""
