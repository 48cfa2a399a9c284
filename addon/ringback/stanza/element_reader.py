"""lxml element to node, by the rules of `ringback.stanza.xml`."""

from __future__ import annotations

import re

from lxml import etree

from ringback.errors import StanzaError
from ringback.stanza.escape import unescape_name, unescape_text
from ringback.stanza.jid import Jid
from ringback.stanza.node import Content, Node, Value

NAMESPACE = "urn:ringback:stanza:1"
"""Namespace of the marks."""

MAX_DEPTH = 128
"""Levels of a stanza, the root being the first: as deep as the wire's decoder goes. Stops XML that would
exhaust the stack."""

_RB = f"{{{NAMESPACE}}}"
_XML_SPACE = " \t\r\n"
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+")
_REPEATED = re.compile(r"(?P<name>.+)\.[0-9]+")
_MARKS = ("text", "jid", "content")
_SKIPPED = (etree._Comment, etree._ProcessingInstruction)
_MARKED_ADDRESS = re.compile(
    r"(?:(?P<integrator>[0-9]{1,5})-)?(?P<user>[^@:.\-]*)(?:\.(?P<agent>[0-9]{1,5}))?(?::(?P<device>[0-9]{1,5}))?"
    r"@(?P<server>.*)",
    re.DOTALL,
)


def from_element(element: etree._Element) -> Node:
    """The node that the element and all below it spell; the element is not changed.

    Raises:
        StanzaError: a name, mark or mixture of text and children that no node has; the message begins with
            the line of the element.
    """
    return _read(element, None, 1)


def _read(element: etree._Element, outer: str | None, depth: int) -> Node:
    if depth > MAX_DEPTH:
        raise _refusal(element, f"a stanza has at most {MAX_DEPTH} levels")
    if not isinstance(element.tag, str):
        raise _refusal(element, "a comment, processing instruction or entity is no stanza")
    namespace, name = _split(element.tag)
    is_prefixed = namespace is not None and (element.prefix is not None or namespace == NAMESPACE)
    if is_prefixed or ":" in name:
        raise _refusal(element, f"the tag {name!r} has a prefix: write a colon as _x003A_")
    attrs, repeated = _read_attributes(element)
    if namespace != outer:
        if "xmlns" in attrs:
            raise _refusal(element, "the attribute 'xmlns' stands twice")
        attrs = {"xmlns": namespace or "", **attrs}
    content = _read_content(element, namespace, depth)
    return Node(unescape_name(name), attrs, content, repeated)


def _split(name: str) -> tuple[str | None, str]:
    """Namespace and local name. A prefix that nothing declares stands in the latter: libxml2 leaves it there,
    and lxml's own `QName` takes no such name."""
    if not name.startswith("{"):
        return None, name
    namespace, _, local = name[1:].rpartition("}")
    return namespace, local


def _read_attributes(element: etree._Element) -> tuple[dict[str, Value], tuple[tuple[str, Value], ...]]:
    marks = {mark: set((element.get(_RB + mark) or "").split()) for mark in ("text", "jid")}
    attrs: dict[str, Value] = {}
    repeated: list[tuple[str, Value]] = []
    for key, raw in element.attrib.items():
        namespace, name = _split(str(key))
        if namespace is None and ":" not in name:
            spelled = unescape_name(name)
            if spelled in attrs:
                raise _refusal(element, f"the attribute {spelled!r} stands twice under two spellings")
            attrs[spelled] = _read_value(element, name, raw, marks)
        elif namespace == NAMESPACE and (found := _REPEATED.fullmatch(name)):
            value = _read_value(element, f"rb:{name}", raw, marks)
            repeated.append((unescape_name(found["name"]), value))
        elif namespace != NAMESPACE or name not in _MARKS:
            raise _refusal(element, f"no stanza has the attribute {key}: write a colon as _x003A_")
    _check_marks(element, attrs, repeated, marks["text"] | marks["jid"])
    return attrs, tuple(repeated)


def _check_marks(
    element: etree._Element,
    attrs: dict[str, Value],
    repeated: list[tuple[str, Value]],
    unused: set[str],
) -> None:
    """Refuses a mark about an attribute that is not there; `_read_value` takes the used ones out."""
    for name, _ in repeated:
        if name not in attrs:
            raise _refusal(element, f"the attribute {name!r} is repeated, but does not stand there once")
    if unused:
        raise _refusal(element, f"a mark names attributes that are not there: {' '.join(sorted(unused))}")


def _read_value(element: etree._Element, label: str, raw: str, marks: dict[str, set[str]]) -> Value:
    if label in marks["jid"]:
        marks["jid"].discard(label)
        return _read_jid(element, raw)
    text = unescape_text(raw)
    if label in marks["text"]:
        marks["text"].discard(label)
        return text
    return Jid.maybe_parse(text) or text


def _read_content(element: etree._Element, namespace: str | None, depth: int) -> Content:
    children = [child for child in element if not isinstance(child, _SKIPPED)]
    text = (element.text or "") + "".join(child.tail or "" for child in element)
    mark = element.get(f"{_RB}content")
    if not children:
        return plain_content(text) if mark is None else _marked_content(element, text, mark)
    if mark is not None:
        raise _refusal(element, "children need no rb:content")
    if text.strip(_XML_SPACE):
        raise _refusal(element, "a node has text or children, not both")
    return tuple([_read(child, namespace, depth + 1) for child in children])


def plain_content(raw: str) -> Content:
    """What unmarked leaf text is read as: rule 3."""
    stripped = raw.strip(_XML_SPACE)
    if not stripped:
        return None
    if _HEX.fullmatch(stripped):
        return bytes.fromhex(stripped)
    text = unescape_text(stripped)
    return Jid.maybe_parse(text) or text


def _marked_content(element: etree._Element, raw: str, mark: str) -> Content:
    stripped = raw.strip(_XML_SPACE)
    if mark == "text":
        return unescape_text(raw)
    if mark == "jid":
        return _read_jid(element, raw)
    if mark == "bytes" and (not stripped or _HEX.fullmatch(stripped)):
        return bytes.fromhex(stripped)
    if mark == "list" and not stripped:
        return ()
    raise _refusal(element, f"the content is not what rb:content={mark!r} says")


def _read_jid(element: etree._Element, raw: str) -> Jid:
    found = _MARKED_ADDRESS.fullmatch(raw)
    if found is None:
        raise _refusal(element, "a value marked as an address is none")
    device, agent, integrator = (
        None if number is None else int(number) for number in found.group("device", "agent", "integrator")
    )
    return Jid(unescape_text(found["user"]), unescape_text(found["server"]), device, agent, integrator)


def _refusal(element: etree._Element, why: str) -> StanzaError:
    return StanzaError(f"line {element.sourceline or 1}: {why}")
