"""A stanza for human readers: its tree in words, and the flat list of its attributes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ringback.findings import Finding, Stance
from ringback.stanza import Node
from ringback.stanza.escape import escape_text

_INDENT = "  "
_STANCES = {
    Stance.SUPPORTS: "as specified",
    Stance.CONTRADICTS: "contradicts the specification",
    Stance.EXTENDS: "not in the specification",
}


@dataclass(frozen=True, slots=True)
class Observed:
    """One attribute of a stanza."""

    name: str
    """`to` for the root's own, else with the tags on the way: `preaccept.audio.rate`."""
    value: str
    note: str
    """What the specification has to do with it; empty where it was not asked."""

    def as_mapping(self) -> dict[str, str]:
        """In the shape of wacrg's capture file."""
        spelled = {"name": self.name, "value": self.value}
        return spelled | {"note": self.note} if self.note else spelled


def outline(node: Node) -> str:
    """The tree, a node on each line: `audio (enc=opus, rate=16000)`."""
    return "\n".join(_lines(node, 0))


def observed_attributes(node: Node, findings: Iterable[Finding]) -> tuple[Observed, ...]:
    """Every attribute in document order, with what `findings`, which are of the same stanza, say of it."""
    notes = {finding.place: _note(finding) for finding in findings if finding.path[-1].startswith("@")}
    return tuple(_attributes(node, (), f"/{node.tag}", notes))


def _lines(node: Node, depth: int) -> Iterator[str]:
    attrs = ", ".join(f"{name}={value}" for name, value in (*node.attrs.items(), *node.repeated))
    shown = f" ({attrs})" if attrs else ""
    yield f"{_INDENT * depth}{node.tag}{shown}{_content(node)}"
    for child in node.children:
        yield from _lines(child, depth + 1)


def _content(node: Node) -> str:
    if isinstance(node.content, bytes):
        return f": {len(node.content)} bytes {node.content.hex()}".rstrip()
    return "" if node.content is None or isinstance(node.content, tuple) else f": {node.content}"


def _attributes(node: Node, tags: tuple[str, ...], place: str, notes: dict[str, str]) -> Iterator[Observed]:
    for name, value in (*node.attrs.items(), *node.repeated):
        yield Observed(".".join((*tags, name)), escape_text(str(value)), notes.get(f"{place}/@{name}", ""))
    totals = Counter(child.tag for child in node.children)
    seen: Counter[str] = Counter()
    for child in node.children:
        seen[child.tag] += 1
        tag = f"{child.tag}[{seen[child.tag]}]" if totals[child.tag] > 1 else child.tag
        yield from _attributes(child, (*tags, tag), f"{place}/{tag}", notes)


def _note(finding: Finding) -> str:
    said = _STANCES.get(finding.stance, "")
    return f"{said} ({finding.fact.confidence})" if said and finding.fact is not None else said
