"""Pseudonyms: what the ledger keeps in place of everything that identifies anybody.

A pseudonym depends on the raw value and a secret alone, so that one device is one device across captures and
nothing of what it was called is kept: `u-d14-kqfwzhtbra@lid` is a user of 14 digits (`ringback.keyednames`).
Whoever has the secret can try guesses, which for phone numbers is enough: it stays in its ledger.

| value | kept as |
| --- | --- |
| user of an address | a keyed name; server, device, agent and integrator stay |
| call-id, stanza id, other text | a keyed name |
| time within a week of its frame | `T+3`: seconds after the frame |
| IP address, also packed | an address of RFC 5737 or RFC 3849; the port stays |
| other bytes | `b-120`: their length |
| tag or attribute name of no plain spelling | a keyed name |

What cannot identify anybody stands as it is, by the rules of `ringback.sanitize.keep`. Outlets and exports
still put their own placeholders on top (`ringback.sanitize`).
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import chain

from msgspec import structs

from ringback.findings import Finding
from ringback.keyednames import MAX_LENGTH, KeyedNames
from ringback.sanitize import Placeholders, keep
from ringback.sanitize.addresses import PACKED_TAGS
from ringback.sanitize.identities import Identities
from ringback.sanitize.named import CALL_IDS, IDS, NOBODY, identities_of, maybe_jid
from ringback.spec.model import BASE_TYPES
from ringback.stanza import Content, Jid, Node, Value
from ringback.wire.events import ClientIdentified

SECRET_BYTES = 32
"""Length of a secret."""
MAX_OFFSET_S = 7 * 86_400
"""Farthest from its frame that a number in a time attribute counts as a time: any ten digits could be a
phone number, and of those one in ten thousand lies so near."""

_TIMES = frozenset({"t", "timestamp"})
_GROUPS = frozenset({"g.us", "broadcast", "newsletter"})
_SERVER = "server-placeholder"
_SPOKEN = frozenset({"stanza-undecodable"})
"""Codes whose `expected` and `got` are words of ringback's own, bytes and lengths among them."""
_FIXED_DETAILS = frozenset({"release channel", "web sub-platform", "companion platform"})
"""Details of a client that are names of enum values, see `ringback.wire.client`."""
_SEGMENT = re.compile(r"(?s)(@?)(.*?)((?:\[[0-9]{1,6}\])?)")
_EPOCH = re.compile("[0-9]{10}")


class Pseudonyms:
    """One mapping from what was seen to pseudonyms, fixed by its secret. It remembers nothing."""

    def __init__(self, secret: bytes) -> None:
        """`secret` is random, `SECRET_BYTES` long."""
        self._names = KeyedNames(secret)

    @property
    def realm(self) -> str:
        """Name of the secret: pseudonyms of one realm can be compared, those of two cannot."""
        return self._names.realm

    def jid(self, jid: Jid) -> Jid:
        """The address with its user replaced; server, device, agent and integrator stay."""
        server = jid.server if jid.server in keep.SERVERS else _SERVER
        if jid.user in NOBODY:
            return structs.replace(jid, server=server)
        kind = "c" if jid.server == "call" else "g" if jid.server in _GROUPS else "u"
        return structs.replace(jid, user=self._names.name(kind, jid.user), server=server)

    def call_id(self, call_id: str) -> str:
        """The call-id's pseudonym, such as `c-H32-qhtzkrwbvn`; nothing for nothing."""
        return call_id and self._names.name("c", call_id)

    def stanza_id(self, stanza_id: str) -> str:
        """The stanza id's pseudonym, such as `s-t13-nmzqwpkdsr`; nothing for nothing."""
        return stanza_id and self._names.name("s", stanza_id)

    def text(self, text: str) -> str:
        """The pseudonym of any other text, such as `t-t12-zkwqvbtrnm`; nothing for nothing."""
        return text and self._names.name("t", text)

    def hidden(self, content: bytes) -> str:
        """The length of bytes, all that is kept of them: `b-120`."""
        return f"b-{min(len(content), MAX_LENGTH)}"

    def address(self, text: str) -> str | None:
        """The documentation address for an IP address with or without a port; None where it is neither."""
        return self._names.address(text)

    def packed(self, content: bytes) -> bytes | None:
        """A packed address and its port, the address replaced; None where the length is that of none."""
        return self._names.packed(content)

    def name(self, name: str, within: Identities | None = None) -> str:
        """A tag or attribute name: itself where it is plainly one and carries none of the identities."""
        if not name or keep.is_protocol_word(name):
            return name
        if keep.is_plain_name(name) and (within is None or not within.within(name)):
            return name
        return self.hidden_name(name)

    def hidden_name(self, name: str) -> str:
        """The pseudonym of a tag or attribute name, such as `n-t9-vkqmzwhtbr`."""
        return self._names.name("n", name)

    def mark(self, identity: str) -> str:
        """Ten letters by which an identity is known again, and nothing of what it is."""
        return self._names.mark(identity)

    def node(self, node: Node, *, at: float | None = None) -> Node:
        """The stanza with pseudonyms, its shape unchanged but for bytes, which become text.

        `at` is the time of its frame in seconds since the epoch; without it no attribute is told as a time.
        """
        return _Walk(self, identities_of(node), at).node(node, root=True)

    def value(self, value: Value | bytes, *, name: str = "", root: bool = False) -> Value | bytes:
        """One value outside of a stanza. `name` is that of its attribute, or the tag whose content it is;
        `root` tells the attributes of a stanza's root, whose `id` is the stanza id."""
        return _Walk(self, Identities(), None).value(value, name, root=root)

    def client(self, client: ClientIdentified) -> ClientIdentified:
        """The client without its account: platform and build where they are plain words, and of its details
        those out of fixed sets. Others, such as its model, are free text, which may name its owner."""
        told = Placeholders().client(client)
        detail = tuple(
            (name, text if name in _FIXED_DETAILS else str(self.value(raw)))
            for (name, text), (_, raw) in zip(told.detail, client.detail, strict=True)
        )
        return replace(told, detail=detail)

    def finding(self, finding: Finding, *, hiding: Identities | None = None) -> Finding:
        """The finding with pseudonyms in its path, call and values. `hiding` are identities that are hidden
        wherever they stand: those of the stanza that it is about."""
        identities = Identities() if hiding is None else hiding
        walk = _Walk(self, identities, finding.evidence[0].place.at)
        placed = replace(
            finding,
            path=tuple(walk.segment(segment) for segment in finding.path),
            call_id=None if finding.call_id is None else self.call_id(finding.call_id),
        )
        if finding.code in _SPOKEN:
            return placed
        expected, got = (walk.found(value, finding.path) for value in (finding.expected, finding.got))
        return replace(placed, expected=expected, got=got)


