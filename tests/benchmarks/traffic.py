"""Stanzas as a server sends them to a linked client all day.

Everything is made up and drawn from one seeded generator: the same seed gives the same stanzas under every
Python. Ids, addresses, times, names and ciphertexts differ from stanza to stanza as they do on the wire.

Source: Baileys 7.0.0-rc13, lib/Socket/messages-recv.js, groups.js, chats.js and lib/Utils (read in code);
whatsmeow 33cfac5, receipt.go, presence.go, notification.go, retry.go, user.go (read in code).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import TypeVar

from ringback.stanza import Jid, Node, Value
from synthetic.session import Session

T = TypeVar("T")

_HEX = "0123456789ABCDEF"
_SERVER = Jid("", "s.whatsapp.net")
_SYLLABLES = ("an", "be", "ka", "lo", "mi", "no", "ra", "se", "ti", "vu")
_COLLECTIONS = ("critical_block", "critical_unblock_low", "regular_low", "regular_high", "regular")


class Traffic:
    """Draws stanzas. Each method gives one more of its kind."""

    def __init__(self, seed: int) -> None:
        """People, groups and the clock are those of `seed`."""
        self._random = Random(seed)
        self._clock = 1_700_000_000
        self._query = 0
        self._phones = {self._digits(15): self._digits(12) for _ in range(400)}
        self._people = list(self._phones)
        self._groups = [Jid(f"1203630{self._digits(11)}", "g.us") for _ in range(60)]
        self._names = ["".join(self._some(_SYLLABLES, 2, 7)).title() for _ in range(400)]

    def receipt(self) -> Node:
        """A receipt: of one message mostly, one in twelve of several, seldom a request to retry."""
        attrs: dict[str, Value] = {"from": self._chat(), "id": self._message_id(), "t": self._t()}
        kind = self._pick(("", "", "read", "read", "sender", "read-self", "played"))
        if kind:
            attrs["type"] = kind
        if attrs["from"] in self._groups:
            attrs["participant"] = self._device()
        if self._one_in(12):
            items = tuple(Node("item", {"id": self._message_id()}) for _ in range(self._random.randint(1, 3)))
            return Node("receipt", attrs, (Node("list", {}, items),))
        if self._one_in(100):
            retry = {"count": "1", "id": self._message_id(), "t": self._t(), "v": "1"}
            return Node("receipt", attrs | {"type": "retry"}, (Node("retry", retry), self._registration()))
        return Node("receipt", attrs)

    def ack(self) -> Node:
        """The server's ack of what the client sent: a message, a receipt, and seldom a stanza of a call."""
        attrs: dict[str, Value] = {"from": self._chat(), "id": self._message_id(), "t": self._t()}
        if self._one_in(100):
            return Node("ack", attrs | {"class": "call", "type": self._pick(("preaccept", "relaylatency"))})
        attrs["class"] = self._pick(("message", "message", "receipt"))
        if attrs["class"] == "receipt":
            attrs["type"] = self._pick(("read", "delivery"))
        elif self._one_in(3):
            attrs["phash"] = f"2:{self._base64(8)}"
        return Node("ack", attrs)

    def presence(self) -> Node:
        """Somebody went away."""
        attrs: dict[str, Value] = {"from": self._account(), "type": "unavailable", "last": self._t()}
        return Node("presence", attrs)

    def message(self, ciphertext_bytes: int) -> Node:
        """A message of a chat or a group; its ciphertext takes about `ciphertext_bytes`."""
        attrs: dict[str, Value] = {
            "from": self._chat(),
            "id": self._message_id(),
            "t": self._t(),
            "type": self._pick(("text", "text", "text", "media", "reaction")),
            "notify": self._pick(self._names),
        }
        in_group = attrs["from"] in self._groups
        if in_group:
            sender = self._device()
            attrs |= {
                "addressing_mode": "lid",
                "participant": sender,
                "participant_pn": Jid(self._phones[sender.user], "s.whatsapp.net", sender.device),
            }
        kind = self._pick(("msg", "msg", "pkmsg")) if not in_group else "skmsg"
        enc = Node("enc", {"v": "2", "type": kind}, self._random.randbytes(ciphertext_bytes))
        further = (Node("device-identity", {}, self._random.randbytes(150)),) if kind == "pkmsg" else ()
        return Node("message", attrs, (enc, *further))

    def query(self) -> Node:
        """The answer to a query or a notification, of a few elements."""
        makers: tuple[Callable[[], Node], ...] = (
            self._pong,
            self._prekeys,
            lambda: self.device_lists(self._random.randint(1, 25)),
            lambda: self.group(self._random.randint(3, 120)),
            self._device_notification,
            self._group_notification,
            self._server_sync,
            self._picture_notification,
            self._prekey_count,
        )
        return self._pick(makers)()

    def group(self, members: int) -> Node:
        """What a group is, with all its members."""
        participants = self._participants(members)
        attrs: dict[str, Value] = {
            "id": self._pick(self._groups).user,
            "subject": " ".join(self._some(self._names, 1, 4)),
            "creation": self._t(),
            "creator": self._account(),
            "s_t": self._t(),
            "addressing_mode": "lid",
            "size": str(members),
        }
        return self._result((Node("group", attrs, participants),))

    def device_lists(self, users: int) -> Node:
        """Which devices `users` accounts have, with the signed list of their keys."""
        listed = [self._device_list(lid) for lid, _ in self._strangers(users)]
        found = Node("usync", {"sid": self._query_id(), "mode": "query"}, (Node("list", {}, tuple(listed)),))
        return self._result((found,))

    def patches(self, count: int, *, least_bytes: int = 120, most_bytes: int = 600) -> Node:
        """Changes of the account's state, sealed for its devices, as after a long time offline."""
        patches = tuple(
            Node("patch", {}, self._random.randbytes(self._random.randint(least_bytes, most_bytes)))
            for _ in range(count)
        )
        attrs: dict[str, Value] = {
            "name": self._pick(_COLLECTIONS),
            "version": self._digits(5),
            "has_more_patches": self._pick(("true", "false")),
        }
        collection = Node("collection", attrs, (Node("patches", {}, patches),))
        return self._result((Node("sync", {}, (collection,)),))

    def call(self) -> list[Node]:
        """Every stanza of one call that its callee gets, in order."""
        caller = self._device()
        session = Session(self._hex(32), caller, video=self._one_in(3))
        rung = [Jid(self._pick(self._people), "lid", number or None) for number in range(1 + self._one_in(2))]
        actions = (
            session.offer(rung),
            session.preaccept(),
            session.relaylatency(self._random.randint(10, 400)),
            session.accept(),
            session.transport(1),
            session.transport(3),
            session.terminate(),
        )
        head: dict[str, Value] = {"from": caller, "notify": self._pick(self._names), "version": "2.3000.1"}
        return [Node("call", head | {"id": self._hex(32), "t": self._t()}, (action,)) for action in actions]

    def _pong(self) -> Node:
        return self._result(None)

    def _prekeys(self) -> Node:
        users = tuple(self._prekey_bundle() for _ in range(self._random.randint(1, 10)))
        return self._result((Node("list", {}, users),))

    def _prekey_bundle(self) -> Node:
        signed = (self._key_id(), self._key(), Node("signature", {}, self._random.randbytes(64)))
        one_time = (self._key_id(), self._key())
        parts = (
            self._registration(),
            Node("type", {}, b"\5"),
            Node("identity", {}, self._random.randbytes(32)),
            Node("skey", {}, signed),
            Node("key", {}, one_time),
            Node("device-identity", {}, self._random.randbytes(150)),
        )
        return Node("user", {"jid": self._device(), "t": self._t()}, parts)

    def _device_list(self, lid: str) -> Node:
        ids = self._random.sample(range(1, 99), self._random.randint(0, 3))
        devices = tuple(
            Node("device", {"id": str(number)} | ({"key-index": str(index)} if index else {}))
            for index, number in enumerate((0, *ids))
        )
        keys = Node("key-index-list", {"ts": self._t()}, self._random.randbytes(self._random.randint(70, 90)))
        return Node(
            "user", {"jid": Jid(lid, "lid")}, (Node("devices", {}, (Node("device-list", {}, devices), keys)),)
        )

    def _device_notification(self) -> Node:
        device = self._device()
        keys = Node("key-index-list", {"ts": self._t()}, self._random.randbytes(80))
        child = Node(
            self._pick(("add", "remove", "update")),
            {"device_hash": f"2:{self._base64(8)}"},
            (Node("device", {"jid": device, "key-index": self._digits(2)}), keys),
        )
        return self._notification(Jid(device.user, "lid"), "devices", child)

    def _group_notification(self) -> Node:
        members = self._participants(self._random.randint(1, 8))
        child = Node(self._pick(("add", "remove", "promote")), {"reason": "invite"}, members)
        further: dict[str, Value] = {"participant": self._account(), "notify": self._pick(self._names)}
        return self._notification(self._pick(self._groups), "w:gp2", child, **further)

    def _server_sync(self) -> Node:
        collection = Node("collection", {"name": self._pick(_COLLECTIONS), "version": self._digits(4)})
        return self._notification(_SERVER, "server_sync", collection)

    def _picture_notification(self) -> Node:
        account = self._account()
        child = Node("set", {"jid": account, "id": self._digits(10), "author": account})
        return self._notification(account, "picture", child)

    def _prekey_count(self) -> Node:
        return self._notification(_SERVER, "encrypt", Node("count", {"value": self._digits(2)}))

    def _notification(self, source: Jid, kind: str, child: Node, **further: Value) -> Node:
        attrs: dict[str, Value] = {"from": source, "type": kind, "id": self._digits(10), "t": self._t()}
        return Node("notification", attrs | further, (child,))

    def _result(self, content: tuple[Node, ...] | None) -> Node:
        attrs: dict[str, Value] = {"from": _SERVER, "type": "result", "id": self._query_id(), "t": self._t()}
        return Node("iq", attrs, content)

    def _registration(self) -> Node:
        return Node("registration", {}, self._random.randbytes(4))

    def _key_id(self) -> Node:
        return Node("id", {}, self._random.randbytes(3))

    def _key(self) -> Node:
        return Node("value", {}, self._random.randbytes(32))

    def _participants(self, count: int) -> tuple[Node, ...]:
        """Members of a group, one in fifty of them with a role."""
        return tuple(
            Node(
                "participant",
                {"jid": Jid(lid, "lid"), "phone_number": Jid(phone, "s.whatsapp.net")}
                | ({"type": "admin"} if self._one_in(50) else {}),
            )
            for lid, phone in self._strangers(count)
        )

    def _strangers(self, count: int) -> list[tuple[str, str]]:
        """LIDs and phone numbers of people who may be no contacts."""
        return [(self._digits(15), self._digits(12)) for _ in range(count)]

    def _chat(self) -> Jid:
        return self._pick(self._groups) if self._one_in(3) else self._account()

    def _account(self) -> Jid:
        return Jid(self._pick(self._people), "lid")

    def _device(self) -> Jid:
        return Jid(self._pick(self._people), "lid", self._random.randint(0, 40) or None)

    def _message_id(self) -> str:
        prefix, length = self._pick((("3EB0", 18), ("3A", 18), ("AC", 30)))
        return prefix + self._hex(length)

    def _query_id(self) -> str:
        self._query += 1
        return f"51234.60718-{self._query}"

    def _t(self) -> str:
        self._clock += self._random.randint(0, 9)
        return str(self._clock)

    def _digits(self, count: int) -> str:
        return str(self._random.randint(10 ** (count - 1), 10**count - 1))

    def _hex(self, count: int) -> str:
        return "".join(self._random.choices(_HEX, k=count))

    def _base64(self, count: int) -> str:
        return "".join(self._random.choices("abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123456789+/", k=count))

    def _one_in(self, count: int) -> bool:
        return self._random.randrange(count) == 0

    def _pick(self, choices: Sequence[T]) -> T:
        return self._random.choice(choices)

    def _some(self, choices: Sequence[T], least: int, most: int) -> list[T]:
        return self._random.choices(choices, k=self._random.randint(least, most))
