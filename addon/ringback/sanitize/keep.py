"""What may leave as it is, because it cannot identify anybody. Everything else is denied.

The rules are about spelling alone: whether a value is one of the identities seen so far is asked apart
(`ringback.sanitize.identities`).
"""

from __future__ import annotations

import re
from functools import cache

from ringback.wire.wabinary import KNOWN_DICTIONARIES, token_table

DENIED_ATTRIBUTES = frozenset(
    {"notify", "username", "guest_name", "name", "subject", "pushname", "push_name", "short", "verified_name"}
)
"""Attributes of names that people chose: never shown, not even where the name is a word of the protocol.
Source: Cobalt fixtures 1to1 (observed: notify), zapo events.test.ts (read: username, guest_name)."""

_REASONS = frozenset(
    {
        "accepted_elsewhere",
        "rejected_elsewhere",
        "accept_elsewhere",
        "reject_elsewhere",
        "uncallable",
        "declined",
        "cancelled",
        "connection_lost",
        "group_call_ended",
        "vc_wave_all",
    }
)
"""Why a call ended or was refused. Source: Cobalt fixtures, meowcaller issue 35, zapo events.test.ts, wacrg
spec/enums/terminate-reasons.yaml."""

_ACTIONS = frozenset(
    {
        "offer_notice",
        "relay_info_update",
        "interruption",
        "flowcontrol",
        "screen_share",
        "dtmf",
        "user_action",
        "peer_state",
        "lobby",
        "link_create",
        "link_query",
        "link_join",
        "connect_stat",
        "ready",
        "ringing",
        "raise_hand",
        "waiting_room",
    }
)
"""Tags of actions, which an ack names in its `type`. Source: whatsapp-rust wacore/src/stanza/call.rs, Cobalt
fixtures."""

_CLIENTS_AND_CODECS = frozenset({"smbi", "capi", "H264", "h264", "H265"})
"""Source: Cobalt fixtures, meowcaller signaling/video.go."""

SERVERS = frozenset(
    {
        "s.whatsapp.net",
        "lid",
        "hosted",
        "hosted.lid",
        "call",
        "c.us",
        "g.us",
        "broadcast",
        "newsletter",
        "msgr",
        "interop",
        "bot",
    }
)
"""What may stand after the `@`. Source: baileys 7.0.0-rc13 lib/WABinary/jid-utils; whatsmeow types/jid.go."""

_NAMES = frozenset(
    {
        "ip",
        "port",
        "caller_pn",
        "sender_lid",
        "user_pn",
        "relay_name",
        "p2p-cand-round",
        "peer_abtest_bucket_id_list",
        "raw_e2e",
        "av-upgradable",
        "waiting_room_admit",
    }
)
"""Names of attributes and tags that stand in no dictionary. Source: Cobalt fixtures, whatsapp-rust
wacore/src/stanza/call.rs, wacrg spec/stanzas."""

_WORDS = _REASONS | _ACTIONS | _CLIENTS_AND_CODECS | _NAMES | SERVERS
"""Words of the protocol, of which some stand in no token dictionary."""

_MAX_DIGITS = 4
"""Most digits, all told, in a token: fewer than any number that reaches a person."""
_NAME = re.compile("[a-z][a-z0-9_-]{0,23}")
"""Form of a name that no source knows. No dot, colon or `@`: it holds no address."""
_MAX_NAME_DIGITS = 2
_NO_LETTERS = re.compile("[^a-z]+")
_SHORT_NUMBER = re.compile(r"-?[0-9]{1,6}")
_VERSION = re.compile(r"2\.(?:[0-9]{1,4}(?:\.[0-9]{1,4}){0,3}|3000\.10[0-9]{8})")
"""Source: Cobalt fixtures (`2.3000.1039501489`, Web), whatsapp-rust tests (`2.25.37.76`, Android)."""
_LATENCY_BASE = 0x02000000
"""Added to milliseconds in `te/@latency`. Source: Cobalt fixtures 1to1 relaylatency (observed)."""
_LATENCY_SPAN = 0xFFFF
_EIGHT_DIGITS = re.compile("[0-9]{8}")
_PLACEHOLDER = re.compile(
    r"TEXT-PLACEHOLDER-[0-9]{1,6}-CHARS|CIPHERTEXT-PLACEHOLDER-[0-9]{1,6}-BYTES|T[+-][0-9]{1,6}"
)
_RELEASE = re.compile(r"[0-9]{1,5}(?:\.[0-9]{1,5}){0,3}")
_MODELS = frozenset({"Desktop"})
"""What known clients state as their device; any other text may be the name that a person gave it.
Source: Baileys 7.0.0-rc13 lib/Utils/validate-connection.js (read)."""
_DESCRIPTION = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._()/-]{0,39}")
_LONG_NUMBER = re.compile("[0-9]{6}")
_MAX_DESCRIPTION_DIGITS = 9
"""As many as `10.0.19045` needs, fewer than a number with its country code."""
_CAPABILITY = bytes.fromhex("0105")
"""How every known blob of capabilities begins: `0105f709e4bb07`, `0105f709e4bb13`, `0105f709e0bb07`,
`0105ff09e4bb07`. Source: Cobalt fixtures 1to1 (observed), whatsapp-rust, meowcaller, zapo (read)."""
_MAX_CAPABILITY = 8
"""Longest `capability` content shown, in bytes: the known ones have 7."""
_NO_FILE = re.compile(
    r"""[0-9]{5} | @ | :(?!\ ) | _KEY | [0-9]+(?:\.[0-9]+){3}
    | [0-9A-Fa-f]{12} | [0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3} | [A-Za-z0-9+/_-]{43}""",
    re.VERBOSE,
)
"""What the scan of exports would take for something: a report that names such a file would not be made."""
_MAX_FILE_DIGITS = 10
"""Most digits in the name of a capture file: as many as a day and a counter take."""
_PRINTABLE_RUN = re.compile(rb"[\x20-\x7e]{5}")
_PACKED_NUMBER = re.compile("[0-9]{10}")


