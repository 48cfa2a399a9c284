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
from typing import TypeAlias, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ringback.wire.gaps import COUNTER_WINDOW, GapSearch
from ringback.wire.keylog import KeyEntry, KeyLabel, KeyLog

TAG_BYTES = 16
"""Length of the GCM tag; no frame is shorter."""

PROOF_TRIALS = 131_072
"""Trials in all for keys whose counter has to be searched for without their being listed for the session:
every key where the handshake was not seen, candidates where it was. Each frame that may prove a key gets half
of what is left, shared out among the keys, so a damaged first frame does not take the chance from the next
one. Takes some tenths of a second; keys that are new in the log get as much again."""

SEARCHED_KEYS = PROOF_TRIALS // 2 // COUNTER_WINDOW
"""Keys that take part in such a search, the newest of the log: on the first frame each has a whole window."""

SEARCH_BYTES = 64 * 1024 * 1024
"""Bytes that one search may run through the cipher: a frame of 16 MiB that does not open gets four trials,
not `COUNTER_WINDOW` of them."""

PROOF_FRAMES = 4
"""First frames of a direction on which keys are tried: should one be damaged, the next one decides."""

IV_BYTES = 12
"""Length of the IV, which is the counter of the frame."""

Decrypt: TypeAlias = Callable[[bytes, bytes | memoryview, None], bytes]


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
        self.decrypt: Decrypt = _stay_closed
        """Opens a frame by its IV, or raises `InvalidTag`; moves no counter."""
        self._log = log
        self._label = label
        self._ephemeral = ephemeral
        self._seen = 0
        self._trials_left = PROOF_TRIALS
        self._gaps = GapSearch()
        self._listed: list[bytes] = []
        self._others: list[bytes] = []

    @property
    def proven(self) -> bool:
        """Whether a key has proved itself."""
        return self.proof is not None

    def open(self, sealed: bytes) -> bytes | None:
        """The plaintext of the next frame, and on to the next counter; None where it does not open at it."""
        try:
            plaintext = self.decrypt(self.counter.to_bytes(IV_BYTES, "big"), sealed, None)
        except InvalidTag:
            return None
        self.counter += 1
        return plaintext

    def seek(self, sealed: bytes) -> bytes | None:
        """The plaintext of a frame that did not open, where others are missing before it.

        How far is searched depends on what failed before, as `ringback.wire.gaps` says. On success the
        counter goes on behind the frame, else it is left where it was.
        """
        start = self.counter
        for gap in itertools.islice(self._gaps.gaps(start), _trials_for(sealed)):
            self.counter = start + gap
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
        listed, others = self._learn()
        if not fresh:
            listed, others = self._listed, self._others
        if not listed and not others:
            return False
        for distance, sealed in enumerate(frames, ahead):
            trials = self._trials(listed, others, self.counter + distance)
            for cipher, counter in itertools.islice(trials, _trials_for(sealed)):
                if _opens(cipher, counter, sealed):
                    self.decrypt = cast("Decrypt", cipher.decrypt)
                    self.proof = counter
                    self.counter = counter - distance
                    self._listed, self._others = [], []
                    return True
        return False

    def _learn(self) -> tuple[list[bytes], list[bytes]]:
        """The keys new in the log: those listed for this session, and others that may belong to it."""
        listed: list[bytes] = []
        others: list[bytes] = []
        for entry in self._log.since(self._seen):
            if entry.label is KeyLabel.CANDIDATE:
                others.append(entry.key)
            elif self._names(entry):
                (others if self._ephemeral is None else listed).append(entry.key)
        self._seen = self._log.size
        self._listed += listed
        self._others += others
        if others:
            self._trials_left = PROOF_TRIALS
        return listed, others

    def _names(self, entry: KeyEntry) -> bool:
        """Whether `entry` is a transport key that is listed for this direction's session."""
        if entry.label not in (KeyLabel.CLIENT_TRANSPORT, KeyLabel.SERVER_TRANSPORT):
            return False
        return entry.label is self._label if self._ephemeral is None else entry.ephemeral == self._ephemeral

    def _trials(
        self, listed: Sequence[bytes], others: Sequence[bytes], expected: int
    ) -> Iterator[tuple[AESGCM, int]]:
        """Cipher and counter of each trial, the likeliest first, so that a bound cuts off the unlikely."""
        share = self._trials_left // 2
        self._trials_left -= share
        newest = others[-SEARCHED_KEYS:]
        if self._ephemeral is None:
            others = newest
        for key in itertools.chain(listed, reversed(others)):
            yield AESGCM(key), expected
        yield from _ahead(listed, expected, COUNTER_WINDOW)
        window = share // max(1, len(newest))
        yield from _ahead(
            newest, expected, window if self._ephemeral is None else min(window, COUNTER_WINDOW)
        )


def _ahead(keys: Sequence[bytes], expected: int, window: int) -> Iterator[tuple[AESGCM, int]]:
    """The trials of a window but for the expected counter, all keys at one counter before the next."""
    ciphers = [AESGCM(key) for key in keys]
    for counter in range(expected + 1, expected + window):
        for cipher in ciphers:
            yield cipher, counter


def _opens(cipher: AESGCM, counter: int, sealed: bytes) -> bool:
    try:
        cipher.decrypt(counter.to_bytes(IV_BYTES, "big"), sealed, None)
    except InvalidTag:
        return False
    return True


def _trials_for(sealed: bytes) -> int:
    """How often `sealed` may run through the cipher in one search; at least once."""
    return max(1, SEARCH_BYTES // max(1, len(sealed)))


def _stay_closed(_iv: bytes, _sealed: bytes | memoryview, _aad: None) -> bytes:
    """Stands for the cipher before a key has proved itself."""
    raise InvalidTag
