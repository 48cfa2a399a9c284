"""IP addresses: each becomes an address of the documentation ranges, the port stays."""

from __future__ import annotations

import ipaddress
import re

from ringback.sanitize.identities import Identities
from ringback.sanitize.series import MAX_NAMES, Series

_NETS = ("192.0.2.", "198.51.100.", "203.0.113.")
"""Source: RFC 5737 section 3."""
_HOSTS = 253
"""Hosts used of each net, from 1: the last host of the last net is the overflow."""
_V6 = "2001:db8::"
"""Source: RFC 3849 section 2 (2001:DB8::/32)."""
_WITH_PORT = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+)):([0-9]{1,5})")
_LONGEST = 64
"""More characters than any spelling of an address and its port has."""

PACKED_LENGTHS = {6: 4, 18: 16}
"""Length of a packed candidate to the length of the address that it starts with; the port, 2 bytes in network
order, follows.

Source: Cobalt fixtures 1to1/audio-accept (observed), whatsapp-rust wacore/src/stanza/call.rs (read).
"""
PACKED_TAGS = frozenset({"te", "te2", "rte"})
"""Tags whose content is a packed address. Source: Cobalt fixtures 1to1/audio-accept (observed)."""


class Addresses:
    """Documentation addresses in place of real ones, stable, IPv4 and IPv6 apart."""

    def __init__(self, identities: Identities, most: int = MAX_NAMES) -> None:
        """An empty mapping, of which `most` of each family are remembered. Every address that is replaced is
        added to `identities`."""
        self._identities = identities
        own = "|".join(re.escape(net) + "[0-9]{1,3}" for net in _NETS)
        overflow = f"{_NETS[-1]}{_HOSTS + 1}"
        self._v4 = Series(_spell_v4, own=own, overflow=overflow, limit=_HOSTS * len(_NETS), most=most)
        self._v6 = Series(
            lambda number: f"{_V6}{number:x}",
            own=f"{_V6}[0-9a-f]{{1,4}}",
            overflow=f"{_V6}ffff",
            limit=0xFFFE,
            most=most,
        )

    @property
    def forgotten(self) -> int:
        """Addresses that newer ones have pushed out."""
        return self._v4.forgotten + self._v6.forgotten

    def text(self, text: str) -> str | None:
        """The placeholder of an address with or without a port, in text form; None where it is neither."""
        if len(text) > _LONGEST or not ("." in text or ":" in text):
            return None
        split = _WITH_PORT.fullmatch(text)
        if split is None:
            return self._address(text)
        bracketed, plain, port = split.groups()
        address = self._address(bracketed or plain)
        if address is None:
            return None
        return f"[{address}]:{port}" if bracketed else f"{address}:{port}"

    def packed(self, content: bytes) -> bytes | None:
        """The placeholder of a packed address, its port kept; None where the length is that of none."""
        length = PACKED_LENGTHS.get(len(content))
        if length is None:
            return None
        named = self._named(ipaddress.ip_address(content[:length]))
        return ipaddress.ip_address(named).packed + content[length:]

    def _address(self, text: str) -> str | None:
        try:
            return self._named(ipaddress.ip_address(text))
        except ValueError:
            return None

    def _named(self, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
        if isinstance(address, ipaddress.IPv6Address):
            # Over the number, so that a scope id (free text after %) does not make another address.
            address = ipaddress.IPv6Address(int(address))
        placeholder = (self._v4 if address.version == 4 else self._v6).name(str(address))
        if placeholder != str(address):
            self._identities.add(str(address))
            self._identities.add(address.packed.hex())
        return placeholder


def _spell_v4(number: int) -> str:
    net, host = divmod(number - 1, _HOSTS)
    return f"{_NETS[net]}{host + 1}"
