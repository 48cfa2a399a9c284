from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ringback.errors import DecodeError
from ringback.findings import Evidence, FactRef, Finding, Severity, Stance
from ringback.sanitize import Placeholders, Raw
from ringback.sanitize.keep import is_protocol_word
from ringback.spec.load import load_specification
from ringback.stanza import Jid, Node, Value, from_text
from ringback.wire.events import ClientIdentified, Direction, FramePlace
from support.nodes import any_node
from support.sightings import CALL_ID, CREATOR, offer_to, preaccept

PLACE = FramePlace(Direction.CLIENT, 3, 7, 1000.5)
EVIDENCE = Evidence("synthetic.flow", 1, "flow-1", PLACE)


def finding(
    path: tuple[str, ...],
    *,
    code: str = "attribute-type",
    expected: Value | bytes | None = None,
    got: Value | bytes | None = None,
) -> Finding:
    return Finding(
        code=code,
        severity=Severity.ERROR,
        stance=Stance.CONTRADICTS,
        path=path,
        message="The value does not have the form of the attribute's type.",
        fact=None,
        questions=(),
        call_id=CALL_ID + "-raw",
        evidence=(EVIDENCE,),
        expected=expected,
        got=got,
    )


def test_a_whole_stanza() -> None:
    """A stanza keeps its shape: only what identifies is replaced."""
    delivered = preaccept(
        from_="22222222222222:17@lid",
        session=f'call-id="F00DF00DF00D" call-creator="{CREATOR}"',
        stanza_id="33333.44444-7",
        inside='<audio enc="opus" rate="16000"/><capability ver="1">0105f709e4bb13</capability>',
    )
    assert Placeholders().node(from_text(delivered)) == from_text(
        '<call from="B:17@lid" id="ID-0001"><preaccept call-id="CALLID-0001" call-creator="A:1@lid">'
        '<audio enc="opus" rate="16000"/><capability ver="1">0105f709e4bb13</capability></preaccept></call>'
    )


def test_the_creator_of_the_first_call_is_a() -> None:
    """Whoever stands first in the stanza, the letter A goes to the one who calls."""
    hidden = Placeholders().node(from_text(offer_to("22222222222222:17@lid")))
    assert hidden.jid("to") == Jid("B", "lid")
    assert hidden.children[0].jid("call-creator") == Jid("A", "lid", 1)


def test_devices_and_addressing_modes_of_one_user_share_a_letter() -> None:
    """A user has one letter on all devices, and under number and LID where one node names both."""
    placeholders = Placeholders()
    offer = from_text(
        '<call from="111111111111:1@lid" id="x-1"><offer call-id="F00DF00D" '
        'call-creator="111111111111:1@lid" caller_pn="15550000001:1@s.whatsapp.net"/></call>'
    )
    assert placeholders.node(offer).children[0].jid("caller_pn") == Jid("A", "s.whatsapp.net", 1)
    assert placeholders.jid(Jid("111111111111", "lid", 9)) == Jid("A", "lid", 9)
    assert placeholders.jid(Jid("222222222222", "lid")) == Jid("B", "lid")


@pytest.mark.parametrize(
    ("jid", "placeholder"),
    [
        ("15550000001@s.whatsapp.net", "A@s.whatsapp.net"),
        ("15550000001.0:7@s.whatsapp.net", "A.0:7@s.whatsapp.net"),
        ("3-15550000001:2@interop", "3-A:2@interop"),
        ("15550000001-1400000000@g.us", "GROUP-0001@g.us"),
        ("120363000000000000@newsletter", "GROUP-0001@newsletter"),
        ("F00DF00D@call", "CALLID-0001@call"),
        ("status@broadcast", "status@broadcast"),
        ("@s.whatsapp.net", "@s.whatsapp.net"),
        ("15550000001@x15550000002", "A@server-placeholder"),
    ],
)
def test_addresses(jid: str, placeholder: str) -> None:
    """Server, device, agent and integrator stay; users, groups and calls are told apart; a server that is
    none of the protocol's is free text and goes too."""
    assert str(Placeholders().jid(Jid.parse(jid))) == placeholder
    assert Placeholders().value(jid) == placeholder


