"""The protocol's own values: JID, node, and a node's XML form. The ground floor; imports nothing of ringback
but `errors`."""

from ringback.stanza.jid import Jid
from ringback.stanza.node import Content, Node, Value
from ringback.stanza.xml import from_element, from_text, to_element, to_text

__all__ = ["Content", "Jid", "Node", "Value", "from_element", "from_text", "to_element", "to_text"]
