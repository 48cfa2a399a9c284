"""Evidence with placeholders says the same as the evidence itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ringback.calls import Call
from ringback.errors import ExportError
from ringback.export.washing import Appraisal, washed
from ringback.questions.weighing import weigh
from ringback.sanitize import Placeholders, Raw
from ringback.spec.load import load_specification
from support.exporting import CLIENTS, from_captures, good_material, material_of
from support.sightings import CALL_ID, DEVICE, Tape, preaccept
from support.specfiles import write
from synthetic.manifest import SCENARIOS


def shape(call: Call) -> list[tuple[str, int, int]]:
    return [(each.action, len(each.sightings), len(each.acks)) for each in call.emissions]


@pytest.mark.parametrize("name", SCENARIOS)
def test_numbers_do_not_change(name: str) -> None:
    """Verdicts and tallies over placeholders are those over the real values."""
    material = from_captures(name)
    clean = Appraisal(material).weighing
    real = weigh(material.calls, material.clients, material.specification)
    assert [(one.answer, one.tally, one.counts) for one in clean.verdicts] == [
        (one.answer, one.tally, one.counts) for one in real.verdicts
    ]
    assert [fact.counts for fact in clean.facts] == [fact.counts for fact in real.facts]
    assert [(one.path, one.n, one.type_guess, one.shapes) for one in clean.undocumented] == [
        (one.path, one.n, one.type_guess, one.shapes) for one in real.undocumented
    ]


FORMS = """\
id: call-preaccept
tag: call
display_name: Call Pre-Accept
category: signaling
direction: [outgoing]
spec_version: "0.1.0"
status: draft
summary: Forms.
attributes:
  - {name: t, type: timestamp, required: false, confidence: speculative, description: When.}
children:
  - tag: preaccept
    occurrence: "1"
    confidence: speculative
    description: Ringing.
    attributes:
      - {name: token, type: hex, required: false, confidence: speculative, description: Some token.}
      - {name: amount, type: int, required: false, confidence: speculative, description: How many.}
      - {name: short, type: hex, required: false, confidence: speculative, description: Some mark.}
"""


def test_a_placeholder_contradicts_no_type(tmp_path: Path) -> None:
    """Times, numbers and hex are hidden and count as what they are."""
    specification = load_specification(write(tmp_path, "call-preaccept.yaml", FORMS))
    session = f'call-id="{CALL_ID}" token="c0ffee12ab34" amount="-12345678901" short="ab1"'
    shown = preaccept(session=session).replace("<call ", '<call t="1795000000" ')
    appraisal = Appraisal(material_of([Tape(1_795_000_000.0).sent(shown)], specification=specification))
    facts = {carry.fact.path: carry for carry in appraisal.facts.carries.values()}
    for path in ("call/@t", *(f"call/preaccept/@{name}" for name in ("token", "amount", "short"))):
        assert (len(facts[path].supporting), len(facts[path].contradicting)) == (1, 0), path
    assert not [fact for fact in appraisal.weighing.facts if fact.counts.violated]
    assert not {"1795000000", "c0ffee12ab34", "-12345678901", "ab1"} & set(texts(appraisal.clean.calls[0]))


@pytest.mark.parametrize("name", SCENARIOS)
def test_calls_keep_their_shape(name: str) -> None:
    """Every emission, sighting and ack stays, in its call, under a name of the series."""
    material = from_captures(name)
    clean = washed(material, Placeholders())
    assert list(map(shape, clean.calls)) == list(map(shape, material.calls))
    assert [call.call_id for call in clean.calls] == [
        f"CALLID-{number:04}" for number in range(1, len(material.calls) + 1)
    ]


def texts(call: Call) -> Iterator[str]:
    for sighting in call.sightings():
        for node in sighting.node.walk():
            yield from map(str, node.attrs.values())


def test_nobody_is_left() -> None:
    """Users and ids of the evidence stand in no value any more."""
    material = good_material()
    known = {each for each in material.identities if isinstance(each, str)}
    assert any(user in "".join(texts(call)) for call in material.calls for user in known)
    clean = washed(material, Placeholders())
    assert not any(user in text for call in clean.calls for text in texts(call) for user in known)


def test_a_client_that_calls_itself_something_odd_is_hidden() -> None:
    """Platform and version come from the wire too."""
    odd = {number: type(facts)("x@y, call me", facts.version, 1) for number, facts in CLIENTS.items()}
    clean = washed(material_of([Tape().sent(preaccept(to_=DEVICE))], odd), Placeholders())
    assert {facts.platform for facts in clean.clients.values()} == {"TEXT-PLACEHOLDER-12-CHARS"}


def test_bytes_keep_their_length() -> None:
    """A content that may not be shown stays bytes: text would be another form."""
    sighting = Tape().sent(preaccept(inside="<te>0102030405</te>"))
    clean = washed(material_of([sighting]), Placeholders())
    (te,) = (node for seen in clean.calls[0].sightings() for node in seen.node.walk() if node.tag == "te")
    assert te.content == bytes(5)


def test_placeholders_that_hide_nothing_are_refused() -> None:
    """What is washed is published."""
    with pytest.raises(ExportError, match="raw values are refused"):
        washed(good_material(), Raw())
