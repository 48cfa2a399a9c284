"""WABinary by hand: values of dictionary 3 as (bytes, value), and frames around them.

The bytes 64, 08 and 1b are the tokens `call`, `id` and `ack` of dictionary 3.
"""

from __future__ import annotations

from ringback.stanza import Jid, Value

CALL, ID, ACK = "64", "08", "1b"

WRITTEN: list[tuple[str, Value]] = [
    ("64", "call"),
    ("03", "s.whatsapp.net"),
    ("eb", "screen_height"),
    ("ec00", "read-self"),
    ("ec12", "preaccept"),
    ("ed00", "reject"),
    ("efff", "1961"),
    ("fb81bf", "B"),
    ("ff0212ab", "12-."),
    ("ff83" + "123a4f", "123-4"),
    ("ffc0" + "1" * 127 + "f", "1" * 127),
    ("fb02a0bc", "A0BC"),
    ("fb83" + "abcdef", "ABCDE"),
    ("fbc0" + "a" * 127 + "f", "A" * 127),
    ("fc00", ""),
    ("fc02" + "6162", "ab"),
    ("fc02" + "c3a9", "é"),
    ("fc01" + "ff", "\udcff"),
    ("fc03" + "313200", "12\0"),
    ("fc80" + "31" * 128, "1" * 128),
    ("fcff" + "61" * 255, "a" * 255),
    ("fd000100" + "61" * 256, "a" * 256),
    ("fd0fffff" + "61" * 0xFFFFF, "a" * 0xFFFFF),
    ("fe00100000" + "61" * 0x100000, "a" * 0x100000),
    ("fa0003", Jid("", "s.whatsapp.net")),
    ("faff02098703", Jid("0987", "s.whatsapp.net")),
    ("faff020987" + "76", Jid("0987", "lid")),
    ("fafc01611c", Jid("a", "g.us")),
    ("fafb" + "02abcd" + "64", Jid("ABCD", "call")),
    ("fafc03613a31" + "fc0178", Jid("a:1", "x")),
    ("f70007ff020987", Jid("0987", "s.whatsapp.net", 7)),
    ("f701ffff020987", Jid("0987", "lid", 255)),
    ("f78001fc0161", Jid("a", "hosted", 1)),
    ("f78101ff020987", Jid("0987", "hosted.lid", 1)),
    ("f70501ff020987", Jid("0987", "s.whatsapp.net", 1, 5)),
    ("f70200ff020987", Jid("0987", "s.whatsapp.net", None, 2)),
    ("f70001fc00", Jid("", "s.whatsapp.net", 1)),
    ("f6ff0209870100cc", Jid("0987", "msgr", 256)),
    ("f6ff0209870000cc", Jid("0987", "msgr", 0)),
    ("f5ff020987fffe0102fc07696e7465726f70", Jid("0987", "interop", 0xFFFE, None, 0x0102)),
    ("f5ff02098700000000fc07696e7465726f70", Jid("0987", "interop", 0, None, 0)),
]
"""Spellings that decoder and encoder agree on."""

READ: list[tuple[str, Value]] = [
    ("00", ""),
    ("ff00", ""),
    ("fb00", ""),
    ("ff01ff", "\0\0"),
    ("ff0112", "12"),
    ("ff81" + "1b", "1"),
    ("ff81" + "10", "1"),
    ("fb81" + "f0", "F"),
    ("ff7f" + "1" * 254, "1" * 254),
    ("ffff" + "1" * 254, "1" * 253),
    ("fbff" + "f" * 254, "F" * 253),
    ("fc04" + "63616c6c", "call"),
    ("fc02" + "3132", "12"),
    ("fc05" + "31406c6964", "1@lid"),
    ("fd000002" + "6162", "ab"),
    ("fdf00002" + "6162", "ab"),
    ("fe00000002" + "6162", "ab"),
    ("fe00000000", ""),
    ("fafc0003", Jid("", "s.whatsapp.net")),
    ("fafc023132fc036c6964", Jid("12", "lid")),
    ("f70000ff0112", Jid("12", "s.whatsapp.net")),
    ("f7010000", Jid("", "lid")),
    ("f6ff01120001fc046d736772", Jid("12", "msgr", 1)),
]
"""Spellings that only a decoder meets."""


def frame(wabinary_hex: str) -> bytes:
    """The plaintext of a frame: flag byte 0 and the given WABinary."""
    return bytes.fromhex("00" + wabinary_hex)


def with_attribute(value_hex: str) -> bytes:
    """`<call id=VALUE/>`; the value begins at offset 4."""
    return frame(f"f803{CALL}{ID}{value_hex}")


def with_content(value_hex: str) -> bytes:
    """`<call>VALUE</call>`; the value begins at offset 3."""
    return frame(f"f802{CALL}{value_hex}")
