"""Whom and what a stanza names by its places: users, call-ids, ids, names that people chose, addresses."""

from __future__ import annotations

import re
from itertools import chain

from ringback.sanitize import keep
from ringback.sanitize.addresses import PACKED_LENGTHS, PACKED_TAGS
from ringback.sanitize.identities import Identities
from ringback.stanza import Jid, Node, Value

CALL_IDS = frozenset({"call-id", "call_id"})
"""Attributes that hold a call-id."""
IDS = frozenset({"id", "stanza-id", "stanza_id", "message-id", "message_id"})
"""Attributes that hold the id of a stanza."""
NOBODY = frozenset({"", "status", "server"})
"""Users that are no persons. Source: baileys 7.0.0-rc13 lib/WABinary/jid-utils."""

_PLACEHOLDER = re.compile(r"OTHER|(?:CALLID|ID|GROUP)-(?:[0-9]{4}|OTHER)|TEXT-PLACEHOLDER-[0-9]{1,6}-CHARS")
"""Evidence that was sanitised before names its parties so: they are nobody."""
_LONGEST_ADDRESS = 256
"""Characters beyond which no address is looked for in a text. Bounds the search."""


def identities_of(*stanzas: Node) -> Identities:
    """Everybody and everything that these stanzas name by its place."""
    identities = Identities()
    for stanza in stanzas:
        note_named(identities, stanza)
    return identities


def note_named(identities: Identities, stanza: Node) -> None:
    """Add everybody and everything that the stanza names by its place."""
    _add(identities, stanza.text("id") or "")
    for node in stanza.walk():
        for name, value in chain(node.attrs.items(), node.repeated):
            _note(identities, name, value)
        if isinstance(node.content, str | Jid):
            _note(identities, node.tag, node.content)
        elif isinstance(node.content, bytes) and node.tag in PACKED_TAGS:
            identities.add(node.content[: PACKED_LENGTHS.get(len(node.content), 0)].hex())


def maybe_jid(text: str) -> Jid | None:
    """The address that a text spells, None where it spells none or is longer than any."""
    return Jid.maybe_parse(text) if len(text) <= _LONGEST_ADDRESS else None


def _note(identities: Identities, name: str, value: Value) -> None:
    jid = value if isinstance(value, Jid) else maybe_jid(value)
    if jid is not None and jid.user not in NOBODY:
        if _PLACEHOLDER.fullmatch(jid.user) is None:
            identities.add_name(jid.user)
    elif name in keep.DENIED_ATTRIBUTES:
        if _PLACEHOLDER.fullmatch(str(value)) is None:
            identities.add_chosen_name(str(value))
    elif name in CALL_IDS or (name in IDS and not keep.is_plain_value(str(value), name)):
        _add(identities, str(value))


def _add(identities: Identities, identity: str) -> None:
    if _PLACEHOLDER.fullmatch(identity) is None:
        identities.add(identity)
