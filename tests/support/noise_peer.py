"""Both ends of a Noise handshake and the transport after it, without a network, the same for the same seed.

Written from the Noise specification and independent of `ringback.wire`: neither its framing nor its protobuf
reader nor its transcript is used here, so that the two check each other.

Source: The Noise Protocol Framework, revision 34, 5.2 (SymmetricState), 7.5 (XX, IK), 10.2 (fallback);
oxidezap/whatsapp-rust 0c577ed, wacore/noise/src/handshake.rs (read in code: what of it the protocol uses).
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

Pattern = Literal["XX", "IK", "XXfallback"]


def varint(number: int) -> bytes:
    """`number` as a protobuf varint."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def proto(*fields: tuple[int, int | bytes | str]) -> bytes:
    """A protobuf message: each field a (number, value) pair, ints as varints, the rest length-delimited."""
    out = b""
    for number, value in fields:
        if isinstance(value, int):
            out += varint(number << 3) + varint(value)
            continue
        data = value.encode() if isinstance(value, str) else value
        out += varint(number << 3 | 2) + varint(len(data)) + data
    return out


def client_payload(
    *,
    platform: int = 14,
    version: tuple[int, ...] = (2, 3000, 1025),
    device: int | None = 7,
    username: int | None = 100001,
    push_name: str | None = "Alice Example",
) -> bytes:
    """A `ClientPayload` as a linked client sends it; with `device=None` as one that is being paired."""
    agent = proto(
        (1, platform),
        (2, proto(*enumerate(version, start=1))),
        (5, "0.1"),
        (6, "Example"),
        (7, "Desktop"),
        (10, 0),
    )
    fields: list[tuple[int, int | bytes | str]] = []
    if username is not None:
        fields.append((1, username))
    fields += [(3, 1), (5, agent), (6, proto((4, 0)))]
    if push_name is not None:
        fields.append((7, push_name))
    fields.append((18, device) if device is not None else (19, proto((1, b"\0\0\0\1"), (2, b"\5"))))
    return proto(*fields)


def framed(*bodies: bytes) -> bytes:
    """Each of `bodies` behind its 3-byte big-endian length, in one stream."""
    return b"".join(len(body).to_bytes(3, "big") + body for body in bodies)


def chunks(stream: bytes, cuts: Iterable[int]) -> list[bytes]:
    """`stream` split at each of `cuts`, which are taken modulo its length; no chunk is empty."""
    places = sorted({0, len(stream), *(cut % (len(stream) + 1) for cut in cuts)})
    return [stream[start:end] for start, end in itertools.pairwise(places)]


def public(private: X25519PrivateKey) -> bytes:
    """The 32 bytes of the public key."""
    return private.public_key().public_bytes_raw()


class SymmetricState:
    """Noise's SymmetricState over AESGCM and SHA256; one instance serves one side of one handshake."""

    def __init__(self, pattern: Pattern, prologue: bytes) -> None:
        """Start with the protocol name of `pattern` and mix the prologue in."""
        name = f"Noise_{pattern}_25519_AESGCM_SHA256".encode()
        self.h = name.ljust(32, b"\0") if len(name) <= 32 else hashlib.sha256(name).digest()
        self.ck = self.h
        self.k = b""
        self.n = 0
        self.secrets: list[bytes] = []
        """Every shared secret that was mixed in, in order."""
        self.mix_hash(prologue)

    def mix_hash(self, data: bytes) -> None:
        """`h = SHA256(h || data)`."""
        self.h = hashlib.sha256(self.h + data).digest()

    def mix_key(self, secret: bytes) -> None:
        """Derive a new chaining key and cipher key; the nonce starts again at 0."""
        self.ck, self.k = self._hkdf(secret)
        self.n = 0

    def mix_dh(self, private: X25519PrivateKey, peer: bytes) -> None:
        """Mix the shared secret of one Diffie-Hellman in."""
        self.secrets.append(private.exchange(X25519PublicKey.from_public_bytes(peer)))
        self.mix_key(self.secrets[-1])

    def seal(self, plaintext: bytes) -> bytes:
        """EncryptAndHash."""
        sealed = AESGCM(self.k).encrypt(self._nonce(), plaintext, self.h)
        self.mix_hash(sealed)
        return sealed

    def open(self, sealed: bytes) -> bytes:
        """DecryptAndHash; raises `cryptography.exceptions.InvalidTag`."""
        plaintext = AESGCM(self.k).decrypt(self._nonce(), sealed, self.h)
        self.mix_hash(sealed)
        return plaintext

    def split(self) -> tuple[bytes, bytes]:
        """The transport keys: initiator (client) to responder first."""
        return self._hkdf(b"")

    def _hkdf(self, secret: bytes) -> tuple[bytes, bytes]:
        temp = hmac.digest(self.ck, secret, "sha256")
        first = hmac.digest(temp, b"\x01", "sha256")
        return first, hmac.digest(temp, first + b"\x02", "sha256")

    def _nonce(self) -> bytes:
        nonce = self.n.to_bytes(12, "big")
        self.n += 1
        return nonce


