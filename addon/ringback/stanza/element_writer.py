"""Node to lxml element, by the rules of `ringback.stanza.xml`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lxml import etree

from ringback.errors import StanzaError
from ringback.stanza.element_reader import MAX_DEPTH, NAMESPACE, plain_content
from ringback.stanza.escape import escape_name, escape_text, escape_user
from ringback.stanza.jid import Jid
from ringback.stanza.node import Content, Node, Value

_RB = f"{{{NAMESPACE}}}"
_NSMAP = {"rb": NAMESPACE}


def to_element(node: Node) -> etree._Element:
    """The node as an element of its own document, without white space between elements.

    Raises:
        StanzaError: the node has more than `MAX_DEPTH` levels.
    """
    return _write(node, 1)


def _write(node: Node, depth: int) -> etree._Element:
    if depth > MAX_DEPTH:
        raise StanzaError(f"a stanza has at most {MAX_DEPTH} levels")
    attributes = _written_attributes(node)
    text, mark = _written_content(node.content)
    if mark is not None:
        attributes[f"{_RB}content"] = mark
    marked = any(name.startswith(_RB) for name in attributes)
    element = etree.Element(escape_name(node.tag), attributes, _NSMAP if marked else None)
    element.text = text
    for child in node.children:
        element.append(_write(child, depth + 1))
    return element


def _written_attributes(node: Node) -> dict[str, str]:
    """Qualified name to value, the marks about attributes last."""
    written: dict[str, str] = {}
    marks: dict[str, list[str]] = {"text": [], "jid": []}
    for key, label, value in _spelled_names(node):
        written[key], mark = _written_value(value)
        if mark is not None:
            marks[mark].append(label)
    for mark, labels in marks.items():
        if labels:
            written[_RB + mark] = " ".join(labels)
    return written


def _spelled_names(node: Node) -> Iterator[tuple[str, str, Value]]:
    """Each attribute's qualified name, its name in a mark's list, and its value."""
    for name, value in node.attrs.items():
        spelled = escape_name(name)
        yield spelled, spelled, value
    times: Counter[str] = Counter()
    for name, value in node.repeated:
        times[name] += 1
        spelled = f"{escape_name(name)}.{times[name] + 1}"
        yield _RB + spelled, f"rb:{spelled}", value


def _written_value(value: Value) -> tuple[str, str | None]:
    """An attribute value's text, and the mark that it needs."""
    if isinstance(value, Jid):
        text = str(value)
        return (escape_text(text), None) if Jid.maybe_parse(text) == value else (_spell_jid(value), "jid")
    return escape_text(value), None if Jid.maybe_parse(value) is None else "text"


def _written_content(content: Content) -> tuple[str | None, str | None]:
    """The element's text, and the mark that the content needs."""
    if content is None:
        return None, None
    if isinstance(content, tuple):
        return None, None if content else "list"
    if isinstance(content, bytes):
        return (content.hex(), None) if content else (None, "bytes")
    text = escape_text(str(content))
    if plain_content(text) == content:
        return text, None
    return (_spell_jid(content), "jid") if isinstance(content, Jid) else (text or None, "text")


def _spell_jid(jid: Jid) -> str:
    return str(
        Jid(escape_user(jid.user), escape_text(jid.server), jid.device, jid.agent, jid.integrator),
    )
