"""Who speaks on a connection: an opened ClientPayload in words.

Names of enum values are the published ones; a number outside the set is shown as it is (`platform-77`).
The push name is never read. Source: Baileys 7.0.0-rc13, WAProto/WAProto.proto (ClientPayload, DeviceProps).
"""

from __future__ import annotations

import enum
from functools import lru_cache

from ringback.errors import HandshakeError
from ringback.wire.events import ClientIdentified
from ringback.wire.handshake import SealedPayload
from ringback.wire.keylog import KeyLog
from ringback.wire.messages import ClientPayload, read_client_payload

MAX_TEXT = 128
"""Longest text fact in bytes; the rest of a longer one is cut off."""

_Platform = enum.IntEnum(
    "_Platform",
    "ANDROID IOS WINDOWS_PHONE BLACKBERRY BLACKBERRYX S40 S60 PYTHON_CLIENT TIZEN ENTERPRISE SMB_ANDROID "
    "KAIOS SMB_IOS WINDOWS WEB PORTAL GREEN_ANDROID GREEN_IPHONE BLUE_ANDROID BLUE_IPHONE FBLITE_ANDROID "
    "MLITE_ANDROID IGLITE_ANDROID PAGE MACOS OCULUS_MSG OCULUS_CALL MILAN CAPI WEAROS ARDEVICE VRDEVICE "
    "BLUE_WEB IPAD TEST SMART_GLASSES BLUE_VR AR_WRIST",
    start=0,
)
"""`UserAgent.Platform`."""

_ReleaseChannel = enum.IntEnum("_ReleaseChannel", "RELEASE BETA ALPHA DEBUG", start=0)
"""`UserAgent.ReleaseChannel`."""

_WEB_SUB_Platform = enum.IntEnum(
    "_WEB_SUB_Platform", "WEB_BROWSER APP_STORE WIN_STORE DARWIN WIN32 WIN_HYBRID", start=0
)
"""`WebInfo.WebSubPlatform`."""

_COMPANION_Platform = enum.IntEnum(
    "_COMPANION_Platform",
    "UNKNOWN CHROME FIREFOX IE OPERA SAFARI EDGE DESKTOP IPAD ANDROID_TABLET OHANA ALOHA CATALINA TCL_TV "
    "IOS_PHONE IOS_CATALYST ANDROID_PHONE ANDROID_AMBIGUOUS WEAR_OS AR_WRIST AR_DEVICE UWP VR CLOUD_API "
    "SMARTGLASSES",
    start=0,
)
"""`DeviceProps.PlatformType`."""

_REMEMBERED = 64
"""Clients that are known again."""
_UNREADABLE = "unreadable"
_NOT_STATED = "not stated"


def identify(payload: bytes) -> ClientIdentified:
    """What an opened client payload tells. Raises nothing: one that is no ClientPayload is `unreadable`."""
    try:
        client = read_client_payload(payload)
    except HandshakeError as error:
        return ClientIdentified(_UNREADABLE, "", None, None, (("payload", str(error)),))
    return _same(
        ClientIdentified(
            platform=_named("platform", client.platform, _Platform) or _NOT_STATED,
            version=".".join(str(part) for part in client.version),
            device=client.device,
            username=None if client.username is None else str(client.username),
            detail=_detail(client),
        )
    )


@lru_cache(maxsize=_REMEMBERED)
def _same(client: ClientIdentified) -> ClientIdentified:
    """One object for all connections of a client, which connects again and again: each is remembered."""
    return client


class ClientWatch:
    """Opens a client's payload as soon as the log has the key for it."""

    def __init__(self, keys: KeyLog, ephemeral: bytes, sealed: SealedPayload) -> None:
        """`ephemeral` names the session: its keys are tried, whatever they are listed as, and candidates."""
        self._keys = keys
        self._sessions = (None, ephemeral)
        self._sealed = sealed
        self._seen = 0

    def look(self) -> ClientIdentified | None:
        """The client, where a key that came since the last look opens its payload."""
        entries = self._keys.since(self._seen)
        self._seen = self._keys.size
        for entry in entries:
            payload = self._sealed.open(entry.key) if entry.ephemeral in self._sessions else None
            if payload is not None:
                return identify(payload)
        return None


def _detail(client: ClientPayload) -> tuple[tuple[str, str], ...]:
    """The further facts that are stated, in a fixed order."""
    facts = {
        "os version": _text(client.os_version),
        "manufacturer": _text(client.manufacturer),
        "model": _text(client.model),
        "release channel": _named("channel", client.release_channel, _ReleaseChannel),
        "web sub-platform": _named("sub-platform", client.web_sub_platform, _WEB_SUB_Platform),
        "companion platform": _named("platform", client.companion_platform, _COMPANION_Platform),
    }
    return tuple((name, fact) for name, fact in facts.items() if fact is not None)


def _named(kind: str, number: int | None, names: type[enum.IntEnum]) -> str | None:
    """The published name of `number`, `kind-number` where there is none, None where nothing is stated."""
    if number is None:
        return None
    try:
        return names(number).name
    except ValueError:
        return f"{kind}-{number}"


def _text(data: bytes | None) -> str | None:
    return None if data is None else data[:MAX_TEXT].decode(errors="replace")
