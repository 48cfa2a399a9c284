"""Nodes for property tests: any node at all, and any node that the wire can spell."""

from __future__ import annotations

from hypothesis import strategies as st

from ringback.stanza import Jid, Node

DOMAIN_SERVERS = ("s.whatsapp.net", "lid", "hosted", "hosted.lid")
TAGS = ("call", "preaccept", "stream:error", "te", "2fa", "x", "two words", "xmlns")

any_text = (
    st.sampled_from(
        ("call-id", "opus", "16000", "0105F7", "0105f7", "A.0:7@s.whatsapp.net", "", " ", "_x0041_")
    )
    | st.text(st.characters(), max_size=12)
    | st.text("0123456789.-ABCDEF\0", max_size=12)
)
"""Any string, surrogates included: what XML has to carry."""

wire_text = st.binary(max_size=12).map(lambda data: data.decode(errors="surrogateescape")) | st.sampled_from(
    ("call-id", "opus", "16000", "ABCDEF", "abcdef", "1@lid", "", "x" * 256, "é", "_x0041_"),
)
"""Any string that bytes can be read as."""

packed_text = st.text("0123456789-.\0", max_size=254) | st.text("0123456789ABCDEF", max_size=254)
"""Text that a packed value can hold."""

any_jid = st.builds(
    Jid,
    any_text,
    any_text,
    st.none() | st.integers(0, 0xFFFF),
    st.none() | st.integers(0, 0xFF),
    st.none() | st.integers(0, 0xFFFF),
)
"""Any address, also of no known kind."""

wire_jid = (
    st.builds(Jid, wire_text, st.sampled_from((*DOMAIN_SERVERS, "g.us", "call")) | wire_text.filter(bool))
    | st.builds(Jid, wire_text, st.sampled_from(DOMAIN_SERVERS), st.integers(1, 255))
    | st.builds(
        Jid,
        wire_text,
        st.just("s.whatsapp.net"),
        st.none() | st.integers(1, 255),
        st.integers(2, 255).filter(lambda domain: domain not in {128, 129}),
    )
    | st.builds(Jid, wire_text, st.just("msgr"), st.integers(0, 0xFFFF))
    | st.builds(Jid, wire_text, st.just("interop"), st.integers(0, 0xFFFF), st.none(), st.integers(0, 0xFFFF))
)
"""Any address that a JID tag can carry, in the form that a decoder gives it."""


def trees(
    names: st.SearchStrategy[str],
    values: st.SearchStrategy[str | Jid],
    leaves: st.SearchStrategy[str | Jid | bytes | None],
) -> st.SearchStrategy[Node]:
    """Nodes of a few levels. Leaves out: wide lists, and depths beyond the one or two that tests need."""

    def node(
        tag: str,
        attributes: list[tuple[str, str | Jid]],
        content: str | Jid | bytes | tuple[Node, ...] | None,
    ) -> Node:
        attrs: dict[str, str | Jid] = {}
        repeated = [(name, value) for name, value in attributes if attrs.setdefault(name, value) is not value]
        return Node(tag, attrs, content, tuple(repeated))

    tags = st.sampled_from(TAGS) | names
    attributes = st.lists(st.tuples(names, values), max_size=4)
    leaf = st.builds(node, tags, attributes, leaves)
    return st.recursive(
        leaf,
        lambda nodes: st.builds(node, tags, attributes, st.lists(nodes, max_size=3).map(tuple)),
        max_leaves=6,
    )


any_node = trees(any_text, any_text | any_jid, st.none() | any_text | any_jid | st.binary(max_size=9))
"""Any node. Tags and names may be empty."""
