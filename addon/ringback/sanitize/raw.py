"""The mapping that hides nothing, for the explicit switch."""

from __future__ import annotations

from ringback.errors import DecodeError
from ringback.findings import Finding
from ringback.sanitize.placeholders import Placeholders
from ringback.stanza import Jid, Node, Value
from ringback.wire.events import ClientIdentified


class Raw(Placeholders):
    """Everything as it is. Control characters included: neutralising them is for whoever renders."""

    are_raw = True

    def node(self, node: Node) -> Node:
        """The stanza itself."""
        return node

    def value(self, value: Value | bytes, **_context: object) -> Value | bytes:
        """The value itself."""
        return value

    def jid(self, jid: Jid) -> Jid:
        """The address itself."""
        return jid

    def call_id(self, call_id: str) -> str:
        """The call-id itself."""
        return call_id

    def capture(self, name: str) -> str:
        """The name itself."""
        return name

    def name(self, name: str) -> str:
        """The name itself."""
        return name

    def path(self, path: tuple[str, ...]) -> tuple[str, ...]:
        """The path itself."""
        return path

    def finding(self, finding: Finding) -> Finding:
        """The finding itself."""
        return finding

    def error(self, error: DecodeError) -> DecodeError:
        """The error itself."""
        return error

    def client(self, client: ClientIdentified) -> ClientIdentified:
        """The client itself, its account included."""
        return client