@pytest.mark.parametrize(
    ("name", "text", "placeholder"),
    [
        ("notify", "Alice", "TEXT-PLACEHOLDER-5-CHARS"),
        ("notify", "offer", "TEXT-PLACEHOLDER-5-CHARS"),
        ("notify", "", ""),
        ("peer_abtest_bucket_id_list", "100001,100002", "TEXT-PLACEHOLDER-13-CHARS"),
        ("t", "1700000000", "T+0"),
        ("x", "1700000000", "TEXT-PLACEHOLDER-10-CHARS"),
        ("t", "17000000000", "TEXT-PLACEHOLDER-11-CHARS"),
        ("ip", "8.8.4.4", "192.0.2.1"),
        ("ip", "8.8.4.4:3478", "192.0.2.1:3478"),
        ("to", "15550000001@lid, 15550000002@lid", "A@lid, B@lid"),
        ("to", "call 15550000001@lid", "TEXT-PLACEHOLDER-20-CHARS"),
        ("call-id", "audio", "CALLID-0001"),
        ("id", "0", "0"),
        ("id", "33333.44444-7", "ID-0001"),
        ("reason", "\x1b[31mbusy", "TEXT-PLACEHOLDER-9-CHARS"),
        ("reason", "\u202ebusy", "TEXT-PLACEHOLDER-5-CHARS"),
        ("reason", "x" * 5_000_000, "TEXT-PLACEHOLDER-999999-CHARS"),
        ("reason", "busy", "busy"),
    ],
)
def test_text_is_denied_unless_it_is_harmless(name: str, text: str, placeholder: str) -> None:
    """What is not known to identify nobody is replaced by its length; the length has at most six digits."""
    assert Placeholders().value(text, name=name) == placeholder


def test_the_id_of_a_stanza_is_one_however_it_is_spelled() -> None:
    """At the root `id` is the stanza id, also where it looks like a counter."""
    assert Placeholders().value("7", name="id", root=True) == "ID-0001"
    assert Placeholders().node(Node("ack", {"id": "7"})).text("id") == "ID-0001"


def test_times_are_seconds_after_the_first() -> None:
    """Times tell how far apart they are and nothing else."""
    placeholders = Placeholders()
    texts = [placeholders.value(text, name="t") for text in ("1700000000", "1700000012", "1699999995")]
    assert texts == ["T+0", "T+12", "T-5"]
    assert placeholders.value("1800000000", name="t") == "TEXT-PLACEHOLDER-10-CHARS"


@pytest.mark.parametrize(
    ("tag", "content", "placeholder"),
    [
        ("te", "080804040d96", bytes.fromhex("c00002010d96")),
        (
            "te2",
            "2a0000000000000000000000000000050d96",
            bytes.fromhex("20010db80000000000000000000000010d96"),
        ),
        ("te", "08080404", "CIPHERTEXT-PLACEHOLDER-4-BYTES"),
        ("enc", "080804040d96", "CIPHERTEXT-PLACEHOLDER-6-BYTES"),
        ("enc", "", b""),
        ("capability", "0105f709e4bb13", bytes.fromhex("0105f709e4bb13")),
        ("capability", "0102" * 9, "CIPHERTEXT-PLACEHOLDER-18-BYTES"),
    ],
)
def test_bytes(tag: str, content: str, placeholder: bytes | str) -> None:
    """Packed addresses keep their form and port, capabilities are shown, of all else the length is told."""
    assert Placeholders().value(bytes.fromhex(content), name=tag) == placeholder
    assert Placeholders().node(Node(tag, {}, bytes.fromhex(content))).content == placeholder


@pytest.mark.parametrize(
    ("text", "placeholder"),
    [("15550000001", "A"), ("F00DF00DF00D", "CALLID-0001"), ("33333.44444-7", "ID-0001")],
)
def test_an_identity_by_itself_is_known_again(text: str, placeholder: str) -> None:
    """Users, call-ids and stanza ids are recognised wherever they stand as a whole value."""
    placeholders = Placeholders()
    stanza = '<call to="15550000001@lid" id="33333.44444-7"><x call-id="F00DF00DF00D"/></call>'
    placeholders.node(from_text(stanza))
    assert placeholders.value(text, name="x") == placeholder


def test_an_identity_is_hidden_in_what_would_else_stand() -> None:
    """Names and short numbers that carry an identity do not stand, even where they come before it."""
    hidden = Placeholders().node(
        Node(
            "malice-tag",
            {"alice": "1", "n": "123456", "x": "012345", "notify": "Alice", "jid": Jid("12345", "lid")},
        )
    )
    assert hidden.tag == "NAME-PLACEHOLDER-0001"
    assert list(hidden.attrs) == ["NAME-PLACEHOLDER-0002", "n", "x", "notify", "jid"]
    assert hidden.attrs["n"] == hidden.attrs["x"] == "TEXT-PLACEHOLDER-6-CHARS"


