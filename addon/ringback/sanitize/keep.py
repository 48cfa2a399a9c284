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

_WORDS = _REASONS | _ACTIONS | _CLIENTS_AND_CODECS | SERVERS
"""Words of the protocol, of which some stand in no token dictionary."""

_MAX_DIGITS = 4
"""Most digits, all told, in a name or a token: fewer than any number that reaches a person."""
_NAME = re.compile(r"(?!.*(?:::|[0-9]\.[0-9]+\.[0-9]))[a-z][a-z0-9_.:-]{0,47}")
"""No IP address in either notation within."""
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
_DESCRIPTION = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._()/-]{0,39}")
_LONG_NUMBER = re.compile("[0-9]{6}")
_MAX_DESCRIPTION_DIGITS = 9
"""As many as `10.0.19045` needs, fewer than a number with its country code."""
_MAX_CAPABILITY = 16
"""Longest `capability` content shown: the seen ones have 5 to 7 bytes. Source: Cobalt fixtures."""
_PRINTABLE_RUN = re.compile(rb"[\x20-\x7e]{5}")
_PACKED_NUMBER = re.compile("[0-9]{10}")


@cache
def _vocabulary() -> frozenset[str]:
    tokens = {token for dictionary in KNOWN_DICTIONARIES for token in token_table(dictionary).spellings}
    return _WORDS | {token for token in tokens if _digits(token) <= _MAX_DIGITS}


def is_protocol_word(text: str) -> bool:
    """Whether `text` is a token of the protocol's dictionaries or a word known from its sources."""
    return text in _vocabulary()


def is_plain_name(text: str) -> bool:
    """Whether a tag or attribute name may stand: name-shaped, and with hardly a digit in it.

    Lower case only, as every name of the protocol is: capitals would let base64 pass.
    """
    return is_protocol_word(text) or (_NAME.fullmatch(text) is not None and _digits(text) <= _MAX_DIGITS)


def is_plain_value(text: str, attribute: str) -> bool:
    """Whether a value may stand by its spelling: a word of the protocol, a number of at most six digits, and
    what only certain attributes carry (`version`, `latency`)."""
    if is_protocol_word(text) or _SHORT_NUMBER.fullmatch(text):
        return True
    if attribute == "version":
        return _VERSION.fullmatch(text) is not None
    return attribute == "latency" and _is_latency(text)


def is_plain_description(text: str) -> bool:
    """Whether a client's own word about its software or model may stand: short, plain, no long number."""
    return (
        _DESCRIPTION.fullmatch(text) is not None
        and _LONG_NUMBER.search(text) is None
        and _digits(text) <= _MAX_DESCRIPTION_DIGITS
    )


def is_placeholder(text: str) -> bool:
    """Whether `text` is a placeholder that carries no number of a series (those know their own)."""
    return _PLACEHOLDER.fullmatch(text) is not None


def is_plain_capability(content: bytes) -> bool:
    """Whether the content of `<capability>` may stand: short flags, no text, no number in packed
    digits."""
    return (
        len(content) <= _MAX_CAPABILITY
        and _PRINTABLE_RUN.search(content) is None
        and _PACKED_NUMBER.search(content.hex()) is None
    )


def _is_latency(text: str) -> bool:
    return (
        re.fullmatch("[0-9]{8}", text) is not None
        and _LATENCY_BASE <= int(text) <= _LATENCY_BASE + _LATENCY_SPAN
    )


def _digits(text: str) -> int:
    return sum(character.isdigit() for character in text)