class _Walk:
    """Goes over one stanza, or what was found in it, and hides its identities wherever they stand."""

    def __init__(self, pseudonyms: Pseudonyms, identities: Identities, at: float | None) -> None:
        self._pseudonyms = pseudonyms
        self._identities = identities
        self._at = at

    def node(self, node: Node, *, root: bool = False) -> Node:
        attrs: dict[str, Value] = {}
        repeated: list[tuple[str, Value]] = []
        for raw_name, raw in chain(node.attrs.items(), node.repeated):
            name, value = self._name(raw_name), self._attribute(raw, raw_name, root=root)
            if name in attrs:
                repeated.append((name, value))
            else:
                attrs[name] = value
        return Node(self._name(node.tag), attrs, self._content(node), tuple(repeated))

    def value(self, value: Value | bytes, name: str, *, root: bool = False) -> Value | bytes:
        if isinstance(value, bytes):
            return self._bytes(value, name)
        return self._attribute(value, name, root=root)

    def segment(self, segment: str) -> str:
        """A segment of a finding's path; its index and the `@` of an attribute stay."""
        found = _SEGMENT.fullmatch(segment)
        return segment if found is None else f"{found[1]}{self._name(found[2])}{found[3]}"

    def found(self, value: Value | bytes | None, path: tuple[str, ...]) -> Value | bytes | None:
        """What a finding expected or got at the end of `path`."""
        if value is None or value in BASE_TYPES:
            return value
        found = _SEGMENT.fullmatch(path[-1]) if path else None
        return self.value(value, "" if found is None else found[2], root=len(path) == 2)

    def _name(self, name: str) -> str:
        return self._pseudonyms.name(name, self._identities)

    def _content(self, node: Node) -> Content:
        if isinstance(node.content, tuple):
            return tuple(self.node(child) for child in node.content)
        return None if node.content is None else self.value(node.content, node.tag)

    def _attribute(self, value: Value, name: str, *, root: bool) -> Value:
        return self._pseudonyms.jid(value) if isinstance(value, Jid) else self._text(value, name, root=root)

    def _text(self, text: str, name: str, *, root: bool) -> str:
        if name in CALL_IDS:
            return self._pseudonyms.call_id(text)
        if name in IDS and (root or not keep.is_plain_value(text, name)):
            return self._pseudonyms.stanza_id(text)
        if name in keep.DENIED_ATTRIBUTES:
            return self._pseudonyms.text(text)
        if self._is_kept(text, name):
            return text
        return self._address(text) or self._time(text, name) or self._pseudonyms.text(text)

    def _is_kept(self, text: str, name: str) -> bool:
        plain = keep.is_plain_value(text, name)
        return plain and (keep.is_protocol_word(text) or not self._identities.within(text))

    def _address(self, text: str) -> str | None:
        jid = maybe_jid(text)
        return self._pseudonyms.address(text) if jid is None else str(self._pseudonyms.jid(jid))

    def _time(self, text: str, name: str) -> str | None:
        is_time = (name in _TIMES or name.endswith("_ts")) and _EPOCH.fullmatch(text)
        if self._at is None or not is_time:
            return None
        offset = int(text) - int(self._at)
        return f"T{offset:+}" if abs(offset) <= MAX_OFFSET_S else None

    def _bytes(self, content: bytes, name: str) -> bytes | str:
        packed = self._pseudonyms.packed(content) if name in PACKED_TAGS else None
        if packed is not None or not content:
            return packed or b""
        shown = name == "capability" and keep.is_plain_capability(content)
        if shown and not self._identities.within(content.hex()):
            return content
        return self._pseudonyms.hidden(content)
