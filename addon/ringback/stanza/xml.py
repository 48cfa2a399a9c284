"""A node's XML form, without loss in both directions; `docs/xml.md` is the user's page of the same rules.

An ordinary stanza is the XML that one would write by hand, without any namespace:

    <call from="B:7@lid" id="3C4D5E6F70">
      <preaccept call-id="CALLID-0001" call-creator="A@lid">
        <capability ver="1">0105f709</capability>
      </preaccept>
    </call>

1. Names and text are spelled as `ringback.stanza.escape` says: `_xHHHH_` for what XML does not allow.
2. An attribute value that reads as an address is one (`Jid.maybe_parse`), every other one is text.
3. Text of a leaf, white space around it removed, is bytes if it is pairs of hex digits, else an address if it
   reads as one, else text. No text and no child is None.
4. What these rules would read as something else carries a mark in the namespace `urn:ringback:stanza:1`
   (prefix `rb`), and only that:

   - `rb:text="NAME ..."`: these attributes are text, although they read as addresses;
   - `rb:jid="NAME ..."`: these attributes are addresses whose user or server holds a separator; `@ : . -`
     of the user are escaped as in rule 1;
   - `rb:content="text"`, `"jid"`, `"bytes"` or `"list"`: the content is text (kept to the last blank), an
     address (spelled as under `rb:jid`), bytes (used where there is none), or an empty child list;
   - `rb:NAME.2="..."`: NAME stood a second time in the node (`.3` a third time), in the order of the wire.

Reading is wider than writing: comments and processing instructions are skipped, and a default namespace
(`<iq xmlns="w:p">`) is the attribute `xmlns` of the element where it changes.
"""

from __future__ import annotations

import re

from lxml import etree

from ringback.errors import StanzaError
from ringback.stanza.element_reader import NAMESPACE, from_element
from ringback.stanza.element_writer import to_element
from ringback.stanza.node import Node

__all__ = ["NAMESPACE", "from_element", "from_text", "safe_parser", "to_element", "to_text", "what_is_wrong"]

_PLACE = re.compile(r"\s*, line \d+, column \d+$")
"""libxml2's own, which a message of ours has said already."""


def to_text(node: Node, *, pretty: bool = True) -> str:
    """The node as XML text, two blanks of indentation a level unless `pretty` is off; no declaration."""
    element = to_element(node)
    if pretty:
        etree.indent(element)
    return etree.tostring(element, encoding="unicode")


def from_text(xml: str | bytes) -> Node:
    """The node spelled by one XML document.

    Nothing outside `xml` is ever read: a document type, and with it every entity, is refused, and libxml2's
    limits (256 levels, 10 MB a text or attribute, 50,000 characters a name) hold. So a node beyond them, such
    as one with more than 5 MB of bytes, has a text form that does not come back.

    Raises:
        StanzaError: `xml` is not well-formed, or no stanza; the message begins with the line.
    """
    try:
        data, encoding = (xml.encode(), "utf-8") if isinstance(xml, str) else (xml, None)
        element = etree.fromstring(data, safe_parser(encoding))
    except UnicodeEncodeError as error:
        line = error.object.count("\n", 0, error.start) + 1
        raise StanzaError(f"line {line}: a lone surrogate is no text: write it _xHHHH_") from error
    except etree.XMLSyntaxError as error:
        raise StanzaError(f"line {error.lineno or 1}: no XML: {what_is_wrong(error)}") from error
    except LookupError as error:
        raise StanzaError(f"line 1: no XML: {error}") from error
    if element.getroottree().docinfo.internalDTD is not None:
        raise StanzaError("line 1: a stanza has no document type")
    return from_element(element)


def what_is_wrong(error: etree.XMLSyntaxError) -> str:
    """What libxml2 says, without its place and without advice to whoever programs with it."""
    told = _PLACE.sub("", error.msg or "no more than that is known")
    if "depth" in told:
        return "it is nested deeper than a stanza can be"
    if error.code == etree.ErrorTypes.ERR_NAME_TOO_LONG or "HUGE" in told:
        return "a text or a name is larger than a stanza's can be"
    return told


def safe_parser(encoding: str | None = None) -> etree.XMLParser:
    """A parser that reads nothing but what it is given, resolves no entity and keeps to libxml2's limits."""
    return etree.XMLParser(
        encoding=encoding,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