@cache
def _vocabulary() -> frozenset[str]:
    tokens = {token for dictionary in KNOWN_DICTIONARIES for token in token_table(dictionary).spellings}
    return _WORDS | {token for token in tokens if _digits(token) <= _MAX_DIGITS}


def is_protocol_word(text: str) -> bool:
    """Whether `text` is a token of the protocol's dictionaries or a word known from its sources."""
    return text in _vocabulary()


@cache
def _vocabulary_words() -> frozenset[str]:
    """The words that the names of the protocol are made of."""
    return frozenset(word for token in _vocabulary() for word in _NO_LETTERS.split(token) if len(word) > 1)


def is_plain_name(text: str) -> bool:
    """Whether a tag or attribute name may stand by its spelling.

    A word of the protocol may. So may a name that no source knows, for undocumented names are what a
    researcher looks for: at most 24 characters of `a` to `z`, digits, `-` and `_`, at most two digits, and
    where it consists of several words, one of them out of the protocol's dictionaries. New names are made of
    old words (`relay_quota`), the name of a person is not. Lower case only, as in every name of the protocol:
    capitals would let base64 pass.
    """
    if is_protocol_word(text):
        return True
    if _NAME.fullmatch(text) is None or _digits(text) > _MAX_NAME_DIGITS:
        return False
    words = [word for word in _NO_LETTERS.split(text) if word]
    return len(words) == 1 or not _vocabulary_words().isdisjoint(words)


def is_plain_value(text: str, attribute: str) -> bool:
    """Whether a value may stand by its spelling: a word of the protocol, a number of at most six digits, and
    what only certain attributes carry (`version`, `latency`)."""
    if is_protocol_word(text) or _SHORT_NUMBER.fullmatch(text):
        return True
    if attribute == "version":
        return _VERSION.fullmatch(text) is not None
    return attribute == "latency" and _is_latency(text)


def is_plain_description(text: str) -> bool:
    """Whether a fact about a client in ringback's own words may stand: short, plain, no long number."""
    return _DESCRIPTION.fullmatch(text) is not None and _has_few_digits(text)


def is_plain_model(text: str) -> bool:
    """Whether a client's own word about its device or maker may stand: only what known clients send."""
    return text in _MODELS


def is_plain_release(text: str) -> bool:
    """Whether the version of a system or an app may stand: digits and dots, no long number."""
    return _RELEASE.fullmatch(text) is not None and _has_few_digits(text)


def is_plain_file(name: str) -> bool:
    """Whether the name of a capture file may stand: neither five digits in a row nor more than ten all told,
    and nothing that has the form of an address, a time, an id or a key."""
    return _NO_FILE.search(name) is None and _digits(name) <= _MAX_FILE_DIGITS


def is_placeholder(text: str) -> bool:
    """Whether `text` is a placeholder that carries no number of a series (those know their own)."""
    return _PLACEHOLDER.fullmatch(text) is not None


def is_plain_capability(content: bytes) -> bool:
    """Whether the content of `<capability>` may stand: it begins as the known ones, and is as short as they
    are; no text, no number in packed digits."""
    return (
        content.startswith(_CAPABILITY)
        and len(content) <= _MAX_CAPABILITY
        and _PRINTABLE_RUN.search(content) is None
        and _PACKED_NUMBER.search(content.hex()) is None
    )


def _has_few_digits(text: str) -> bool:
    return _LONG_NUMBER.search(text) is None and _digits(text) <= _MAX_DESCRIPTION_DIGITS


def _is_latency(text: str) -> bool:
    return (
        re.fullmatch("[0-9]{8}", text) is not None
        and _LATENCY_BASE <= int(text) <= _LATENCY_BASE + _LATENCY_SPAN
    )


def _digits(text: str) -> int:
    return sum(character.isdigit() for character in text)