def test_a_capability_with_an_identity_in_packed_digits_is_hidden() -> None:
    """Two digits a byte are digits too."""
    placeholders = Placeholders()
    content = bytes.fromhex("0105ff123456")
    assert placeholders.value(content, name="capability") == content
    placeholders.jid(Jid("123456", "lid"))
    assert placeholders.value(content, name="capability") == "CIPHERTEXT-PLACEHOLDER-6-BYTES"


def test_no_value_is_lost_to_names_that_become_one() -> None:
    """Repeated attributes stay repeated; two hostile names get two placeholders."""
    node = Node("x", {"15550000001": "1", "15550000002": "2"}, None, (("15550000001", "3"),))
    assert Placeholders().node(node) == Node(
        "x",
        {"NAME-PLACEHOLDER-0001": "1", "NAME-PLACEHOLDER-0002": "2"},
        None,
        (("NAME-PLACEHOLDER-0001", "3"),),
    )


def test_paths_keep_their_form() -> None:
    """Indices and the `@` stay; a segment's name goes the way of every name."""
    path = ("call", "preaccept", "te[2]", "@15550000001", "x\x1b[0m[3]", "")
    assert Placeholders().path(path) == (
        "call",
        "preaccept",
        "te[2]",
        "@NAME-PLACEHOLDER-0001",
        "NAME-PLACEHOLDER-0002[3]",
        "",
    )


def test_a_finding_reads_its_values_by_its_path() -> None:
    """The last segment says what the values are; types of the specification stay, the evidence stays."""
    placeholders = Placeholders()
    hidden = placeholders.finding(finding(("call", "@from"), expected="jid", got="alice"))
    assert (hidden.expected, hidden.got, hidden.call_id) == ("jid", "TEXT-PLACEHOLDER-5-CHARS", "CALLID-0001")
    assert hidden.evidence == (EVIDENCE,)
    hidden = placeholders.finding(finding(("call", "@id"), got="7"))
    assert hidden.got == "ID-0001"
    hidden = placeholders.finding(finding(("call", "x", "te[2]"), got=bytes.fromhex("080804040d96")))
    assert hidden.got == bytes.fromhex("c00002010d96")
    hidden = placeholders.finding(finding((), expected=Jid("15550000001", "lid"), got=b"secret"))
    assert (hidden.expected, hidden.got) == (Jid("A", "lid"), "CIPHERTEXT-PLACEHOLDER-6-BYTES")


def test_words_of_the_decoder_stay() -> None:
    """What the decoder expected and got are its own words, at whatever place it stumbled."""
    undecodable = finding(
        ("call", "@call-id"), code="stanza-undecodable", expected="a byte", got="end of data after 3"
    )
    hidden = Placeholders().finding(undecodable)
    assert (hidden.expected, hidden.got) == ("a byte", "end of data after 3")
    error = DecodeError(7, "call/15550000001/@call-id", "a byte", "end of data")
    assert Placeholders().error(error).path == "call/NAME-PLACEHOLDER-0001/@call-id"
    assert Placeholders().error(DecodeError(0, "", "a byte", "end of data")).path == ""


@pytest.mark.parametrize(
    "tag",
    [
        "ab4917/a0123/a4567",
        "alice/example",
        "x[491701]",
        "to[4917]/to[0123]/to[4567]",
        "ab49[1]/cd01[1]/ef",
        "a/@b/c[2]",
        "*/4917",
    ],
)
def test_no_piece_of_a_name_with_slashes_gets_out(tag: str) -> None:
    """A decoder's path was split at slashes that may be those of a name: only known words stand in it, and
    no more than six digits of indices."""
    path = ("call", *f"{tag}[1]".split("/"))
    pieces = [word for word in re.findall(r"[a-z]+|[0-9]{2,}", tag) if word not in {"to", "x"}]
    placeholders = Placeholders()
    error = placeholders.error(DecodeError(7, "/".join(path), "a byte", "end of data")).path
    place = placeholders.finding(finding(path, code="stanza-undecodable")).path
    assert tuple(error.split("/")) == place
    words = re.findall(r"[a-z]+|[0-9]{2,}", re.sub("NAME-PLACEHOLDER-[0-9]{4}", "", error))
    assert words[0] == "call"
    assert not [piece for piece in pieces if piece in words and not is_protocol_word(piece)]


