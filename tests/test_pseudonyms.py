"""Pseudonyms: nothing that identifies stays, the shape does."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings

from ringback.findings import Evidence, Finding, Severity, Stance
from ringback.nodejson import node_to_json
from ringback.pseudonyms import MAX_OFFSET_S, Pseudonyms
from ringback.sanitize.named import identities_of
from ringback.stanza import Jid, Node, Value, from_text, to_text
from ringback.wire.events import ClientIdentified, Direction, FramePlace
from sanitize.test_leaks import Marked, assert_clean, stanzas
from support.nodes import any_node

PSEUDONYMS = Pseudonyms(b"p" * 32)
AT = 1_700_000_000.25


@settings(max_examples=60)
@given(stanzas())
def test_no_identity_is_left_in_a_stanza(case: tuple[Marked, Node]) -> None:
    """In whatever position of the stanza an identity stands, none is left: plain, hex or base64."""
    marked, node = case
    kept = PSEUDONYMS.node(node, at=AT)
    assert_clean(marked, json.dumps(node_to_json(kept), ensure_ascii=False), to_text(kept))


@given(any_node)
def test_any_node_has_pseudonyms_of_its_own_shape(node: Node) -> None:
    """Tags, children and attributes are as many as before, addresses are addresses, and twice is the same."""
    kept = PSEUDONYMS.node(node, at=AT)
    assert kept == PSEUDONYMS.node(node, at=AT)
    assert from_text(to_text(kept, pretty=False)) == kept
    for before, after in zip(node.walk(), kept.walk(), strict=True):
        assert len(before.attrs) + len(before.repeated) == len(after.attrs) + len(after.repeated)
        assert isinstance(before.content, Jid) == isinstance(after.content, Jid)
        assert (before.content is None) == (after.content is None)


def test_a_device_keeps_everything_but_its_user() -> None:
    """Server, device, agent and integrator stay; one user is one pseudonym under every server and device."""
    jids = [
        Jid("15550000001", "s.whatsapp.net", 7, agent=1),
        Jid("15550000001", "lid"),
        Jid("7", "interop", 1, None, 9),
    ]
    kept = [PSEUDONYMS.jid(jid) for jid in jids]
    assert [(each.server, each.device, each.agent, each.integrator) for each in kept] == [
        (each.server, each.device, each.agent, each.integrator) for each in jids
    ]
    assert kept[0].user == kept[1].user
    assert kept[0].user.startswith("u-d11-")
    assert Jid.parse(str(kept[0])) == kept[0]


@pytest.mark.parametrize(
    ("jid", "user"),
    [
        (Jid("120363000000000001", "g.us"), "g-d18-"),
        (Jid("00AABB", "call"), "c-H6-"),
        (Jid("", "s.whatsapp.net"), ""),
        (Jid("status", "broadcast"), "status"),
    ],
)
def test_what_is_no_person_is_told_from_persons(jid: Jid, user: str) -> None:
    """Groups, calls and the server's own addresses have their own kinds."""
    kept = PSEUDONYMS.jid(jid)
    assert kept.user == user or (user.endswith("-") and kept.user.startswith(user))


def test_a_call_has_one_pseudonym_wherever_it_is_named() -> None:
    """As an attribute, as an address, and in a finding."""
    assert PSEUDONYMS.call_id("00AABB") == PSEUDONYMS.jid(Jid("00AABB", "call")).user
    assert (PSEUDONYMS.call_id(""), PSEUDONYMS.stanza_id(""), PSEUDONYMS.text("")) == ("", "", "")


def test_an_unknown_server_is_hidden() -> None:
    """Free text may stand after the `@`."""
    assert PSEUDONYMS.jid(Jid("1", "made-up-person")).server == "server-placeholder"


