"""When two addresses mean the same device: only within one addressing mode can that be told.

A device has a phone-number address and a LID, and nothing in a call stanza says which belong together. So
every comparison here has three answers: yes, no, and None for "cannot tell".
"""

from __future__ import annotations

from ringback.stanza import Jid, Value

_MODES = {
    "s.whatsapp.net": "pn",
    "c.us": "pn",
    "hosted": "pn",
    "lid": "lid",
    "hosted.lid": "lid",
}
"""Server to addressing mode; a hosted server spells a device of the same account, `c.us` is what
Web clients write for `s.whatsapp.net`.

Source: read in Baileys 7.0.0-rc13, lib/WABinary/jid-utils, domain types of AD_JID and jidNormalizedUser.
"""


def addressing_mode(jid: Jid) -> str | None:
    """`pn` or `lid`; None for an address that names no account: a server, a group, a call."""
    return _MODES.get(jid.server) if jid.user else None


def same_account(one: Jid | None, other: Jid | None) -> bool | None:
    """Whether both are addresses of one account; None where that cannot be told."""
    if one is None or other is None:
        return None
    modes = (addressing_mode(one), addressing_mode(other))
    if None in modes or modes[0] != modes[1]:
        return None
    return one.user == other.user


def same_device(one: Jid | None, other: Jid | None) -> bool | None:
    """Whether both are addresses of one device, a bare one being device 0; None where that cannot be told."""
    if one is None or other is None:
        return None
    return same_account(one, other) and (one.device or 0) == (other.device or 0)


def same_value(one: Value | None, other: Value | None) -> bool | None:
    """Whether two attribute values mean the same: addresses of accounts by device, all else literally.

    None where either is absent, or where they are addresses of different modes.
    """
    if one is None or other is None:
        return None
    one_jid, other_jid = _account_address(one), _account_address(other)
    if one_jid is None or other_jid is None:
        return str(one) == str(other)
    return same_device(one_jid, other_jid)


def _account_address(value: Value) -> Jid | None:
    jid = value if isinstance(value, Jid) else Jid.maybe_parse(value)
    return jid if jid is not None and addressing_mode(jid) is not None else None