def test_a_plain_path_of_the_decoder_stays() -> None:
    """Words of the protocol, indices, and what stands for a tag that was not read."""
    for path in ("call/preaccept[1]/destination[1]/te[512]/@port", "call/*[3]", "*", "call/@[2]"):
        assert Placeholders().error(DecodeError(7, path, "a byte", "end of data")).path == path


NAME = "An.Unusually.Long_Name-0123456789"


def test_names_of_the_specification_stand() -> None:
    """What the loaded file documents is no secret, whatever its spelling."""
    placeholders = Placeholders()
    assert placeholders.name(NAME) == "NAME-PLACEHOLDER-0001"
    shipped = load_specification(None).stanzas["call-preaccept"]
    placeholders.admit(replace(shipped, attributes=(replace(shipped.attributes[0], path=f"call/@{NAME}"),)))
    assert placeholders.name(NAME) == NAME
    assert placeholders.error(DecodeError(0, f"call/{NAME}[1]", "a byte", "")).path == f"call/{NAME}[1]"


def test_the_names_of_a_fact_stand_in_its_finding() -> None:
    """A finding about a fact names what the fact names."""
    fact = FactRef("call-preaccept", f"call/@{NAME}", "probable", ())
    made = finding(("call", f"@{NAME}"))
    assert Placeholders().finding(made).path == ("call", "@NAME-PLACEHOLDER-0001")
    assert Placeholders().finding(replace(made, fact=fact)).path == ("call", f"@{NAME}")


def test_a_short_push_name_is_hidden_in_names() -> None:
    """Four letters are enough for a person."""
    hidden = Placeholders().node(Node("call", {"notify": "Anna"}, (Node("anna"), Node("annals"))))
    assert [child.tag for child in hidden.children] == ["NAME-PLACEHOLDER-0001", "annals"]


def test_captures_named_by_a_number() -> None:
    """The same placeholder wherever the file is told of, also in the evidence of a finding."""
    placeholders = Placeholders()
    told = [
        placeholders.capture(name) for name in ("15550000001.flows", "a.flows", "b@c", "15550000001.flows")
    ]
    assert told == ["capture-1.flows", "a.flows", "capture-2.flows", "capture-1.flows"]
    assert [placeholders.capture(name) for name in told] == told
    made = replace(finding(("call",)), evidence=(replace(EVIDENCE, capture="15550000001.flows"),))
    assert placeholders.finding(made).evidence == (replace(EVIDENCE, capture="capture-1.flows"),)
    assert Raw().capture("15550000001.flows") == "15550000001.flows"


def test_a_client_is_named_without_its_account() -> None:
    """Platform, version and known details stay; the account goes, and so does text of the client's own."""
    details = {
        "os version": ("10.0.19045", "10.0.19045"),
        "manufacturer": ("Annas shop", "TEXT-PLACEHOLDER-10-CHARS"),
        "model": ("Anna Examples iPhone", "TEXT-PLACEHOLDER-20-CHARS"),
        "release channel": ("BETA", "BETA"),
    }
    stated, shown = (tuple((name, pair[side]) for name, pair in details.items()) for side in (0, 1))
    client = ClientIdentified("WEB", "2.3000.1039501489", 7, "15550000001", stated)
    assert Placeholders().client(client) == ClientIdentified("WEB", "2.3000.1039501489", 7, None, shown)
    other = ClientIdentified("WEB", "Anna", 7, None, (("os version", "Mac OS"), ("model", "Desktop")))
    shown = (("os version", "TEXT-PLACEHOLDER-6-CHARS"), ("model", "Desktop"))
    assert Placeholders().client(other) == ClientIdentified("WEB", "TEXT-PLACEHOLDER-4-CHARS", 7, None, shown)


@settings(max_examples=100)
@given(any_node)
@example(Node("call", {"opus": "A"}, Jid("somebody", "lid")))
def test_sanitising_twice_is_sanitising_once(node: Node) -> None:
    """Placeholders pass unchanged through the mapping that gave them, whatever the node. The node gives the
    same once its names are known; before, a text may stand ahead of the address that makes it a name."""
    placeholders = Placeholders()
    hidden = placeholders.node(node)
    assert placeholders.node(hidden) == hidden
    known = placeholders.node(node)
    assert placeholders.node(node) == known


class _Twice(Placeholders):
    """Goes through every stanza twice, as long as it tells anything new."""

    def _may_decide_otherwise(self, decided: object) -> bool:
        return bool(self._identities.news)


