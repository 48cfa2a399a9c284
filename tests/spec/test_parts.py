"""Spec parts from disk."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from ringback.errors import SpecError
from ringback.spec.load import load_parts
from ringback.spec.part import SpecPart, action_of
from support.partfiles import PART, PREACCEPT, parts
from support.specfiles import corpus, edited, line_of, write


@pytest.fixture
def wave(tmp_path: Path) -> SpecPart:
    return load_parts(parts(tmp_path, call_wave=PART))["WAV-01"]


def test_part_keeps_what_it_says(wave: SpecPart) -> None:
    """Names, status, flavors, requirements and questions are those of the file."""
    assert (wave.id, wave.code, wave.category, wave.status) == ("call-wave", "WAV-01", "signalling", "review")
    assert (wave.title, wave.summary) == ("A wave of the hand", "A hand that waves, on two lines.")
    assert (wave.flavors, wave.requires) == (("one", "two"), ("call-offer",))
    assert (wave.open_questions, wave.file) == (("Is it ever answered?",), "call-wave.yaml")


def test_lines_are_those_of_the_file(wave: SpecPart) -> None:
    """Elements, sentences and refusals point into the file, not into the text."""
    call, ack = wave.templates
    assert [(one.path, one.line) for one in call.elements()] == [
        ("call", line_of("<call", PART)),
        ("call/wave", line_of("<wave", PART)),
        ("call/wave/finger", line_of("<finger", PART)),
        ("call/wave/ring", line_of("[<ring", PART)),
        ("call/wave/palm", line_of("<palm", PART)),
    ]
    assert (ack.tag, ack.line) == ("ack", line_of("<ack", PART))
    assert [(one.keywords, one.line) for one in wave.prose] == [
        (("MAY",), line_of("MAY wave", PART)),
        (("MUST NOT", "SHOULD"), line_of("It MUST NOT", PART)),
        (("MUST",), line_of("- The server", PART)),
    ]
    assert [one.line for one in wave.refused] == [line_of("finger →", PART)]


def test_template_is_found_by_its_action(wave: SpecPart) -> None:
    """A template of a stanza is told by the one child of its root."""
    found = wave.template_for("call", "wave")
    assert found is wave.templates[0]
    assert found.has("call/wave/palm")
    assert not found.has("call/wave/thumb")
    assert wave.template_for("call", "palm") is None
    assert wave.template_for("ack", "wave") is None
    assert action_of(wave.templates[1]) is None


def test_part_without_normative_text_has_no_facts(tmp_path: Path) -> None:
    """Only five keys are required."""
    text = PREACCEPT[: PREACCEPT.index("normative")]
    part = load_parts(write(tmp_path, "call-preaccept.yaml", text))["SIG-04"]
    assert (part.templates, part.prose, part.refused, part.status) == ((), (), (), "")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("code: WAV-01\n", "", "has no 'code', which is required"),
        ("code: WAV-01", "code: wave", "code 'wave': expected three capitals"),
        ("code: WAV-01", "codes: WAV-01", "unknown key 'codes' in a spec part; did you mean 'code'"),
        ("category: signalling", "category: signaling", "did you mean 'signalling'"),
        ("status: review", "status: reviewed", "unknown status 'reviewed'"),
        ("id: call-wave", "id: call-waves", "is not the file's name: expected 'call-wave'"),
        ("normative: |", "normative: >", "expected a literal block"),
        ("flavor: two, ", "", "an implementation has no 'flavor'"),
    ],
)
def test_faulty_part_is_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    """A file that is no spec part is refused with line and reason, as a stanza file is."""
    file = write(tmp_path, "call-wave.yaml", edited(old, new, PART))
    with pytest.raises(SpecError, match=reason) as refusal:
        load_parts(file)
    assert refusal.value.file == file
    assert refusal.value.line is not None


def test_parts_are_found_from_every_place_of_a_checkout(tmp_path: Path) -> None:
    """The checkout, its spec folder, either folder in it, a stanza file and a part itself all lead there."""
    root = corpus(parts(tmp_path, call_wave=PART, call_preaccept=PREACCEPT))
    stanza = write(root / "spec" / "stanzas", "any.yaml", "")
    for place in (root, root / "spec", root / "spec" / "signalling", stanza.parent, stanza):
        assert sorted(load_parts(place)) == ["SIG-04", "WAV-01"]
    assert list(load_parts(root / "spec" / "signalling" / "call-wave.yaml")) == ["WAV-01"]


def test_stanzas_without_parts_beside_them(tmp_path: Path) -> None:
    """Where a checkout has no parts there is no second model, and no fault."""
    stanza = write(tmp_path / "stanzas", "any.yaml", "")
    assert load_parts(stanza) == load_parts(stanza.parent) == {}


def test_stanza_files_that_lie_by_themselves(tmp_path: Path) -> None:
    """A stanza file is none of the parts wherever it lies, alone or in a folder of any name."""
    shipped = Path(str(files("ringback.spec") / "data" / "call-preaccept.yaml"))
    alone = write(tmp_path / "mine", shipped.name, shipped.read_text(encoding="utf-8"))
    assert load_parts(shipped) == load_parts(alone) == load_parts(alone.parent) == {}


def test_place_that_is_not_there(tmp_path: Path) -> None:
    """A path that names nothing is refused."""
    with pytest.raises(SpecError, match="no such file or folder"):
        load_parts(tmp_path / "nowhere")


def test_two_parts_of_one_code_are_refused(tmp_path: Path) -> None:
    """A code names one part."""
    again = PREACCEPT.replace("id: call-preaccept", "id: call-other")
    with pytest.raises(SpecError, match=r"code SIG-04 is that of call-other\.yaml already"):
        load_parts(parts(tmp_path, call_preaccept=PREACCEPT, call_other=again))
