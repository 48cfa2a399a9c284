"""The protobuf messages of the handshake: the part of the published schema that ringback reads.

Fields that are not listed stay unknown fields of the runtime and are never looked at; `pushName` (7) is left
out on purpose. Text is declared as bytes and enums as integers, which is the same on the wire: so no byte
sequence is refused for being no UTF-8, and no enum value for being new.

Source: Baileys 7.0.0-rc13, WAProto/WAProto.proto (HandshakeMessage, ClientPayload, DeviceProps).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from google.protobuf import descriptor_pb2, descriptor_pool, message, message_factory

from ringback.errors import HandshakeError

EPHEMERAL_BYTES = 32
"""Length of an X25519 public key."""

MAX_HANDSHAKE_BYTES = 64 * 1024
"""Longest frame that is taken for a handshake message; real ones stay below 4 KiB. So the work of
parsing one and of trying keys on it does not grow with what a socket sends."""

_FieldType = descriptor_pb2.FieldDescriptorProto
_BYTES = _FieldType.TYPE_BYTES
_UINT32 = _FieldType.TYPE_UINT32
_UINT64 = _FieldType.TYPE_UINT64
_ENUM = _FieldType.TYPE_INT32

_Fields: TypeAlias = dict[str, Any]
"""Fields of a parsed message by name: int, bytes, or the fields of a nested message."""

_PACKAGE = "ringback"
_SCHEMA: dict[str, dict[str, tuple[int, str | _FieldType.Type.ValueType]]] = {
    "HandshakeMessage": {
        "client_hello": (2, "ClientHello"),
        "server_hello": (3, "ServerHello"),
        "client_finish": (4, "ClientFinish"),
    },
    "ClientHello": {"ephemeral": (1, _BYTES), "static": (2, _BYTES), "payload": (3, _BYTES)},
    "ServerHello": {"ephemeral": (1, _BYTES), "static": (2, _BYTES), "payload": (3, _BYTES)},
    "ClientFinish": {"static": (1, _BYTES), "payload": (2, _BYTES)},
    "ClientPayload": {
        "username": (1, _UINT64),
        "user_agent": (5, "UserAgent"),
        "web_info": (6, "WebInfo"),
        "device": (18, _UINT32),
        "device_pairing_data": (19, "DevicePairingRegistrationData"),
    },
    "UserAgent": {
        "platform": (1, _ENUM),
        "app_version": (2, "AppVersion"),
        "os_version": (5, _BYTES),
        "manufacturer": (6, _BYTES),
        "device": (7, _BYTES),
        "release_channel": (10, _ENUM),
    },
    "AppVersion": {
        "primary": (1, _UINT32),
        "secondary": (2, _UINT32),
        "tertiary": (3, _UINT32),
        "quaternary": (4, _UINT32),
        "quinary": (5, _UINT32),
    },
    "WebInfo": {"web_sub_platform": (4, _ENUM)},
    "DevicePairingRegistrationData": {"device_props": (8, _BYTES)},
    "DeviceProps": {"platform_type": (3, _ENUM)},
}


@dataclass(frozen=True, slots=True)
class ClientHello:
    """The first frame of a connection."""

    ephemeral: bytes
    """The client's ephemeral public key, 32 bytes; names the session in the key log."""
    static: bytes | None
    """Sealed static key of an IK hello; None in an XX hello."""
    payload: bytes | None
    """Sealed early payload of an IK hello; None in an XX hello."""


@dataclass(frozen=True, slots=True)
class ServerHello:
    """The server's answer."""

    ephemeral: bytes
    """The server's ephemeral public key, 32 bytes."""
    static: bytes | None
    """Sealed static key; None where the server took up an IK hello."""
    payload: bytes
    """Sealed certificate chain."""


@dataclass(frozen=True, slots=True)
class ClientFinish:
    """The client's last handshake frame, of XX and XXfallback only."""

    static: bytes
    """The client's sealed static key."""
    payload: bytes
    """The sealed `ClientPayload`."""


HandshakeMessage: TypeAlias = ClientHello | ServerHello | ClientFinish


@dataclass(frozen=True, slots=True)
class ClientPayload:
    """What a client tells of itself; None where it tells nothing. Enum values are numbers as on the wire."""

    username: int | None
    """The account's user part. Identifies."""
    device: int | None
    """Number of the companion device."""
    platform: int | None
    """`UserAgent.Platform`."""
    version: tuple[int, ...]
    """App version from its primary part on, as far as parts are stated; empty where none is."""
    os_version: bytes | None
    manufacturer: bytes | None
    model: bytes | None
    """`UserAgent.device`: the device's model, or what the client calls its kind of device."""
    release_channel: int | None
    """`UserAgent.ReleaseChannel`."""
    web_sub_platform: int | None
    """`WebInfo.WebSubPlatform`."""
    companion_platform: int | None
    """`DeviceProps.PlatformType` of a client that is being paired."""