_WORDS = st.sampled_from(
    [
        "alice",
        "al-ice",
        "malice-quota",
        "15550000001",
        "a15550000001",
        "00ff155500000011",
        "bob",
        "A",
        "ID-0001",
    ]
)
_VALUES = _WORDS | st.builds(Jid, _WORDS, st.sampled_from(["lid", "s.whatsapp.net", "g.us", "call"]))
_ATTRIBUTES = st.dictionaries(
    st.sampled_from(["id", "call-id", "call-creator", "notify", "from", "version", "alice", "caller_pn"]),
    _VALUES,
    max_size=4,
)
_OVERLAPPING = st.recursive(
    st.builds(Node, st.sampled_from(["capability", "user"]), _ATTRIBUTES, st.binary(max_size=8) | st.none()),
    lambda children: st.builds(
        Node, st.sampled_from(["call", "alice", "x"]), _ATTRIBUTES, st.lists(children, max_size=3).map(tuple)
    ),
    max_leaves=5,
)


@given(st.lists(_OVERLAPPING, max_size=4))
@example([Node("call", {"alice": "1"}, (Node("x", {"notify": "alice"}),))])
@example([Node("call", {"id": "alice", "call-creator": "alice", "call-id": "alice"})])
@example([Node("call", {"version": "1.15550.2"}, (Node("x", {"call-id": "15550"}),))])
@example([Node("call", {"version": "15550000001"}, (Node("x", {"from": Jid("15550000001", "lid")}),))])
def test_a_stanza_is_gone_through_again_wherever_that_changes_it(nodes: list[Node]) -> None:
    """One look is enough where no later part names what stands in an earlier one, and only there."""
    once, twice = Placeholders(), _Twice()
    assert [once.node(node) for node in nodes] == [twice.node(node) for node in nodes]


def test_a_stanza_that_is_shown_again_hides_what_was_learnt_since() -> None:
    """Several outlets get one mapping of it, but not from before somebody's name was known."""
    placeholders = Placeholders()
    node = Node("call", {"mallory": "1"})
    shown = placeholders.node(node)
    assert shown == node
    assert placeholders.node(node) is shown
    placeholders.value("Mallory", name="notify")
    assert placeholders.node(node) == Node("call", {"NAME-PLACEHOLDER-0001": "1"})


def test_an_address_in_a_text_is_somebody_wherever_it_stands() -> None:
    """A text that is no list of addresses is hidden; who stands in it is known from then on."""
    placeholders = Placeholders()
    text = "call 15550000001@s.whatsapp.net at 198.51.100.200"
    assert placeholders.value(text, name="x") == f"TEXT-PLACEHOLDER-{len(text)}-CHARS"
    assert placeholders.value("15550000001", name="version") == "A"
    assert placeholders.name("x15550000001") == "NAME-PLACEHOLDER-0001"


def test_whatever_is_forgotten_counts() -> None:
    """Network addresses too: each gets another placeholder should it come again."""
    placeholders = Placeholders(2, most_calls=2)
    assert [placeholders.value(f"2a00::{number}", name="ip") for number in (1, 2, 3, 1)] == [
        f"2001:db8::{number}" for number in (1, 2, 3, 4)
    ]
    assert placeholders.forgotten == 2


def test_a_long_name_is_refused_before_it_is_searched() -> None:
    """A name of a megabyte is no plain one, whatever stands in it: the search is not for such lengths."""
    placeholders = Placeholders()
    placeholders.value("15550000001", name="notify")
    assert placeholders.name("x" * 2**20) == "NAME-PLACEHOLDER-0001"


def test_sanitised_stanzas_pass_unchanged_through_another_mapping() -> None:
    """What one run has written another one leaves as it is."""
    hidden = Placeholders().node(from_text(offer_to("22222222222222:17@lid", "33333333333333@lid")))
    assert Placeholders().node(hidden) == hidden


@settings(max_examples=50)
@given(any_node)
def test_the_raw_mapping_changes_nothing(node: Node) -> None:
    """With the explicit switch everything passes as it is."""
    raw = Raw()
    assert raw.are_raw
    assert not Placeholders().are_raw
    assert raw.node(node) is node
    assert [raw.value(b"x", name="enc"), raw.call_id("c"), raw.name("\x1b"), raw.path(("a",))] == [
        b"x",
        "c",
        "\x1b",
        ("a",),
    ]
    made = finding(("call", "@from"), got="alice")
    error = DecodeError(7, "call/15550000001", "a byte", "end of data")
    client = ClientIdentified("WEB", "1", None, "15550000001")
    assert raw.finding(made) is made
    assert raw.error(error) is error
    assert raw.client(client) is client
    assert raw.jid(Jid("a", "lid")) == Jid("a", "lid")
