"""Who plays in the synthetic captures: accounts, addresses and ids that nobody has.

User parts are one digit repeated, phone numbers are 555 numbers, call ids are one letter repeated: who meets
one in a log knows at once that it is made up. IPv4 addresses lie in the range for benchmarks (RFC 2544,
section C.2.2), IPv6 addresses in that for documentation (RFC 3849). They belong to nobody, and no placeholder
is spelled like them: a raw address in an output can be told from one that was put in its place.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from ringback.stanza import Jid

START = 1_700_000_000.0
"""When the first capture begins, in seconds since the epoch: a round number on purpose."""
INTERVAL_S = 3600
"""From the beginning of one capture to that of the next."""

APP_VERSION = (2, 3000, 1000000001)
"""What the clients say they are: the shape of a WhatsApp Web version, a build that does not exist."""

RELAY_V4 = ("198.18.20.10", 3478)
RELAY_V6 = ("2001:db8:ffff:20::10", 3478)
REFLEXIVE = ("198.19.7.23", 41000)
OBSERVED = ("198.19.7.24", 41001)
"""Address under which the server saw a client, as `rte` tells it."""

PUSH_NAME = "Made Up Person"


@dataclass(frozen=True, slots=True)
class Account:
    """One account under both of its addressing modes."""

    lid: str
    """User part under `lid`."""
    phone: str
    """User part under `s.whatsapp.net`."""

    @property
    def bare(self) -> Jid:
        """The account, which is also how its device 0 is spelled."""
        return Jid(self.lid, "lid")

    def device(self, number: int) -> Jid:
        """One device; 0 is the phone."""
        return Jid(self.lid, "lid", device=number or None)

    def by_phone(self, number: int) -> Jid:
        """One device under the phone number."""
        return Jid(self.phone, "s.whatsapp.net", device=number or None)


CALLER = Account(lid="11111111111111", phone="15550000001")
CALLEE = Account(lid="22222222222222", phone="15550000002")
STRANGER = Account(lid="33333333333333", phone="15550000003")
ACCOUNTS = (CALLER, CALLEE, STRANGER)


def by_phone(jid: Jid) -> Jid:
    """The same device under its phone number.

    Raises:
        StopIteration: nobody of `ACCOUNTS`.
    """
    account = next(account for account in ACCOUNTS if account.lid == jid.user)
    return account.by_phone(jid.device or 0)


def call_id(number: int, capture: int = 0) -> str:
    """A call id of 32 characters, `00AAAA...01` for the first call of capture 0; captures share none."""
    return f"{capture:02d}" + f"{number:02d}".rjust(30, "A")


def packed(host: str, port: int) -> bytes:
    """Address bytes as `te` carries them: 4 or 16 bytes of address, 2 of port, big-endian.

    Source: Auties00/Cobalt dce2b51a, call fixtures (`te2` of an offer's relay: 6 and 18 bytes).
    """
    return ipaddress.ip_address(host).packed + port.to_bytes(2, "big")
