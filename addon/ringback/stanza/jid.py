"""Addresses: `user[.agent][:device]@server`."""

from __future__ import annotations

import re

from msgspec import Struct

from ringback.errors import StanzaError

_TEXT = re.compile(
    r"(?:(?P<integrator>[0-9]{1,5})-)?(?P<user>[^@:/\s]*?)(?:\.(?P<agent>[0-9]{1,3}))?(?::(?P<device>[0-9]{1,5}))?"
    r"@(?P<server>[a-z][a-z0-9.\-]*)"
)
_INTEROP = "interop"


class Jid(Struct, frozen=True, gc=False):
    """One address, as the wire's JID tags carry it.

    Two JIDs are the same device when `device_key` is equal; equality also tells a bare address
    from one spelled with device 0 or agent 0.
    """

    user: str
    """Part before the device; empty for a server's own address (`@s.whatsapp.net`)."""
    server: str
    """Part after the `@`: `s.whatsapp.net`, `lid`, `hosted`, `hosted.lid`, `call`, `g.us`, `msgr`, ..."""
    device: int | None = None
    """Device number; None where the address is bare, which names device 0."""
    agent: int | None = None
    """Number after the dot of the old `user.agent:device` spelling; None where there is none."""
    integrator: int | None = None
    """Number before the dash of an interop address; None for every other server."""

    def __str__(self) -> str:
        """The address in the field's usual text form."""
        prefix = "" if self.integrator is None else f"{self.integrator}-"
        agent = "" if self.agent is None else f".{self.agent}"
        device = "" if self.device is None else f":{self.device}"
        return f"{prefix}{self.user}{agent}{device}@{self.server}"

    @property
    def device_key(self) -> tuple[str, str, int]:
        """User, server and device number; equal for every spelling of one device."""
        return (self.user, self.server, self.device or 0)

    @property
    def user_key(self) -> tuple[str, str]:
        """User and server; equal for all devices of one account under one addressing mode."""
        return (self.user, self.server)

    @classmethod
    def parse(cls, text: str) -> Jid:
        """The address spelled by `text`.

        Raises:
            StanzaError: `text` is not spelled as an address, or not the way ringback would spell it.
        """
        jid = cls.maybe_parse(text)
        if jid is None:
            raise StanzaError(f"not an address of the form user[.agent][:device]@server: {text!r}")
        return jid

    @classmethod
    def maybe_parse(cls, text: str) -> Jid | None:
        """As `parse`, None where `text` is no address."""
        found = _TEXT.fullmatch(text)
        if found is None:
            return None
        integrator, user, agent, device, server = found.group(
            "integrator", "user", "agent", "device", "server"
        )
        if integrator is not None and server != _INTEROP:
            integrator, user = None, f"{integrator}-{user}"
        jid = cls(
            user=user,
            server=server,
            device=None if device is None else int(device),
            agent=None if agent is None else int(agent),
            integrator=None if integrator is None else int(integrator),
        )
        return jid if str(jid) == text else None
