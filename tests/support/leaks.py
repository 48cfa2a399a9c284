"""What of a capture identifies somebody or opens something, in every spelling in which it could get out."""

from __future__ import annotations

import base64
import ipaddress
from collections.abc import Iterator
from functools import cache

from ringback.stanza import Jid, Node
from synthetic.capture import Capture
from synthetic.cast import by_phone

SHORTEST = 6
"""Characters of the shortest spelling that is looked for: a shorter one stands in anything."""
_LONGEST_SHOWN_BYTES = 8
"""Bytes contents up to this length, such as a capability, may be shown."""
_PACKED_ADDRESSES = frozenset({"te", "te2", "rte"})
_NAMES = frozenset({"notify", "name"})

Secret = str | bytes


def secrets_of(capture: Capture) -> frozenset[Secret]:
    """Identities, call-ids, stanza ids, addresses, names, ciphertexts and keys of all that was sent."""
    found: set[Secret] = {*capture.secrets, *capture.ephemerals.values()}
    for client in capture.scene.world.clients:
        found |= {client.jid.user, by_phone(client.jid).user}
        found |= {client.recording.routing_info} if client.recording.routing_info else set()
    for frame in capture.frames:
        if frame.node is None:
            found.add(frame.plaintext)
        else:
            found.update(_of_stanza(frame.node))
    return frozenset(secret for secret in found if len(secret) >= 4)


def _of_stanza(stanza: Node) -> Iterator[Secret]:
    if "id" in stanza.attrs:
        yield str(stanza.attrs["id"])
    for node in stanza.walk():
        values = [*node.attrs.items(), *node.repeated]
        for name, value in values:
            if isinstance(value, Jid):
                yield value.user
            elif name in _NAMES or name in {"call-id", "ip"}:
                yield value
        if isinstance(node.content, bytes):
            yield from _of_bytes(node.tag, node.content)


def _of_bytes(tag: str, content: bytes) -> Iterator[Secret]:
    if len(content) > _LONGEST_SHOWN_BYTES:
        yield content
    if tag in _PACKED_ADDRESSES:
        address = ipaddress.ip_address(content[:-2])
        yield from (str(address), address.packed)


def leaks(text: str, secrets: frozenset[Secret]) -> set[str]:
    """The spellings of secrets that stand in the text, letters and hex digits in either case."""
    folded = text.casefold()
    return {
        spelling
        for secret in secrets
        for spelling, exact in spellings(secret)
        if (spelling in text if exact else spelling.casefold() in folded)
    }


@cache
def spellings(secret: Secret) -> frozenset[tuple[str, bool]]:
    """Plain, hex, base64 and repr forms, each with whether its case matters."""
    data = secret.encode() if isinstance(secret, str) else secret
    forms = {(data.hex(), False), (repr(data)[2:-1], True), *((form, True) for form in _base64_forms(data))}
    if isinstance(secret, str):
        forms.add((secret, False))
    return frozenset((form, exact) for form, exact in forms if len(form) >= SHORTEST)


def _base64_forms(data: bytes) -> Iterator[str]:
    """The characters of base64 that depend on `data` alone, wherever it starts in what was encoded."""
    for before in range(3):
        start, end = -(-before * 8 // 6), (before + len(data)) * 8 // 6
        for alphabet in (base64.b64encode, base64.urlsafe_b64encode):
            yield alphabet(bytes(before) + data).decode()[start:end]
