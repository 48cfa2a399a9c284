"""Makes stanzas fit for publication: placeholders, and nothing that the leak scan would refuse."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from ringback.errors import ExportError
from ringback.export.leakscan import scan
from ringback.export.material import Material
from ringback.findings import Finding
from ringback.questions.evidence import ClientFacts
from ringback.sanitize import Placeholders
from ringback.sanitize.identities import Identities
from ringback.stanza import Content, Node, Value
from ringback.wire.events import ClientIdentified

_REMEMBERED = 1 << 14
"""Values whose fitness is kept: most are few, and stand in every stanza."""


class Fit:
    """Puts placeholders in for whatever the leak scan would refuse in a stanza that holds placeholders."""

    def __init__(self, versions: Collection[str] = ()) -> None:
        """`versions` are those of clients, which may stand."""
        self._versions = versions
        self._known: dict[tuple[str, Value], Value] = {}

    def node(self, node: Node) -> Node:
        """The stanza, its shape unchanged."""
        return Node(
            node.tag,
            {name: self.value(name, value) for name, value in node.attrs.items()},
            self.content(node.tag, node.content),
            tuple((name, self.value(name, value)) for name, value in node.repeated),
        )

    def value(self, name: str, value: Value) -> Value:
        """The value of an attribute, or of the content of an element, of that name."""
        fit = self._known.get((name, value))
        if fit is None:
            leaks = scan(f'{name}="{value}"', versions=self._versions)
            fit = f"TEXT-PLACEHOLDER-{len(str(value))}-CHARS" if leaks else value
            if len(self._known) < _REMEMBERED:
                self._known[name, value] = fit
        return fit

    def content(self, tag: str, content: Content) -> Content:
        """The content of an element of that tag."""
        if content is None:
            return None
        if isinstance(content, tuple):
            return tuple(map(self.node, content))
        if isinstance(content, bytes):
            leaks = scan(f"<{tag}>{content.hex()}</{tag}>")
            return f"CIPHERTEXT-PLACEHOLDER-{len(content)}-BYTES" if leaks else content
        return self.value(tag, content)


class Publisher:
    """Gives each stanza placeholders of its own, so that its first user is `A` and its call `CALLID-0001`:
    stanzas that differ in identities alone become equal."""

    def __init__(
        self,
        fresh: Callable[[], Placeholders] = Placeholders,
        *,
        versions: Collection[str] = (),
        named: Identities | None = None,
    ) -> None:
        """`fresh` makes the placeholders; `versions` are those of clients, which may stand; `named` are the
        identities of the whole evidence, which no name of a tag or attribute may carry.

        Raises:
            ExportError: they hide nothing. What is published carries placeholders, whatever was asked for.
        """
        refuse_raw(fresh())
        self._fresh = fresh
        self._named = named or Identities()
        self._fit = Fit(versions)

    @classmethod
    def of(cls, material: Material) -> Publisher:
        """For stanzas of this evidence."""
        return cls(versions=material.versions, named=material.named)

    def client(self, client: ClientFacts) -> ClientFacts:
        """The client as it may be published."""
        return washed_client(client, self._fresh())

    def published(self, node: Node, findings: Iterable[Finding] = ()) -> tuple[Node, tuple[Finding, ...]]:
        """The stanza as it may be published, and what was found in it, which names its places alike.

        Bytes and words that the leak scan would take for a number of seven digits or for an address become
        placeholders too: wacrg takes none of these, whatever they mean.
        """
        placeholders = self._fresh()
        placeholders.beware(self._named)
        mapped = self._fit.node(placeholders.node(node))
        return mapped, tuple(map(placeholders.finding, findings))


def washed_client(client: ClientFacts, placeholders: Placeholders) -> ClientFacts:
    """The client with placeholders for what it says of itself in no plain words."""
    told = ClientIdentified(client.platform, client.version, client.device, None)
    clean = placeholders.client(told)
    return replace(client, platform=clean.platform, version=clean.version)


def refuse_raw(placeholders: Placeholders) -> None:
    """Make sure that these placeholders hide something.

    Raises:
        ExportError: they do not.
    """
    if placeholders.are_raw:
        raise ExportError("exports are for publication: they carry placeholders, raw values are refused")
