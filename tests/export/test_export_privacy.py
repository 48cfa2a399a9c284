"""Marked identities in every position of a stanza, and no trace of them in any export."""

from __future__ import annotations

import base64
import ipaddress
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from ringback.calls import Sighting
from ringback.export.captures import capture_files
from ringback.export.issues import issues
from ringback.export.material import Material
from ringback.export.patch import make_patch, proposed_changes
from ringback.export.questions import questions_json, questions_markdown
from ringback.export.washing import Appraisal
from ringback.findings import Evidence
from ringback.ledger import Ledger
from ringback.questions.evidence import ClientFacts
from ringback.spec.load import SHIPPED, load_specification
from ringback.stanza import Jid, Node
from ringback.wire.events import Direction, FramePlace
from sanitize.test_leaks import Marked, assert_clean, stanzas
from support.exporting import CLIENTS, material_of
from support.ledgers import filled, observed
from support.sightings import CALLEE, CALLER, Tape, action, offer_to, preaccept

NUMBER = "49170" + "5550199"
LID = "88877" + "766655544"
NAME = "Marked Person"
WORD = "zebrafinch"
CALL = "C0FFEE00AA11BB22CC33DD44EE55FF66"
KEY = bytes(range(0xA0, 0xC0))
V4 = ipaddress.ip_address("9.9.9.77")
V6 = ipaddress.ip_address("2600:1f18::4d4d")
MARKS: dict[str, str | bytes] = {
    "number": NUMBER,
    "lid": LID,
    "name": NAME,
    "word": WORD,
    "call-id": CALL,
    "key": KEY,
    "v4": str(V4),
    "v6": str(V6),
    "packed v4": V4.packed + b"\x0d\x96",
    "packed v6": V6.packed + b"\x0d\x96",
}

_SESSION = f'call-id="{CALL}" call-creator="{NUMBER}:3@s.whatsapp.net"'
POSITIONS = {
    "users and ids": preaccept(session=_SESSION, stanza_id=WORD, from_=f"{LID}:17@lid"),
    "push name": preaccept(session=f'{_SESSION} notify="{NAME}"', stanza_id="PN", from_=f"{LID}:17@lid"),
    "attribute": preaccept(session=f'{_SESSION} x="{NUMBER}" y="{WORD}" z="{NAME}"', to_=f"{LID}@lid"),
    "attribute name": preaccept(session=f'{_SESSION} {WORD}-{NUMBER}="1" n{NUMBER}="2"', to_=f"{LID}@lid"),
    "tag": preaccept(session=_SESSION, inside=f"<n{NUMBER}/><{WORD}-{LID}/>", to_=f"{LID}@lid"),
    "text": preaccept(session=_SESSION, inside=f"<note>{NAME} {NUMBER}</note><a>{WORD}</a>", to_="1@lid"),
    "bytes": preaccept(session=_SESSION, inside=f"<enc>{KEY.hex()}</enc>", to_=f"{LID}@lid"),
    "text in bytes": preaccept(session=_SESSION, inside=f"<b>{NUMBER.encode().hex()}</b>", to_="1@lid"),
    "packed addresses": preaccept(
        session=_SESSION,
        inside=f"<destination><te>{V4.packed.hex()}0d96</te><te>{V6.packed.hex()}0d96</te></destination>",
        to_=f"{LID}@lid",
    ),
    "written addresses": preaccept(
        session=_SESSION,
        inside=f'<destination><te ip="{V4}" port="3478"/><te ip="{V6}" port="1"/></destination>',
        to_=f"{LID}@lid",
    ),
    "reason": action("terminate", stanza_id="T", attrs=f'reason="{WORD}"', to_="1@lid"),
    "medium and platform": (
        f'<call from="{LID}:17@lid" id="M" platform="{WORD}" version="{NUMBER}">'
        f'<preaccept {_SESSION}><net medium="{NAME}"/></preaccept></call>'
    ),
    "action": f'<call from="{LID}:17@lid" id="A"><n{NUMBER} {_SESSION}/></call>',
}


def seeded() -> Material:
    tape = Tape(1_795_000_000.0, capture="seeded.flows")
    sightings = [tape.sent(offer_to(f"{LID}:17@lid"), CALLER, owner=f"{NUMBER}:3@s.whatsapp.net")]
    for xml in POSITIONS.values():
        sightings += [tape.sent(xml, CALLEE), tape.delivered(xml, CALLEE)]
    clients = {CALLER: ClientFacts(f"platform-{NUMBER}", NUMBER, 3), CALLEE: CLIENTS[CALLEE]}
    return material_of(sightings, clients)


def from_ledger(folder: Path) -> Material:
    """The same by way of a ledger."""
    sightings = [sighting for call in seeded().calls for sighting in call.sightings()]
    with filled(folder / "ledger.db", *observed(*sightings)) as ledger:
        assert isinstance(ledger, Ledger)
        return Material.of(ledger.calls(), ledger.clients(), load_specification(None))


