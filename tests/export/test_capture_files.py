"""Captures for wacrg's corpus."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from ringback.errors import ExportError, LeakError
from ringback.export.captures import CaptureRecord, capture_files, capture_records
from ringback.export.publisher import Publisher
from ringback.questions.evidence import ClientFacts
from ringback.sanitize import Raw
from ringback.stanza import from_text
from support.capture_schema import assert_is_capture
from support.exporting import CLIENTS, from_captures, good_material, material_of, wide_call
from support.sightings import CALLEE, CREATOR, DEVICE, Tape, good_call, preaccept
from synthetic.manifest import SCENARIOS


def loaded(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


def records(*scripts: Any) -> list[CaptureRecord]:
    return capture_records(material_of(sighting for script in scripts for sighting in script))


@pytest.mark.parametrize("name", SCENARIOS)
def test_shipped_captures_give_valid_files(name: str) -> None:
    """Every file follows the schema and is called by its id."""
    files = capture_files(from_captures(name), actions=("offer", "preaccept", "accept", "terminate"))
    assert files
    for file_name, text in files.items():
        capture = loaded(text)
        assert_is_capture(capture)
        assert Path(file_name).stem == capture["id"]
        assert from_text(capture["raw"]["body"]).tag == capture["stanza_tag"] == "call"


def test_both_copies_of_a_stanza_are_captures() -> None:
    """The sender's copy is outgoing and has no `from`, the delivered one incoming and has no `to`."""
    outgoing, incoming = capture_records(good_material())
    assert (outgoing.direction, incoming.direction) == ("outgoing", "incoming")
    assert from_text(outgoing.body) == from_text(
        '<call to="A:1@lid" id="ID-0001"><preaccept call-id="CALLID-0001" call-creator="A:1@lid"/></call>'
    )
    assert 'from="B:17@lid"' in incoming.body
    assert (outgoing.client, incoming.client) == ("WEB 2.3000.1015901307", "ANDROID 2.25.37.76")


def test_a_record_says_what_was_seen() -> None:
    """Attributes with what the specification has to do with them, the tree, and what was noticed."""
    _, incoming = records(wide_call(Tape()))
    listed = {attribute.name: (attribute.value, attribute.note) for attribute in incoming.attributes}
    assert listed["from"] == ("B:17@lid", "as specified (probable)")
    assert listed["preaccept.call-id"] == ("CALLID-0001", "as specified (probable)")
    assert listed["preaccept.audio[2].rate"] == ("8000", "")
    assert "    capability (ver=1): 7 bytes 0105f709e4bb13" in incoming.outline.split("\n")
    assert any(
        remark.startswith("child-undocumented at /call/preaccept/encopt") for remark in incoming.remarks
    )


def test_stanzas_that_differ_in_identities_alone_are_one_record() -> None:
    """Another user, call and id make no other form; another rate does."""
    other = [
        replace(
            sighting,
            node=from_text(
                preaccept(session='call-id="ABCDEF" call-creator="9:1@lid"', stanza_id="Z", to_="9:1@lid")
            ),
        )
        for sighting in [Tape(5000.0).sent(preaccept(), 3)]
    ]
    rate = [Tape(9000.0).sent(preaccept(inside='<audio enc="opus" rate="8000"/>'), 4)]
    clients = dict.fromkeys((CALLEE, 3, 4), CLIENTS[CALLEE])
    made = capture_records(material_of([Tape().sent(preaccept()), *other, *rate], clients))
    assert [(record.stanzas, record.calls) for record in made] == [(2, 2), (1, 1)]
    assert made[0].seen == "Seen 2 times in 2 calls. Client: WEB 2.3000.1015901307."


def test_ids_are_those_of_the_form() -> None:
    """More of the same does not change the name of a file, and it looks like no number."""
    one = records(good_call(Tape()))
    again = records([*good_call(Tape()), *good_call(Tape(8000.0, capture="later.flows"))])
    assert [record.id for record in one] == [record.id for record in again]
    assert len({record.id for record in one}) == 2
    assert not any(character.isdigit() for record in one for character in record.id)


def test_the_same_evidence_gives_the_same_bytes() -> None:
    """In whatever order it was collected."""
    sightings = [*good_call(Tape()), *wide_call(Tape(9000.0, capture="b.flows"))]
    forward, backward = material_of(sightings), material_of(sightings[::-1])
    assert capture_files(forward) == capture_files(backward)


def test_a_clean_stanza_is_probable() -> None:
    """One clean observation carries as far as probable; what breaks a required fact is speculative."""
    (clean,) = records([Tape().sent(preaccept())])
    (broken,) = records([Tape().sent(f'<call to="{CREATOR}" id="1"><preaccept call-id="C-1-C-1"/></call>')])
    (trailing,) = records([Tape().sent(preaccept(), trailing=3)])
    assert [each.confidence for each in (clean, broken, trailing)] == [
        "probable",
        "speculative",
        "speculative",
    ]


def test_contributor_and_day_stand_in_the_file() -> None:
    """The day is told, the moment is not; nobody is named unless asked for."""
    (text,) = capture_files(
        material_of([Tape(1_795_000_000.0).sent(preaccept())]), contributor="octocat"
    ).values()
    assert loaded(text)["source"]["contributor"] == "octocat"
    assert loaded(text)["source"]["captured_at"] == "2026-11-18"
    (anonymous,) = capture_files(material_of([Tape().sent(preaccept())])).values()
    assert "contributor" not in loaded(anonymous)["source"]


def test_a_clock_out_of_bounds_gives_no_day() -> None:
    """A capture may claim any time."""
    (record,) = records([Tape().sent(preaccept(), at=1e300)])
    assert record.day == ""


def test_what_the_gate_would_refuse_is_hidden_beforehand() -> None:
    """wacrg takes no digit run of seven, so a latency and a packed address become placeholders."""
    te = '<te latency="33554490">cb0071140d96</te>'
    (record,) = records([Tape().sent(preaccept(inside=f"<destination>{te}</destination>"))])
    assert 'latency="TEXT-PLACEHOLDER-8-CHARS"' in record.body
    assert "CIPHERTEXT-PLACEHOLDER-6-BYTES" in record.body
    assert capture_files(material_of([Tape().sent(preaccept(inside=te))]))


def test_raw_values_are_refused() -> None:
    """Whatever is published has placeholders."""
    with pytest.raises(ExportError, match="raw values are refused"):
        capture_records(good_material(), publisher=Publisher(Raw))


def test_a_leak_fails_the_export_with_the_place() -> None:
    """Whatever else is wrong, a number in a file stops it."""
    with pytest.raises(
        LeakError, match=r"call-preaccept-outgoing-\w+\.yaml was not written.*line 6, column 17"
    ):
        capture_files(material_of([Tape().sent(preaccept())]), contributor="15550001234")


def test_what_a_client_says_of_itself_is_washed() -> None:
    """A version that could be a number is not told."""
    clients = {CALLEE: ClientFacts("WEB", "15550001234", 17)}
    (record,) = capture_records(material_of([Tape().sent(preaccept(to_=DEVICE))], clients))
    assert record.client == "WEB TEXT-PLACEHOLDER-11-CHARS"
