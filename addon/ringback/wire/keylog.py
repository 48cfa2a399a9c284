"""The key log: Noise keys that the researcher's own client writes to a file, read while it grows.

One key a line, three fields, `#` starts a comment; unknown labels are skipped, so another protocol's keys may
share the file:

    CLIENT_TRANSPORT_KEY <client ephemeral public key, 64 hex> <key, 64 hex>    frames client -> server
    SERVER_TRANSPORT_KEY <client ephemeral public key, 64 hex> <key, 64 hex>    frames server -> client
    CLIENT_HANDSHAKE_KEY <client ephemeral public key, 64 hex> <key, 64 hex>    seals ClientFinish.payload
    CANDIDATE_KEY        *                                     <key, 64 hex>    role unknown: try it

Key bytes never appear in a repr, a problem or an exception.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

MAX_LINE = 4096
"""Longest line in bytes; a file that is no key log cannot make us keep more of a line than this."""

MAX_KEYS = 65_536
"""Keys that are kept; further ones are counted in `KeyLog.overflow`. A session writes three."""

MAX_PROBLEMS = 100
"""Malformed lines that are kept with their reason; further ones only count."""

_KEY = re.compile(rb"[0-9A-Fa-f]{64}")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_ANY_SESSION = b"*"


class KeyLabel(enum.Enum):
    """What a key opens."""

    CLIENT_TRANSPORT = "CLIENT_TRANSPORT_KEY"
    """Frames client to server."""
    SERVER_TRANSPORT = "SERVER_TRANSPORT_KEY"
    """Frames server to client."""
    CLIENT_HANDSHAKE = "CLIENT_HANDSHAKE_KEY"
    """`ClientFinish.payload`."""
    CANDIDATE = "CANDIDATE_KEY"
    """Not known: any of the above, of any session."""


_LABELS = {label.value.encode(): label for label in KeyLabel}


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """One key of the log."""

    label: KeyLabel
    ephemeral: bytes | None
    """The client's ephemeral public key, which names the session; None for a candidate."""
    key: bytes = field(repr=False)
    """32 bytes."""


@dataclass(frozen=True, slots=True)
class KeyLogProblem:
    """A line that is meant as a key and is none."""

    line: int
    """From 1, counted since the log began or was restarted."""
    reason: str
    """What is wrong; holds nothing of the line."""


class KeyLog:
    """Every key seen so far. Feed it the file's bytes as they come; it never forgets a key."""

    def __init__(self) -> None:
        """Start empty; a connection may hold on to an empty log and ask again later."""
        self.problems: list[KeyLogProblem] = []
        self.problem_count = 0
        """Malformed lines in all, those beyond `MAX_PROBLEMS` included."""
        self.overflow = 0
        """Keys not kept because the log was full."""
        self._entries: list[KeyEntry] = []
        self._known: set[KeyEntry] = set()
        self._sessions: dict[bytes | None, list[KeyEntry]] = {}
        """By the ephemeral key that names the session, which all its entries share; None for candidates."""
        self._partial = bytearray()
        self._line = 1
        self._skipping = False

    def __repr__(self) -> str:
        """How much it holds, never what."""
        return f"<KeyLog: {self.size} keys, {self.problem_count} problems>"

    @property
    def size(self) -> int:
        """Number of different keys held."""
        return len(self._entries)

    @property
    def sessions(self) -> int:
        """Number of sessions that keys are held of, candidates not counted."""
        return len(self._sessions) - (None in self._sessions)

    @property
    def candidates(self) -> tuple[bytes, ...]:
        """The keys whose role is unknown, in the order of the file."""
        return tuple(entry.key for entry in self._sessions.get(None, ()))

    def session_key(self, label: KeyLabel, ephemeral: bytes) -> tuple[bytes, ...]:
        """The keys under `label` of the session that `ephemeral` names; usually one, empty if none."""
        return tuple(entry.key for entry in self._sessions.get(ephemeral, ()) if entry.label is label)

    def since(self, number: int) -> Sequence[KeyEntry]:
        """Every entry after the first `number`, in the order of the file: `since(size)` is empty."""
        return self._entries[number:]

    def feed(self, data: bytes) -> int:
        """Read the next bytes of the file, split anywhere; a last line without newline waits for its end.

        Returns how many keys were added. Raises nothing: a malformed line becomes a problem.
        """
        before = self.size
        *lines, rest = data.split(b"\n")
        for line in lines:
            self._append(line)
            self._end_line()
        self._append(rest)
        return self.size - before

    def finish(self) -> int:
        """Take what came after the last newline as a line: the file is complete. Returns the keys added."""
        before = self.size
        if self._partial or self._skipping:
            self._end_line()
        return self.size - before

    def restart(self) -> None:
        """The file was rotated or truncated: forget the partial line and the line count, keep the keys."""
        self._partial.clear()
        self._skipping = False
        self._line = 1

    def _append(self, piece: bytes) -> None:
        """Add to the current line, unless it has already proved too long."""
        if self._skipping:
            return
        if len(self._partial) + len(piece) > MAX_LINE:
            self._skipping = True
            self._partial.clear()
            self._report(f"longer than {MAX_LINE} bytes")
        else:
            self._partial += piece

    def _end_line(self) -> None:
        if not self._skipping:
            self._read_line(bytes(self._partial))
        self._partial.clear()
        self._skipping = False
        self._line += 1

    def _read_line(self, line: bytes) -> None:
        if self._line == 1:
            line = line.removeprefix(_BYTE_ORDER_MARK)
        fields = line.partition(b"#")[0].split()
        label = _LABELS.get(fields[0]) if fields else None
        if label is None:
            return
        if len(fields) != 3:
            self._report(f"{label.value} takes two fields after it, not {len(fields) - 1}")
            return
        self._read_key(label, *fields[1:])

    def _read_key(self, label: KeyLabel, session: bytes, key: bytes) -> None:
        if label is KeyLabel.CANDIDATE:
            if session != _ANY_SESSION:
                self._report("the second field of CANDIDATE_KEY is *")
                return
        elif _KEY.fullmatch(session) is None:
            self._report("the second field is no ephemeral public key of 64 hex digits")
            return
        if _KEY.fullmatch(key) is None:
            self._report("the third field is no key of 64 hex digits")
            return
        ephemeral = None if label is KeyLabel.CANDIDATE else bytes.fromhex(session.decode())
        self._add(label, ephemeral, bytes.fromhex(key.decode()))

    def _add(self, label: KeyLabel, ephemeral: bytes | None, key: bytes) -> None:
        of_session = self._sessions.get(ephemeral, [])
        entry = KeyEntry(label, of_session[0].ephemeral if of_session else ephemeral, key)
        if entry in self._known:
            return
        if self.size >= MAX_KEYS:
            self.overflow += 1
            return
        self._known.add(entry)
        self._entries.append(entry)
        of_session.append(entry)
        self._sessions[entry.ephemeral] = of_session

    def _report(self, reason: str) -> None:
        self.problem_count += 1
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(KeyLogProblem(self._line, reason))