def exports(
    material: Material, actions: Collection[str] = ("preaccept", "terminate", "offer", f"n{NUMBER}")
) -> Iterator[str]:
    """Every text that the exports make, and the names of their files."""
    appraisal = Appraisal(material)
    for name, text in capture_files(material, actions=actions).items():
        yield f"{name}\n{text}"
    for issue in issues(appraisal, actions=actions):
        yield f"{issue.command}\n{issue.body}"
    yield questions_markdown(appraisal)
    yield questions_json(appraisal)
    text = SHIPPED.read_text("utf-8")
    changes = proposed_changes(appraisal)
    yield "".join(f"{change}" for change in changes)
    yield make_patch(text, "call-preaccept.yaml", changes, material).diff


def spellings(mark: str | bytes) -> set[str]:
    data = mark if isinstance(mark, bytes) else mark.encode()
    encoded = {
        base64.b64encode(bytes(lead) + data).decode()[-(-lead * 8 // 6) : (lead + len(data)) * 8 // 6]
        for lead in range(3)
    }
    plain = {mark, quote(mark)} if isinstance(mark, str) else set()
    return {each.lower() for each in plain | encoded | {data.hex(), data[::-1].hex()}}


@pytest.fixture(scope="module", params=["directly", "by a ledger"])
def published(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """All exports, which are made and not refused."""
    is_direct = request.param == "directly"
    return list(exports(seeded() if is_direct else from_ledger(tmp_path_factory.mktemp("ledger"))))


@pytest.mark.parametrize("mark", MARKS.values(), ids=MARKS)
def test_no_export_holds_a_mark(mark: str | bytes, published: list[str]) -> None:
    """In no position, in no encoding."""
    assert len(published) > len(POSITIONS)
    for text in published:
        assert not [spelling for spelling in spellings(mark) if spelling in text.lower()]


@settings(max_examples=15, deadline=None)
@given(stanzas(), st.booleans())
def test_no_marked_identity_gets_into_an_export(case: tuple[Marked, Node], by_ledger: bool) -> None:
    """Wherever in a call's stanzas an identity stands, and however it is spelled there, every export is
    made and none holds it, of the evidence itself and of a ledger of it."""
    marked, node = case
    place = FramePlace(Direction.SERVER, 1, 2, 1_795_000_000.0)
    (stray,) = [child for child in node.children if child.tag != "offer"]
    action = Node(
        "preaccept", {"call-id": marked.call_id, "call-creator": Jid(marked.number, "lid", 1)}, (stray,)
    )
    roots = [node, structs.replace(node, content=(action,))]
    evidence = [Evidence("live", 1, "flow-1", structs.replace(place, message=number)) for number in range(2)]
    seen = [
        Sighting(root, each, Jid(marked.lid, "lid", 3)) for root, each in zip(roots, evidence, strict=True)
    ]
    clients = {1: ClientFacts("WEB", marked.number, 3)}
    with tempfile.TemporaryDirectory() as folder:
        if by_ledger:
            with filled(Path(folder) / "ledger.db", *observed(*seen)) as ledger:
                material = Material.of(ledger.calls(), ledger.clients(), load_specification(None))
        else:
            material = material_of(seen, clients)
    assert material.calls
    actions = {emission.action for call in material.calls for emission in call.emissions}
    assert_clean(marked, *exports(material, actions))


def test_the_marks_are_in_the_evidence() -> None:
    """The test above would fail if nothing were hidden: each mark stands in a stanza."""
    shown = " ".join(POSITIONS.values())
    for name, mark in MARKS.items():
        assert (mark if isinstance(mark, str) else mark.hex()) in shown, name


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("exported", [False, True])
def test_the_name_of_an_attribute_is_nobodys_of_the_whole_evidence(late: bool, exported: bool) -> None:
    """Of raw evidence too, in either order, and whether or not it is exported where somebody is named."""
    tape = Tape(1_700_000_000.0)
    session = f'call-id="{CALL}" call-creator="{NUMBER}:3@s.whatsapp.net"'
    told = tape.delivered(action("terminate", stanza_id="T", attrs='notify="Zeb Quux"', from_=f"{LID}@lid"))
    named = tape.sent(preaccept(session=f'{session} quux="1" zeb-quux="2" heartbeat="3"', to_=f"{LID}@lid"))
    seen = [told] * exported + [named]
    material = material_of(reversed(seen) if late else seen)
    material = replace(material, others=() if exported else (told,))
    appraisal = Appraisal(material)
    texts = [
        *capture_files(material).values(),
        *(issue.body for issue in issues(appraisal)),
        questions_markdown(appraisal),
        questions_json(appraisal),
        "".join(map(str, proposed_changes(appraisal))),
    ]
    assert all("heartbeat" in text for text in texts[:1] + texts[-3:])
    assert not [text for text in texts if "quux" in text.lower()]
