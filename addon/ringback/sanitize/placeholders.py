"""Placeholders in place of everything that identifies anybody; what is not known to be harmless is hidden.

| value | placeholder |
| --- | --- |
| user of an address | `A@s.whatsapp.net`, `B:7@lid`: a letter per user, server and device stay |
| group, channel, list | `GROUP-0001@g.us` |
| call-id, also as an address | `CALLID-0001`, `CALLID-0001@call` |
| stanza id | `ID-0001` |
| time (seconds since the epoch) | `T+12`: seconds after the first time of the run |
| IP address, also packed | an address of RFC 5737 or RFC 3849; the port stays |
| other bytes | `CIPHERTEXT-PLACEHOLDER-120-BYTES` |
| other text | `TEXT-PLACEHOLDER-12-CHARS` |
| tag or attribute name of no plain spelling | `NAME-PLACEHOLDER-0001` |
| capture file whose name holds a number or an `@` | `capture-1.flows` |

Sanitising what was sanitised changes nothing.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, MutableSequence
from dataclasses import replace
from itertools import chain

from msgspec import structs

from ringback.errors import DecodeError
from ringback.findings import Evidence, Finding
from ringback.sanitize import keep
from ringback.sanitize.addresses import PACKED_TAGS, Addresses
from ringback.sanitize.identities import MAX_NEWS, Identities
from ringback.sanitize.named import CALL_IDS, IDS, NOBODY
from ringback.sanitize.series import MAX_ISSUED, MAX_NAMES, Series, captures, letters, numbered
from ringback.spec.model import BASE_TYPES, StanzaSpec
from ringback.stanza import Content, Jid, Node, Value
from ringback.wire.events import ClientIdentified

_TIMES = frozenset({"t", "timestamp"})
SAME_PERSON = (("call-creator", "caller_pn"), ("from", "sender_lid"), ("jid", "user_pn"))
"""Attributes of one node that name one user under both addressing modes.
Source: Cobalt fixtures 1to1/audio-accept (observed), zapo events.test.ts (read)."""
_GROUPS = frozenset({"g.us", "broadcast", "newsletter"})
_SERVER = "server-placeholder"
_SPOKEN = frozenset({"stanza-undecodable"})
"""Codes whose path is the decoder's, and whose `expected` and `got` are words of ringback's own, bytes and
lengths among them."""
_STATED = frozenset({"os version", "manufacturer", "model"})
"""Details of a client that are its own text. The others are ringback's words: names of published values."""
_INDEX = re.compile(r"\[([0-9]+)\]")
_MOST_INDEX_DIGITS = 6
"""Digits in the indices of a decoder's path together, `[1]` not counted."""
_LONGEST_ADDRESS = 256
"""Characters beyond which no address is looked for in a text. Bounds the search."""
_SEPARATORS = re.compile(r"([,; |]+)")
_SEGMENT = re.compile(r"(?s)(@?)(.*?)((?:\[[0-9]{1,6}\])?)")
_EPOCH = re.compile("[0-9]{10}")
_NOWHERE: deque[tuple[str, str | None]] = deque(maxlen=0)
_MOST = MAX_ISSUED
"""Largest number in a placeholder: a longer one could pass for an identity itself."""


