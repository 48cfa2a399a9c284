"""Opening transport frames: AES-256-GCM with a key of the key log and a counter for each direction.

A key proves itself by opening a frame: GCM authenticates, so a wrong key or counter opens nothing. Which key
of the log belongs to a direction is therefore found by trial, and so is the counter where frames are missing.
Every search is bounded in trials and in bytes, whatever comes off the wire.

Source: Baileys 7.0.0-rc13, lib/Utils/noise-handler.js (TransportState: IV of 8 zero bytes and a 32-bit
big-endian counter, empty AAD; read in code). The Noise Protocol Framework, revision 34, 12.4 has 4 zero bytes
and a 64-bit counter: the same bytes, and no end at 32 bits, so the IV is the counter in 12 bytes.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ringback.wire.keylog import KeyEntry, KeyLabel, KeyLog

TAG_BYTES = 16
"""Length of the GCM tag; no frame is shorter."""

COUNTER_WINDOW = 1024
"""Counters that are tried, from the expected one on, where frames may be missing before a frame."""

RESUME_TRIALS = 65_536
"""Trials for the first frame of a direction whose handshake was not seen, shared out among the keys: each has
at least `COUNTER_WINDOW` counters from 0 on, a single one gets all. Takes some tenths of a second, once."""

RESUME_KEYS = RESUME_TRIALS // COUNTER_WINDOW
"""Keys that take part in such a search, the newest of the log."""

SEARCH_BYTES = 64 * 1024 * 1024
"""Bytes that one search may run through the cipher: a frame of 16 MiB that does not open gets four trials,
not `COUNTER_WINDOW` of them."""

PROOF_FRAMES = 4
"""First frames of a direction on which the keys of its session are tried: should one be damaged, the next one
decides. Without a session only the first is, since its search is long."""

_IV_BYTES = 12

_Decrypt: TypeAlias = Callable[[bytes, bytes, None], bytes]


class TransportOpener:
    """Opens the frames of one direction, in order, once one of its keys has proved itself."""

    def __init__(self, log: KeyLog, label: KeyLabel, ephemeral: bytes | None) -> None:
        """Keys are taken from `log` as they come; `ephemeral` names the session, None where it is not known.

        The keys of a session are tried in both of its directions, since whoever wrote the log may have taken
        one for the other. Where the session is not known, every key under `label` is tried. Candidates are
        tried everywhere.
        """
        self.counter = 0
        """Counter of the next frame; before the proof, of the oldest frame still held."""
        self.proof: int | None = None
        """Counter of the frame that a key first opened; None before."""
        self._decrypt: _Decrypt = _stay_closed
        self._log = log
        self._label = label
        self._ephemeral = ephemeral
        self._seen = 0
        self._wide: list[bytes] = []
        self._exact: list[bytes] = []

    @property
    def proven(self) -> bool:
        """Whether a key has proved itself."""
        return self.proof is not None

    @property
    def proof_frames(self) -> int:
        """How many of the direction's first frames a key may prove itself on."""
        return PROOF_FRAMES if self._ephemeral is not None else 1

    def open(self, sealed: bytes) -> bytes | None:
        """The plaintext of the next frame, and on to the next counter; None where it does not open at it."""
        try:
            plaintext = self._decrypt(self.counter.to_bytes(_IV_BYTES, "big"), sealed, None)
        except InvalidTag:
            return None
        self.counter += 1
        return plaintext

    def seek(self, sealed: bytes) -> bytes | None:
        """The plaintext of a frame before which others are missing; looks beyond the expected counter.

        On success the counter goes on behind the frame, else it is left where it was.
        """
        start = self.counter
        for counter in range(start + 1, start + min(COUNTER_WINDOW, _trials_for(sealed))):
            self.counter = counter
            plaintext = self.open(sealed)
            if plaintext is not None:
                return plaintext
        self.counter = start
        return None

    def prove(self, frames: Sequence[bytes], *, ahead: int, fresh: bool) -> bool:
        """Whether a key opened one of `frames`; if so, `counter` is set so that it will open in its turn.

        `frames` follow each other; the first of them is `ahead` frames after the one that `counter` belongs
        to. With `fresh` only keys that came since the last call are tried.
        """
        wide, exact = self._learn()
        if not fresh:
            wide, exact = self._wide, self._exact
        for distance, sealed in enumerate(frames, ahead):
            trials = self._trials(wide, exact, self.counter + distance)
            for cipher, counter in itertools.islice(trials, _trials_for(sealed)):
                if _opens(cipher, counter, sealed):
                    self._decrypt = cipher.decrypt
                    self.proof = counter
                    self.counter = counter - distance
                    self._wide, self._exact = [], []
                    return True
        return False

    def _learn(self) -> tuple[list[bytes], list[bytes]]:
        """The keys new in the log: those to search a window with, and those for the expected counter only."""
        wide: list[bytes] = []
        exact: list[bytes] = []
        for entry in self._log.since(self._seen):
            if self._names(entry):
                wide.append(entry.key)
            elif entry.label is KeyLabel.CANDIDATE:
                (wide if self._ephemeral is None else exact).append(entry.key)
        self._seen = self._log.size
        self._wide += wide
        self._exact += exact
        return wide, exact

    def _names(self, entry: KeyEntry) -> bool:
        """Whether `entry` is a transport key that is listed for this direction's session."""
        if entry.label not in (KeyLabel.CLIENT_TRANSPORT, KeyLabel.SERVER_TRANSPORT):
            return False
        return entry.label is self._label if self._ephemeral is None else entry.ephemeral == self._ephemeral

    def _trials(
        self, wide: Sequence[bytes], exact: Sequence[bytes], expected: int
    ) -> Iterator[tuple[AESGCM, int]]:
        """Cipher and counter of each trial, the likeliest first, so that a bound cuts off the unlikely."""
        window = COUNTER_WINDOW
        if self._ephemeral is None:
            wide = wide[-RESUME_KEYS:]
            window = RESUME_TRIALS // max(1, len(wide))
        ciphers = [AESGCM(key) for key in wide]
        for cipher in itertools.chain(ciphers, map(AESGCM, reversed(exact))):
            yield cipher, expected
        for counter in range(expected + 1, expected + window):
            for cipher in ciphers:
                yield cipher, counter


def _opens(cipher: AESGCM, counter: int, sealed: bytes) -> bool:
    try:
        cipher.decrypt(counter.to_bytes(_IV_BYTES, "big"), sealed, None)
    except InvalidTag:
        return False
    return True


def _trials_for(sealed: bytes) -> int:
    """How often `sealed` may run through the cipher in one search; at least once."""
    return max(1, SEARCH_BYTES // max(1, len(sealed)))


def _stay_closed(_iv: bytes, _sealed: bytes, _aad: None) -> bytes:
    """Stands for the cipher before a key has proved itself."""
    raise InvalidTag
