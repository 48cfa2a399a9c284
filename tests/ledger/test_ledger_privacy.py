"""The bytes of a ledger hold nobody: marked identities in every position, looked for in every spelling."""

from __future__ import annotations

import ipaddress
import re
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringback.calls import Sighting
from ringback.findings import Evidence
from ringback.ledger import Ledger, copy_ledger
from ringback.observations import FindingMade, Observation, WireNotice
from ringback.stanza import Jid, Node, Value
from ringback.wire.events import ClientIdentified, Direction, FramePlace
from sanitize.test_leaks import Marked, forms_of, marks, stanzas
from support.leaks import Secret, secrets_of, spellings
from support.ledgers import bytes_of, identified, observed
from support.sightings import CALLEE, Tape, preaccept
from synthetic.manifest import SCENARIOS, capture
from test_captures import report


def found_in(content: bytes, secrets: frozenset[Secret]) -> set[str | bytes]:
    """Spellings of secrets in the bytes: plain, hex, base64, UTF-16 in both orders, and as raw bytes."""
    text = content.decode("latin-1")
    folded = text.casefold()
    # Fewer bytes than these stand in any file by chance.
    enough = 8
    found: set[str | bytes] = set()
    for secret in secrets:
        for spelling, exact in spellings(secret):
            wide = [spelling.encode(f"utf-16-{order}") for order in ("le", "be")]
            if (spelling in text if exact else spelling.casefold() in folded) or any(
                w in content for w in wide
            ):
                found.add(spelling)
        data = secret.encode() if isinstance(secret, str) else secret
        if len(data) >= enough and data in content:
            found.add(data)
    return found


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_ledger_of_a_capture_holds_no_secret(name: str, tmp_path: Path) -> None:
    """Neither in the log that SQLite writes ahead nor in the file, nor in a copy that is handed over."""
    path = tmp_path / "ledger.db"
    secrets = secrets_of(capture(name))
    with Ledger(path) as ledger:
        ledger.record(*report(name).observations)
        assert path.with_name("ledger.db-wal").stat().st_size > 0
        assert found_in(bytes_of(path), secrets) == set()
        copy_ledger(ledger.path, tmp_path / "copy.db")
    assert found_in(path.read_bytes() + (tmp_path / "copy.db").read_bytes(), secrets) == set()


def seeded(marked: Marked, node: Node) -> list[Observation]:
    """Everything that the pipeline can report, with identities wherever one could stand."""
    place = FramePlace(Direction.SERVER, 1, 2, 1_700_000_000.0)
    owner = Jid(marked.number, "s.whatsapp.net", 3)
    sighting = Sighting(node, Evidence("live", 1, "flow-1", place), owner, trailing=9)
    (stanza,) = observed(sighting)
    values: list[Value | bytes] = [
        marked.number,
        Jid(marked.lid, "lid"),
        marked.push_name.encode(),
        marked.call_id,
    ]
    findings = [
        replace(finding, got=value, expected=value, call_id=marked.call_id)
        for finding in stanza.findings[:3]
        for value in values
    ]
    client = ClientIdentified(
        marked.number,
        marked.lid,
        3,
        marked.number,
        (("model", marked.push_name), ("os version", marked.number)),
    )
    made = [FindingMade(finding) for finding in findings]
    return [replace(stanza, findings=tuple(findings)), *made, WireNotice("live", 1, "flow-1", client)]


def marked_forms(marked: Marked) -> set[bytes]:
    """Each spelling as one byte and as two bytes a character, and the packed address."""
    forms = {form.lower() for form in marked.spellings}
    wide = {form.encode(f"utf-16-{order}") for form in forms for order in ("le", "be")}
    return {form.encode("latin-1") for form in forms} | wide | {marked.address.packed}


@settings(max_examples=40)
@given(stanzas())
def test_no_marked_identity_reaches_the_disk(case: tuple[Marked, Node]) -> None:
    """Attribute, text, bytes, tag, attribute name, push name, packed address, owner, client, finding."""
    marked, node = case
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        with Ledger(path) as ledger:
            ledger.record(*seeded(marked, node))
            assert ledger.stats().stanzas == 1
            assert ledger.verify().is_sound
            held = bytes_of(path)
        held = (held + path.read_bytes()).lower()
    # Zeros are everywhere in SQLite's files: 8.0.0.0 in two bytes a character stands there by chance.
    telling = {form for form in marked_forms(marked) if len(form.replace(b"\0", b"")) > 4}
    assert not [form for form in telling if form in held]


@pytest.mark.parametrize("name", ["15550001234.flows", "me@example.org.flows", "+1 555 000 12 34 x 9.flows"])
def test_a_capture_named_after_somebody_gets_another_name(name: str, tmp_path: Path) -> None:
    """The same one each time, another than other files have; a plain name stays."""
    tape = [
        sighted.sent(preaccept(), CALLEE) for sighted in (Tape(capture=name), Tape(capture="lab-1.flows"))
    ]
    with Ledger(tmp_path / "ledger.db") as ledger:
        for _ in range(2):
            ledger.record(*observed(*tape))
        ((first, second),) = [each.captures for each in ledger.connections()]
        assert re.fullmatch(r"capture-[a-z]{10}\.flows", first)
        assert second == "lab-1.flows"
        assert name.removesuffix(".flows").encode() not in bytes_of(ledger.path)
        ledger.record(*observed(Tape(capture=f"2{name}").sent(preaccept(), CALLEE)))
        assert len(ledger.connections()[0].captures) == 3


def test_the_search_finds_what_is_there(tmp_path: Path) -> None:
    """Names of flows are kept as they are, so an identity put there on purpose is found."""
    path = tmp_path / "ledger.db"
    number = "7788997788"
    with Ledger(path) as ledger:
        for flow in (number, number.encode().hex(), number.encode("utf-16-le").decode("latin-1")):
            ledger.record(identified(flow))
        content = bytes_of(path)
    assert {number, number.encode().hex()} <= found_in(content, frozenset({number}))
    assert forms_of(number.encode()) & {number, number.encode().hex()} == {number, number.encode().hex()}


@settings(max_examples=20)
@given(marks, st.sampled_from(["te", "te2", "rte"]))
def test_a_packed_address_keeps_its_port_alone(marked: Marked, tag: str) -> None:
    """What stands in its place is an address for documentation."""
    node = Node(
        "call",
        {"id": "x"},
        (Node("offer", {"call-id": "AB"}, (Node(tag, {}, marked.address.packed + b"\x0d\x96"),)),),
    )
    with tempfile.TemporaryDirectory() as folder, Ledger(Path(folder) / "l.db") as ledger:
        ledger.record(*seeded(marked, node)[:1])
        (sighting,) = ledger.sightings()
    content = sighting.node.children[0].children[0].content
    assert isinstance(content, bytes)
    assert content[-2:] == b"\x0d\x96"
    address = ipaddress.ip_address(content[:-2])
    nets = ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
    assert any(address in ipaddress.ip_network(net) for net in nets)
