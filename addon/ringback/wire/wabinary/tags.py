"""The first bytes of WABinary values, the packing alphabets, and the domains of device addresses.

Source: npm baileys 7.0.0-rc13, lib/WABinary/constants.js (TAGS) and jid-utils.js (WAJIDDomains), read in code
and under test against the package; whatsmeow binary/token names the same bytes.
"""

from __future__ import annotations

COMPRESSED = 0b10
"""Bit of the flag byte before the WABinary: the rest is one zlib stream.

Source: baileys 7.0.0-rc13, lib/WABinary/decode.js, decompressingIfRequired.
"""

LIST_EMPTY = 0
"""An empty list; where text is expected, the empty text."""

SINGLE_BYTE_LIMIT = 236
"""First byte that is no single-byte token."""

DICTIONARY_0 = 236
"""A token of the first double-byte dictionary; its index follows, one byte. 237 to 239: the other three."""
DICTIONARIES = 4

INTEROP_JID = 245
"""User, device (16 bits), integrator (16 bits), server."""
FB_JID = 246
"""User, device (16 bits), server."""
AD_JID = 247
"""Domain byte, device byte, user."""
LIST_8 = 248
"""A list; its length follows, one byte."""
LIST_16 = 249
"""A list; its length follows, two bytes."""
JID_PAIR = 250
"""User, or LIST_EMPTY for none; then server."""
HEX_8 = 251
"""Text of upper-case hex digits, two a byte."""
BINARY_8 = 252
"""Bytes; their number follows, one byte."""
BINARY_20 = 253
"""Bytes; their number follows, the low 20 bits of three bytes."""
BINARY_32 = 254
"""Bytes; their number follows, four bytes."""
NIBBLE_8 = 255
"""Text of `NIBBLES`, two a byte."""

PACKED_ODD = 0b1000_0000
"""Bit of a packed text's length byte: the last half byte is padding. The other bits count bytes."""
PACKED_MAX = 127
"""Most characters that an encoder packs; a decoder may meet twice as many."""
NIBBLES = {"a": "-", "b": ".", "f": "\0"}
"""What the half bytes above 9 stand for under NIBBLE_8; the hex digits c, d and e stand for nothing.

Source: baileys 7.0.0-rc13, lib/WABinary/decode.js, unpackNibble; whatsmeow and oxidezap/whatsapp-rust read
15 as NUL too.
"""

DOMAINS = {0: "s.whatsapp.net", 1: "lid", 128: "hosted", 129: "hosted.lid"}
"""Server by domain byte of AD_JID."""
DEFAULT_DOMAIN_SERVER = DOMAINS[0]
"""Server of a domain byte that is none of these; the byte is then an agent number (whatsmeow, NewADJID)."""

MESSENGER_SERVER = "msgr"
"""The one server of FB_JID. Source: whatsmeow binary/decoder.go, readFBJID."""
INTEROP_SERVER = "interop"
"""The one server of INTEROP_JID. Source: whatsmeow binary/decoder.go, readInteropJID."""