class Placeholders:
    """One consistent mapping from what was seen to placeholders. The raw values never leave it."""

    are_raw = False
    """True for the mapping that hides nothing: `ringback.sanitize.Raw`."""

    def __init__(self, most: int = MAX_NAMES, *, most_calls: int = MAX_NAMES) -> None:
        """An empty mapping: the first user becomes `A`. Of each kind of value `most` are remembered, of
        call-ids, and of addresses, which calls bring, `most_calls`."""
        self._users = letters(most)
        self._groups = numbered("GROUP", most)
        self._calls = numbered("CALLID", most_calls)
        self._ids = numbered("ID", most)
        self._names = numbered("NAME-PLACEHOLDER", most)
        self._captures = captures()
        self._admitted: set[str] = set()
        self._identities = Identities(most)
        self._addresses = Addresses(self._identities, most_calls)
        self._elsewhere = Identities()
        self._first_time: int | None = None
        self._decided: MutableSequence[tuple[str, str | None]] = _NOWHERE
        """Texts of the stanza in hand that an identity which comes later could hide otherwise, each with the
        placeholder that it has as a whole."""
        self._newest: tuple[Node, Node, tuple[int, ...]] | None = None

    @classmethod
    def admitting(cls, specs: Iterable[StanzaSpec]) -> Placeholders:
        """An empty mapping that lets the names of these files stand."""
        placeholders = cls()
        for spec in specs:
            placeholders.admit(spec)
        return placeholders

    @property
    def forgotten(self) -> int:
        """Values that newer ones have pushed out: should one come again it gets another placeholder."""
        series = (self._users, self._groups, self._calls, self._ids, self._names, self._captures)
        return self._addresses.forgotten + sum(each.forgotten for each in series)

    def beware(self, identities: Identities) -> None:
        """Hide every name of a tag or attribute that carries one of these: identities of stanzas that come
        later, or never through here."""
        self._elsewhere = identities

    def node(self, node: Node) -> Node:
        """The stanza with placeholders, its shape unchanged: same tree, same order, addresses stay addresses.

        The creator of a call is named before anybody else of its stanza, so the caller of a capture's first
        call is `A`.
        """
        # One stanza is shown by several outlets, one right after the other.
        if self._newest is not None and self._newest[0] is node and self._newest[2] == self._state():
            return self._newest[1]
        mapped = self._mapped(node)
        self._newest = node, mapped, self._state()
        return mapped

    def _state(self) -> tuple[int, ...]:
        """What is another one once a stanza could be mapped to another one."""
        return self._identities.size, self._elsewhere.size, len(self._admitted), self.forgotten

    def _mapped(self, node: Node) -> Node:
        for action in node.children:
            creator = action.jid("call-creator")
            if creator is not None:
                self._link(action)
                self.jid(creator)
        self._identities.news.clear()
        decided: list[tuple[str, str | None]] = []
        self._decided = decided
        try:
            mapped = self._node(node, root=True)
        finally:
            self._decided = _NOWHERE
        # An identity that stands late in the stanza is hidden in its earlier parts too.
        return self._node(node, root=True) if self._may_decide_otherwise(decided) else mapped

    def _may_decide_otherwise(self, decided: Iterable[tuple[str, str | None]]) -> bool:
        """Whether any of these texts could be mapped otherwise, now that all of the stanza is known."""
        news = self._identities.news
        if not news:
            return False
        return len(news) == MAX_NEWS or any(
            self._maybe_named(text) != named or (named is None and self._identities.news_may_stand_in(text))
            for text, named in decided
        )

    def value(self, value: Value | bytes, *, name: str = "", root: bool = False) -> Value | bytes:
        """One value with placeholders. An address stays an address; bytes stay bytes where they are packed
        addresses or may be shown, else they become text.

        `name` is the attribute's name, or for a node's content its tag; `root` tells the attributes of a
        stanza's root, whose `id` is the stanza id.
        """
        if isinstance(value, Jid):
            return self.jid(value)
        if isinstance(value, bytes):
            return self._bytes(value, name)
        return self._text(value, name, root=root)

    def jid(self, jid: Jid) -> Jid:
        """The address with its user replaced; server and device stay."""
        server = jid.server if jid.server in keep.SERVERS else _SERVER
        return structs.replace(jid, user=self._user(jid), server=server)

    def call_id(self, call_id: str) -> str:
        """`CALLID-0001` for the first call, and so on. Without text there is nothing to hide."""
        return call_id and self._remembered(self._calls, call_id)

    def admit(self, spec: StanzaSpec) -> None:
        """Let the tags and attribute names of a specification that was loaded stand, whatever their form."""
        for path in (spec.tag, *(fact.path for fact in spec.facts())):
            self._admit(path)

    def capture(self, name: str) -> str:
        """The name of a capture: itself, or `capture-1.flows` where it holds a number or an address."""
        return name if keep.is_plain_file(name) else self._captures.name(name)

    def name(self, name: str) -> str:
        """A tag or attribute name off the wire: itself where it is plainly a name, else a placeholder."""
        if self._is_known(name):
            return name
        self._decided.append((name, None))
        # Plain first: what is searched for identities is short then.
        stands = keep.is_plain_name(name) and not (
            self._identities.within(name) or self._elsewhere.within(name)
        )
        return name if stands else self._names.name(name)

    def path(self, path: tuple[str, ...]) -> tuple[str, ...]:
        """A finding's path; indices and the `@` of attributes stay."""
        return tuple(self._segment(segment) for segment in path)

    def finding(self, finding: Finding) -> Finding:
        """The finding with placeholders in its path, call and values, and in the names of captures.

        The rest of the evidence stays: a flow's id is random.
        """
        if finding.fact is not None:
            self._admit(finding.fact.path)
        call_id = None if finding.call_id is None else self.call_id(finding.call_id)
        evidence = tuple(map(self._evidence, finding.evidence))
        if finding.code in _SPOKEN:
            return replace(
                finding, path=self._decoders_path(finding.path), call_id=call_id, evidence=evidence
            )
        return replace(
            finding,
            path=self.path(finding.path),
            call_id=call_id,
            evidence=evidence,
            expected=self._found(finding.expected, finding.path),
            got=self._found(finding.got, finding.path),
        )

    def _evidence(self, evidence: Evidence) -> Evidence:
        capture = self.capture(evidence.capture)
        return evidence if capture == evidence.capture else replace(evidence, capture=capture)

    def error(self, error: DecodeError) -> DecodeError:
        """The error with placeholders in its path; its other fields hold single bytes and lengths only."""
        path = "/".join(self._decoders_path(tuple(error.path.split("/")))) if error.path else ""
        return DecodeError(error.offset, path, error.expected, error.got)

    def client(self, client: ClientIdentified) -> ClientIdentified:
        """The client without its account; platform, version and details where they are known or plain."""
        return replace(
            client,
            platform=self._described(client.platform, "platform"),
            version=self._described(client.version, "os version"),
            username=None,
            detail=tuple((name, self._described(text, name)) for name, text in client.detail),
        )

    def _node(self, node: Node, *, root: bool = False) -> Node:
        self._link(node)
        attrs: dict[str, Value] = {}
        repeated: list[tuple[str, Value]] = []
        for raw_name, raw_value in chain(node.attrs.items(), node.repeated):
            name = self.name(raw_name)
            value = self._attribute(raw_value, raw_name, root=root)
            # Two names that share a placeholder must not cost one of the two values.
            if name in attrs:
                repeated.append((name, value))
            else:
                attrs[name] = value
        return Node(self.name(node.tag), attrs, self._content(node), tuple(repeated))

    def _content(self, node: Node) -> Content:
        if isinstance(node.content, tuple):
            return tuple(self._node(child) for child in node.content)
        return None if node.content is None else self.value(node.content, name=node.tag)

    def _attribute(self, value: Value, name: str, *, root: bool) -> Value:
        return self.jid(value) if isinstance(value, Jid) else self._text(value, name, root=root)

    def _link(self, node: Node) -> None:
        for one, other in SAME_PERSON:
            pair = node.jid(one), node.jid(other)
            if pair[0] is not None and pair[1] is not None and not NOBODY & {pair[0].user, pair[1].user}:
                self._users.link(pair[0].user, pair[1].user)
                self._identities.add_name(pair[1].user)

    def _user(self, jid: Jid) -> str:
        if jid.user in NOBODY:
            return jid.user
        if jid.server == "call":
            return self.call_id(jid.user)
        user = (self._groups if jid.server in _GROUPS else self._users).name(jid.user)
        if user != jid.user:
            # Old group ids hold their creator's number: `number-time@g.us`.
            self._identities.add_name(jid.user)
        return user

    def _remembered(self, series: Series, raw: str) -> str:
        placeholder = series.name(raw)
        if placeholder != raw:
            self._identities.add(raw)
        return placeholder

    def _text(self, text: str, name: str, *, root: bool = False) -> str:
        if not text or keep.is_placeholder(text):
            return text
        if name in CALL_IDS:
            return self.call_id(text)
        if name in IDS and (root or not keep.is_plain_value(text, name)):
            return self._remembered(self._ids, text)
        if name in keep.DENIED_ATTRIBUTES:
            self._identities.add_chosen_name(text)
            return _hidden(text)
        return self._kept(text, name) or self._addressed(text) or self._time(text, name) or _hidden(text)

    def _kept(self, text: str, name: str) -> str | None:
        """The text itself, or the placeholder of the identity that it is as a whole."""
        if keep.is_protocol_word(text):
            return text
        named = self._maybe_named(text)
        self._decided.append((text, named))
        if named is not None:
            return named
        plain = keep.is_plain_value(text, name) and not self._identities.within(text)
        return text if plain else None

    def _maybe_named(self, text: str) -> str | None:
        """The placeholder of a text that is an identity as a whole."""
        for series in (self._users, self._calls, self._ids, self._groups):
            placeholder = series.known(text)
            if placeholder is not None and (placeholder == text or self._identities.knows(text)):
                return placeholder
        return None

    def _addressed(self, text: str) -> str | None:
        """A text that is an address, or a list of addresses."""
        if len(text) > _LONGEST_ADDRESS:
            return None
        parts = _SEPARATORS.split(text)
        # All of them, also behind one that is none: each is somebody's, and hidden from now on.
        mapped = [part if index % 2 else self._one_address(part) for index, part in enumerate(parts)]
        return "".join(part for part in mapped if part is not None) if None not in mapped else None

    def _one_address(self, text: str) -> str | None:
        jid = Jid.maybe_parse(text)
        return self._addresses.text(text) if jid is None else str(self.jid(jid))

    def _time(self, text: str, name: str) -> str | None:
        if not (name in _TIMES or name.endswith("_ts")) or not _EPOCH.fullmatch(text):
            return None
        if self._first_time is None:
            self._first_time = int(text)
        delta = int(text) - self._first_time
        return f"T{delta:+}" if abs(delta) <= _MOST else None

    def _bytes(self, content: bytes, name: str) -> bytes | str:
        packed = self._addresses.packed(content) if name in PACKED_TAGS else None
        if packed is not None or not content:
            return packed or b""
        shown = name == "capability" and keep.is_plain_capability(content)
        if shown:
            spelled = content.hex()
            self._decided.append((spelled, None))
            if not self._identities.within(spelled):
                return content
        return f"CIPHERTEXT-PLACEHOLDER-{min(len(content), _MOST)}-BYTES"

    def _admit(self, path: str) -> None:
        self._admitted.update(segment.removeprefix("@") for segment in path.split("/"))

    def _is_known(self, name: str) -> bool:
        return keep.is_protocol_word(name) or name in self._admitted

    def _decoders_path(self, path: tuple[str, ...]) -> tuple[str, ...]:
        """A path that was split at its slashes, of which a hostile name has its own: several segments may be
        pieces of one. So none stands for being plain, only for being known, and long indices go."""
        indices = [index for segment in path for index in _INDEX.findall(segment) if index != "1"]
        if sum(map(len, indices)) > _MOST_INDEX_DIGITS:
            path = tuple(_INDEX.sub("", segment) for segment in path)
        return tuple(self._segment(segment, split=True) for segment in path)

    def _segment(self, segment: str, *, split: bool = False) -> str:
        found = _SEGMENT.fullmatch(segment)
        if found is None or not found[2] or found[2] == "*":
            return segment
        name = found[2]
        shown = self.name(name) if not split or self._is_known(name) else self._names.name(name)
        return f"{found[1]}{shown}{found[3]}"

    def _found(self, value: Value | bytes | None, path: tuple[str, ...]) -> Value | bytes | None:
        if value is None or value in BASE_TYPES:
            return value
        found = _SEGMENT.fullmatch(path[-1]) if path else None
        return self.value(value, name="" if found is None else found[2], root=len(path) == 2)

    def _described(self, text: str, name: str) -> str:
        if not text or keep.is_placeholder(text):
            return text
        plain = _is_plain_statement(text, name) if name in _STATED else keep.is_plain_description(text)
        return text if plain and not self._identities.within(text) else _hidden(text)


def _is_plain_statement(text: str, name: str) -> bool:
    if name == "os version":
        return keep.is_plain_release(text) or keep.is_plain_value(text, "version")
    return keep.is_plain_model(text)


def _hidden(text: str) -> str:
    return f"TEXT-PLACEHOLDER-{min(len(text), _MOST)}-CHARS"