@pytest.mark.parametrize(
    ("xml", "kept"),
    [
        ('<call id="7"><offer type="1"/></call>', r'<call id="s-d1-\w+"><offer type="1"/></call>'),
        ('<call notify="opus"/>', r'<call notify="t-t4-\w+"/>'),
        ('<call enc="opus" version="2.25.37.76"/>', 'itself'),
        ('<call t="1700000003"/>', '<call t="T.3"/>'),
        ('<call offer_ts="1699999990"/>', '<call offer_ts="T-10"/>'),
        (f'<call t="{1_700_000_000 + MAX_OFFSET_S}"/>', f'<call t="T.{MAX_OFFSET_S}"/>'),
        (f'<call t="{1_700_000_001 + MAX_OFFSET_S}"/>', r'<call t="t-d10-\w+"/>'),
        ('<call x="1700000003"/>', r'<call x="t-d10-\w+"/>'),
        ('<call><te>cb0071140d96</te></call>', r'<call><te>[0-9a-f]{8}0d96</te></call>'),
        ('<call><enc>0a0b0c</enc></call>', '<call><enc>b-3</enc></call>'),
        ('<call><capability>0105f709e4bb13</capability></call>', 'itself'),
        ('<call ip="203.0.112.7"/>', r'<call ip="(192\.0\.2|198\.51\.100|203\.0\.113)\.\d+"/>'),
        ('<call who="15550000001@lid"/>', r'<call who="u-d11-\w+@lid"/>'),
        ('<Call Made="x"/>', r'<n-t4-\w+ n-t4-\w+="t-t1-\w+"/>'),
    ],
)  # fmt: skip
def test_what_is_kept_of_a_value(xml: str, kept: str) -> None:
    """Words of the protocol and short numbers stand, times become offsets, all else becomes a pseudonym."""
    written = to_text(PSEUDONYMS.node(from_text(xml), at=AT), pretty=False)
    assert written == xml if kept == "itself" else re.fullmatch(kept, written), written


def test_without_a_time_no_attribute_is_one() -> None:
    """Ten digits are a time only near that of their frame."""
    assert str(PSEUDONYMS.node(from_text('<call t="1700000003"/>')).attrs["t"]).startswith("t-d10-")


@pytest.mark.parametrize("text", ["u-d14-kqfwzhtbra", "b-120", "T+3", "TEXT-PLACEHOLDER-3-CHARS"])
def test_what_looks_like_a_pseudonym_on_the_wire_gets_one(text: str) -> None:
    """So that what is kept can be told from what was seen."""
    value: Value = text
    assert str(PSEUDONYMS.value(value)).startswith(f"t-t{len(text)}-")


def finding(**parts: object) -> Finding:
    place = FramePlace(Direction.SERVER, 1, 2, AT)
    values: dict[str, object] = {
        "code": "attribute-undocumented",
        "severity": Severity.NOTE,
        "stance": Stance.EXTENDS,
        "path": ("call", "@notify"),
        "message": "The specification does not know this attribute.",
        "fact": None,
        "questions": (),
        "call_id": "00AABB",
        "evidence": (Evidence("live", 1, "f", place),),
    }
    return Finding(**(values | parts))  # type: ignore[arg-type]


def test_a_finding_is_told_in_the_same_pseudonyms() -> None:
    """Call and values as in the stanza that it is about."""
    node = from_text('<call id="abc.1" notify="Made Up"><offer call-id="00AABB"/></call>')
    kept = PSEUDONYMS.node(node)
    told = PSEUDONYMS.finding(finding(got="Made Up"), hiding=identities_of(node))
    assert told.got == kept.attrs["notify"]
    assert told.call_id == kept.children[0].attrs["call-id"]
    assert PSEUDONYMS.finding(finding(path=("call", "@id"), got="abc.1")).got == kept.attrs["id"]


def test_a_path_carries_no_identity_of_the_stanza() -> None:
    """A tag that is somebody's name is hidden where the stanza tells that it is one; indices stay."""
    node = from_text('<call notify="madeup"><madeup/><madeup/></call>')
    told = PSEUDONYMS.finding(finding(path=("call", "madeup[2]", "@type")), hiding=identities_of(node))
    assert re.fullmatch(r"n-t6-[a-z]+\[2\]", told.path[1])
    assert (told.path[0], told.path[2]) == ("call", "@type")


def test_words_of_our_own_stay() -> None:
    """Names of types, and what a decoder expected, were never on the wire."""
    assert PSEUDONYMS.finding(finding(expected="jid")).expected == "jid"
    spoken = finding(code="stanza-undecodable", expected="a list", got="end of data", call_id=None)
    told = PSEUDONYMS.finding(spoken)
    assert (told.expected, told.got, told.call_id) == ("a list", "end of data", None)


def test_a_client_keeps_what_is_out_of_fixed_sets() -> None:
    """Platform, build and device stay; the account goes, and free text about the machine gets pseudonyms."""
    detail = (("model", "Made Up Person's"), ("os version", "0.1"), ("release channel", "BETA"))
    told = PSEUDONYMS.client(ClientIdentified("WEB", "2.3000.1000000001", 7, "15550000001", detail))
    assert (told.platform, told.version, told.device, told.username) == ("WEB", "2.3000.1000000001", 7, None)
    assert [re.sub("-[a-z]+$", "", text) for _, text in told.detail] == ["t-t16", "t-t3", "BETA"]
    hidden = PSEUDONYMS.client(ClientIdentified("15550000001", "15550000002", None, None))
    assert (hidden.platform, hidden.version) == ("TEXT-PLACEHOLDER-11-CHARS", "TEXT-PLACEHOLDER-11-CHARS")
