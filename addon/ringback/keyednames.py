"""Keyed names: what HMAC-SHA256 under a secret makes of one raw value. The rules are in `pseudonyms`.

    u-d14-kqfwzhtbra

| part | meaning |
| --- | --- |
| kind | `u` user, `g` group, `c` call-id, `s` stanza id, `n` name of a tag or attribute, `t` text |
| form | `d` digits, `n` a minus and digits, `h` lower-case, `H` upper-case, `x` mixed hex digits, `t` other |
| length | in characters |
| letters | ten of `a` to `z`, no digit: no such name can be taken for what it stands for |
"""

from __future__ import annotations

import hmac
import ipaddress
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from ringback.sanitize.addresses import PACKED_LENGTHS

MAX_LENGTH = 999_999
"""Largest length in a name: a longer number could pass for an identity."""

_NAME = re.compile(r"(?P<kind>[ugcsnt])-(?P<form>[dnhHxt])(?P<length>[0-9]{1,6})-(?P<letters>[a-z]{10})")
NAMES = re.compile(r"(?<![\w-])[ugcsnt]-[dnhHxt][0-9]{1,6}-[a-z]{10}(?![\w-])")
"""Finds every keyed name in a text."""
_FORMS = (
    ("d", re.compile("[0-9]+")),
    ("n", re.compile("-[0-9]+")),
    ("h", re.compile("[0-9a-f]+")),
    ("H", re.compile("[0-9A-F]+")),
    ("x", re.compile("[0-9A-Fa-f]+")),
)
_LETTERS = 10
"""26 ** 10 names: among a million values the odds that two share one are 1 to 280."""
_V4_NETS = ("192.0.2.0", "198.51.100.0", "203.0.113.0")
"""Source: RFC 5737 section 3. 762 hosts in all: two addresses may share one."""
_V4_HOSTS = 254
_V6_NET = int(ipaddress.IPv6Address("2001:db8::"))
"""Source: RFC 3849 section 2; 96 bits are free."""
ADDRESSES = re.compile(
    r"(?:192\.0\.2|198\.51\.100|203\.0\.113)\.[0-9]{1,3}|2001:db8:[0-9a-f:]*"
    "|(?:c00002|c63364|cb0071)[0-9a-f]{2}|20010db8[0-9a-f]{24}"
)
"""Finds every documentation address in a text, packed ones in hex too, and whatever looks like one."""
_LONGEST_ADDRESS = 64
"""More characters than any spelling of an IP address and its port has."""
_WITH_PORT = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<v4>[0-9.]+)):(?P<port>[0-9]{1,5})")

_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class KeyedName:
    """A keyed name in its parts."""

    kind: str
    form: str
    length: int
    letters: str

    def __str__(self) -> str:
        """The name as it is written."""
        return f"{self.kind}-{self.form}{self.length}-{self.letters}"

    @classmethod
    def maybe_parse(cls, text: str) -> KeyedName | None:
        """The name spelled by `text`, None where it is none."""
        found = _NAME.fullmatch(text)
        if found is None:
            return None
        return cls(found["kind"], found["form"], int(found["length"]), found["letters"])


class KeyedNames:
    """Names and documentation addresses for raw values, fixed by a secret. It remembers nothing."""

    def __init__(self, secret: bytes) -> None:
        """Without `secret` no name can be turned back; with it a guess can be tried."""
        self._secret = secret

    @cached_property
    def realm(self) -> str:
        """Name of the secret itself."""
        return self._letters("realm", b"")

    def name(self, kind: str, raw: str) -> str:
        """The name of `raw` among those of its kind."""
        form = next((form for form, pattern in _FORMS if pattern.fullmatch(raw)), "t")
        letters = self._letters(kind, raw.encode("utf-8", "surrogatepass"))
        return str(KeyedName(kind, form, min(len(raw), MAX_LENGTH), letters))

    def mark(self, identity: str) -> str:
        """Ten letters for an identity and nothing of its form: for looking whether it is known."""
        return self._letters("mark", identity.encode("utf-8", "surrogatepass"))

    def address(self, text: str) -> str | None:
        """The documentation address for an IP address with or without a port; None where it is neither."""
        if len(text) > _LONGEST_ADDRESS:
            return None
        found = _WITH_PORT.fullmatch(text)
        try:
            if found is None:
                return str(self._documented(ipaddress.ip_address(text)))
            address = self._documented(ipaddress.ip_address(found["v6"] or found["v4"]))
        except ValueError:
            return None
        return f"[{address}]:{found['port']}" if found["v6"] else f"{address}:{found['port']}"

    def packed(self, content: bytes) -> bytes | None:
        """A packed address and its port, the address replaced; None where the length is that of none."""
        length = PACKED_LENGTHS.get(len(content))
        if length is None:
            return None
        return self._documented(ipaddress.ip_address(content[:length])).packed + content[length:]

    def _documented(self, address: _Address) -> _Address:
        number = int.from_bytes(self._digest("address", address.packed)[:12], "big")
        if address.version == 6:
            return ipaddress.IPv6Address(_V6_NET + number)
        net, host = divmod(number % (_V4_HOSTS * len(_V4_NETS)), _V4_HOSTS)
        return ipaddress.IPv4Address(_V4_NETS[net]) + host + 1

    def _letters(self, kind: str, raw: bytes) -> str:
        number = int.from_bytes(self._digest(kind, raw), "big")
        letters = ""
        for _ in range(_LETTERS):
            number, letter = divmod(number, 26)
            letters += chr(ord("a") + letter)
        return letters

    def _digest(self, kind: str, raw: bytes) -> bytes:
        return hmac.digest(self._secret, kind.encode() + b"\0" + raw, "sha256")