def read_handshake(frame: bytes) -> HandshakeMessage:
    """The handshake message that `frame` holds.

    Raises:
        HandshakeError: `frame` is too long, no protobuf, holds none or several of the three messages, lacks
            a part that every pattern has, or an ephemeral key is not 32 bytes long.
    """
    if len(frame) > MAX_HANDSHAKE_BYTES:
        raise HandshakeError(f"a handshake message of {len(frame)} bytes")
    message_fields = _parse("HandshakeMessage", frame)
    if len(message_fields) != 1:
        raise HandshakeError(f"no single handshake message: {', '.join(message_fields) or 'none'}")
    [(name, body)] = message_fields.items()
    try:
        return _handshake_message(name, body)
    except KeyError as missing:
        raise HandshakeError(f"{name} without {missing.args[0]}") from missing


def is_handshake(frame: bytes) -> bool:
    """Whether `frame` holds a handshake message; a sealed frame as good as never looks like one."""
    try:
        read_handshake(frame)
    except HandshakeError:
        return False
    return True


def _handshake_message(name: str, body: _Fields) -> HandshakeMessage:
    if name == "client_finish":
        return ClientFinish(body["static"], body["payload"])
    ephemeral = body["ephemeral"]
    if len(ephemeral) != EPHEMERAL_BYTES:
        raise HandshakeError(f"an ephemeral key of {len(ephemeral)} bytes")
    if name == "client_hello":
        return ClientHello(ephemeral, body.get("static"), body.get("payload"))
    return ServerHello(ephemeral, body.get("static"), body["payload"])


def read_client_payload(data: bytes) -> ClientPayload:
    """The `ClientPayload` that `data` holds.

    Raises:
        HandshakeError: `data`, or the device properties within it, are no protobuf.
    """
    payload = _parse("ClientPayload", data)
    agent = payload.get("user_agent", {})
    props = _parse("DeviceProps", payload.get("device_pairing_data", {}).get("device_props", b""))
    return ClientPayload(
        username=payload.get("username"),
        device=payload.get("device"),
        platform=agent.get("platform"),
        version=_version(agent.get("app_version", {})),
        os_version=agent.get("os_version"),
        manufacturer=agent.get("manufacturer"),
        model=agent.get("device"),
        release_channel=agent.get("release_channel"),
        web_sub_platform=payload.get("web_info", {}).get("web_sub_platform"),
        companion_platform=props.get("platform_type"),
    )


def _version(parts: _Fields) -> tuple[int, ...]:
    """The parts up to the last one stated; a gap before it reads as 0, as protobuf has it."""
    stated = [parts.get(name) for name in _SCHEMA["AppVersion"]]
    while stated and stated[-1] is None:
        stated.pop()
    return tuple(part or 0 for part in stated)


def _parse(name: str, data: bytes) -> _Fields:
    parsed = _CLASSES[name]()
    try:
        parsed.ParseFromString(data)
    except message.DecodeError as error:
        raise HandshakeError(f"no {name} in {len(data)} bytes") from error
    return _fields(parsed)


def _fields(parsed: message.Message) -> _Fields:
    """The fields of the schema that are present, by name; a nested message likewise."""
    return {
        field.name: _fields(value) if isinstance(value, message.Message) else value
        for field, value in parsed.ListFields()
    }


def _build_classes() -> dict[str, type[message.Message]]:
    """Message classes for `_SCHEMA`, in a pool of their own: another schema of that name cannot clash."""
    file = descriptor_pb2.FileDescriptorProto(name="handshake.proto", package=_PACKAGE, syntax="proto2")
    for name, fields in _SCHEMA.items():
        described = file.message_type.add(name=name)
        for field, (number, kind) in fields.items():
            entry = described.field.add(name=field, number=number, label=_FieldType.LABEL_OPTIONAL)
            if isinstance(kind, str):
                entry.type, entry.type_name = _FieldType.TYPE_MESSAGE, f".{_PACKAGE}.{kind}"
            else:
                entry.type = kind
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    described_by = {name: pool.FindMessageTypeByName(f"{_PACKAGE}.{name}") for name in _SCHEMA}
    return {name: message_factory.GetMessageClass(found) for name, found in described_by.items()}


_CLASSES = _build_classes()