@dataclass
class Lane:
    """The sending end of one direction after the handshake."""

    key: bytes = field(repr=False)
    """Transport key of the direction."""
    counter: int = 0
    """Counter of the next frame; set it ahead to make a gap."""

    def frame(self, plaintext: bytes) -> bytes:
        """`plaintext` sealed at the counter, which moves on, behind its 3-byte length."""
        sealed = AESGCM(self.key).encrypt(self.counter.to_bytes(12, "big"), plaintext, None)
        self.counter += 1
        return framed(sealed)


class NoisePair:
    """A client and a server that have finished their handshake; holds every byte of it and the keys.

    The byte strings are what stands in the WebSocket stream, length prefix included:

    - `intro`, `client_hello` (intro included), `server_hello`, `client_finish` (empty for IK)
    - `handshake`: those as (from_client, bytes) in order
    - `ephemeral`: the client's ephemeral public key, which names the session in the key log
    - `client`, `server`: the `Lane` of each direction
    - `secrets`: the shared secrets that their keys come of, in the order in which they were mixed in
    - `client_line`, `server_line`, `handshake_line`, `candidate_lines`, `key_log`: key log text with newlines
    """

    def __init__(
        self,
        dictionary: int = 3,
        routing_info: bytes | None = None,
        pattern: Pattern = "XX",
        seed: bytes = b"ringback",
        *,
        payload: bytes | None = None,
        certificate: bytes = b"certificate chain",
    ) -> None:
        """Run the handshake of `pattern`; every private key is derived from `seed`.

        `payload` is the `ClientPayload`, by default `client_payload()`; `certificate` the server's payload.
        """
        self.prologue = b"WA\x06" + bytes([dictionary])
        self.intro = self.prologue
        if routing_info is not None:
            self.intro = b"ED\x00\x01" + framed(routing_info) + self.prologue
        self.pattern: Pattern = pattern
        self._seed = seed
        self._payload = client_payload() if payload is None else payload
        self._certificate = certificate
        self._client_e, self._client_s = self._private("client e"), self._private("client s")
        self._server_e, self._server_s = self._private("server e"), self._private("server s")
        self.ephemeral = public(self._client_e)
        self.handshake_key = b""
        client_key, server_key = self._run_ik() if pattern == "IK" else self._run_xx()
        self.client, self.server = Lane(client_key), Lane(server_key)

    @property
    def handshake(self) -> list[tuple[bool, bytes]]:
        """The handshake's messages in order: whether the client sent it, and its bytes."""
        messages = [(True, self.client_hello), (False, self.server_hello)]
        return [*messages, (True, self.client_finish)] if self.client_finish else messages

    def client_frame(self, plaintext: bytes) -> bytes:
        """The next frame client to server, length prefix included."""
        return self.client.frame(plaintext)

    def server_frame(self, plaintext: bytes) -> bytes:
        """The next frame server to client, length prefix included."""
        return self.server.frame(plaintext)

    @property
    def client_line(self) -> str:
        """Key log line of the client's transport key."""
        return f"CLIENT_TRANSPORT_KEY {self.ephemeral.hex()} {self.client.key.hex()}\n"

    @property
    def server_line(self) -> str:
        """Key log line of the server's transport key."""
        return f"SERVER_TRANSPORT_KEY {self.ephemeral.hex()} {self.server.key.hex()}\n"

    @property
    def handshake_line(self) -> str:
        """Key log line of the key that seals the client's payload."""
        return f"CLIENT_HANDSHAKE_KEY {self.ephemeral.hex()} {self.handshake_key.hex()}\n"

    @property
    def candidate_lines(self) -> str:
        """The three keys without their roles."""
        keys = (self.server.key, self.handshake_key, self.client.key)
        return "".join(f"CANDIDATE_KEY * {key.hex()}\n" for key in keys)

    @property
    def key_log(self) -> str:
        """All three labelled lines."""
        return self.handshake_line + self.client_line + self.server_line

    def _private(self, role: str) -> X25519PrivateKey:
        secret = hashlib.sha256(self._seed + b"/" + self.pattern.encode() + b"/" + role.encode()).digest()
        return X25519PrivateKey.from_private_bytes(secret)

    def _run_xx(self) -> tuple[bytes, bytes]:
        """XX, and XXfallback, which is XX under another name after an IK hello that the server refuses."""
        hello = [(1, self.ephemeral)]
        if self.pattern == "XXfallback":
            _, sealed_static, sealed_payload = self._ik_hello(public(self._private("retired server s")))
            hello += [(2, sealed_static), (3, sealed_payload)]
        self.client_hello = self.intro + framed(proto((2, proto(*hello))))
        state = SymmetricState(self.pattern, self.prologue)
        state.mix_hash(self.ephemeral)
        state.mix_hash(public(self._server_e))
        state.mix_dh(self._server_e, self.ephemeral)
        sealed_static = state.seal(public(self._server_s))
        state.mix_dh(self._server_s, self.ephemeral)
        sealed_certificate = state.seal(self._certificate)
        server_hello = proto((1, public(self._server_e)), (2, sealed_static), (3, sealed_certificate))
        self.server_hello = framed(proto((3, server_hello)))
        client_static = state.seal(public(self._client_s))
        state.mix_dh(self._client_s, public(self._server_e))
        self.handshake_key = state.k
        client_finish = proto((1, client_static), (2, state.seal(self._payload)))
        self.client_finish = framed(proto((4, client_finish)))
        self.secrets = state.secrets
        return state.split()

    def _run_ik(self) -> tuple[bytes, bytes]:
        state, sealed_static, sealed_payload = self._ik_hello(public(self._server_s))
        hello = proto((1, self.ephemeral), (2, sealed_static), (3, sealed_payload))
        self.client_hello = self.intro + framed(proto((2, hello)))
        state.mix_hash(public(self._server_e))
        state.mix_dh(self._server_e, self.ephemeral)
        state.mix_dh(self._client_s, public(self._server_e))
        server_hello = proto((1, public(self._server_e)), (3, state.seal(self._certificate)))
        self.server_hello = framed(proto((3, server_hello)))
        self.client_finish = b""
        self.secrets = state.secrets
        return state.split()

    def _ik_hello(self, server_static: bytes) -> tuple[SymmetricState, bytes, bytes]:
        state = SymmetricState("IK", self.prologue)
        state.mix_hash(server_static)
        state.mix_hash(self.ephemeral)
        state.mix_dh(self._client_e, server_static)
        sealed_static = state.seal(public(self._client_s))
        state.mix_dh(self._client_s, server_static)
        self.handshake_key = state.k
        return state, sealed_static, state.seal(self._payload)
