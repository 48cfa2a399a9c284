"""Issue bodies for wacrg's three forms."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from ringback.export.issues import Issue, issues
from ringback.export.material import Material
from ringback.export.washing import Appraisal
from ringback.questions.evidence import ClientFacts
from ringback.questions.verdict import Answer
from ringback.spec.load import load_parts
from ringback.spec.model import CONFIDENCES, TECHNIQUES
from ringback.spec.part import SpecPart
from ringback.stanza import from_text
from support.exporting import CLIENTS, from_captures, good_material, heard_in, material_of, wide_call
from support.issue_form import attributes_of, code_of, sections_of
from support.sightings import CALLEE, CALLER, DEVICE, Tape, good_call, offer_to

CAPTURE_HEADINGS = [
    "stanza tag",
    "direction",
    "client / platform",
    "capture technique",
    "tools used",
    "confidence",
    "raw stanza",
    "decoded structure",
    "observed attributes",
    "provenance",
    "notes / open questions",
]
"""Source: wacrg .github/ISSUE_TEMPLATE/stanza_capture.yml (3fc770f)."""
DISCREPANCY_HEADINGS = [
    "what conflicts",
    "source a (technique + evidence)",
    "source b (technique + evidence)",
    "proposed resolution",
]
"""Source: wacrg .github/ISSUE_TEMPLATE/discrepancy.yml (88505d0)."""
FINDING_HEADINGS = [
    "area",
    "summary",
    "evidence",
    "technique(s)",
    "confidence",
    "affects which stanzas/flows",
    "open questions",
]
"""Source: wacrg .github/ISSUE_TEMPLATE/protocol_finding.yml (46c1adb)."""


def of_kind(material: Material, kind: str) -> list[Issue]:
    return [issue for issue in issues(Appraisal(material)) if issue.name.startswith(kind)]


class TestCapture:
    def test_the_form_is_complete(self) -> None:
        """Every section in the template's order, and the exact words of its choices."""
        outgoing, incoming = of_kind(good_material(), "capture-")
        sections = sections_of(outgoing.body)
        assert list(sections) == CAPTURE_HEADINGS
        assert sections["direction"] == "outgoing"
        assert sections_of(incoming.body)["direction"] == "incoming"
        assert sections["stanza tag"] == "call"
        assert sections["capture technique"] in TECHNIQUES
        assert sections["confidence"] in CONFIDENCES
        assert sections["client / platform"] == "WEB 2.3000.1015901307"

    def test_the_stanza_comes_back(self) -> None:
        """The first code block is XML that reads as the stanza, the attributes are pairs."""
        _, incoming = of_kind(material_of(wide_call(Tape())), "capture-")
        sections = sections_of(incoming.body)
        language, xml = code_of(sections["raw stanza"])
        assert language == "xml"
        assert from_text(xml).child("preaccept")
        pairs = dict(attributes_of(sections["observed attributes"]))
        assert pairs["preaccept.call-creator"] == "A:1@lid"
        assert pairs["preaccept.audio[1].rate"] == "16000"


class TestDiscrepancy:
    def test_both_observations_stand_in_it(self) -> None:
        """Two clients of which one leaves a required attribute out: each side with its technique, its builds
        and a stanza."""
        short = '<call from="33333333333333:2@lid" id="P-9"><preaccept call-id="CALLID-0001"/></call>'
        sightings = [*good_call(Tape()), Tape(1100.0).delivered(short)]
        found = of_kind(material_of(sightings), "discrepancy-call-preaccept-call-preaccept-call-creator")
        (issue,) = found
        sections = sections_of(issue.body)
        assert list(sections) == DISCREPANCY_HEADINGS
        assert "`call/preaccept/@call-creator` in `call-preaccept` as probable" in sections["what conflicts"]
        for side in ("source a (technique + evidence)", "source b (technique + evidence)"):
            _, text = code_of(sections[side])
            assert text.startswith("Technique: websocket-capture\nObservations: ")
            assert "<preaccept " in text
        assert 'call-creator="A:1@lid"' in sections["source a (technique + evidence)"]
        assert "call-creator" not in code_of(sections["source b (technique + evidence)"])[1]

    def test_literal_addresses_are_resolved_by_nature(self) -> None:
        """That no copy has both addresses is no matter of builds."""
        (issue, *_) = of_kind(good_material(), "discrepancy-call-preaccept-call-from")
        assert "Require it of one copy only" in sections_of(issue.body)["proposed resolution"]


PART = """\
id: call-preaccept
code: WAV-04
category: signalling
title: Pre-accept once more
summary: Another model of the same stanza.
normative: |
  Wire format:

      <call to="<caller>" id="{id}">
        <preaccept call-id="{id}" call-creator="<caller>">
          <encopt keygen="2"/>
        </preaccept>
      </call>
"""


class TestConflict:
    @pytest.fixture
    def parts(self, tmp_path: Path) -> list[SpecPart]:
        """A second model, which requires a child that the shipped file does not know."""
        file = tmp_path / "signalling" / "call-preaccept.yaml"
        file.parent.mkdir()
        file.write_text(PART, "utf-8")
        return list(load_parts(file).values())

    def test_both_models_stand_in_it(self, parts: list[SpecPart]) -> None:
        """Each with what it says, its tally and a stanza; the one that nothing contradicts is named."""
        appraisal = Appraisal(material_of(wide_call(Tape())))
        found = {issue.name: issue for issue in issues(appraisal, parts=parts)}
        issue = found["conflict-call-preaccept-wav-04-call-preaccept-encopt-presence"]
        sections = sections_of(issue.body)
        assert list(sections) == DISCREPANCY_HEADINGS
        assert issue.title == "[discrepancy]: call-preaccept and WAV-04, presence of call/preaccept/encopt"
        _, first = code_of(sections["source a (technique + evidence)"])
        _, second = code_of(sections["source b (technique + evidence)"])
        assert "left out (0 observations as it says, 2 against, 0 silent)" in first
        assert first.endswith("No observation is as it says.")
        assert "(2 observations as it says, 0 against, 0 silent)" in second
        assert "  WEB 2.3000.1015901307, sent copy: 1\n" in second
        assert '<encopt keygen="2"/>' in second
        assert sections["proposed resolution"].startswith("Nothing observed contradicts WAV-04 ")

    def test_no_evidence_no_issue(self, parts: list[SpecPart]) -> None:
        """A disagreement that no stanza bears on is for the specification's authors alone."""
        offers = material_of([Tape().sent(offer_to(DEVICE), CALLER)])
        assert not [each for each in issues(Appraisal(offers), parts=parts) if "conflict-" in each.name]


class TestFinding:
    def test_an_answered_question_is_a_finding(self) -> None:
        """The summary has the answer with its numbers, the evidence all tables."""
        (issue,) = of_kind(material_of(heard_in(40)), "finding-call-preaccept-2")
        sections = sections_of(issue.body)
        assert list(sections) == FINDING_HEADINGS
        assert sections["area"] == "signaling"
        assert sections["confidence"] == "probable"
        assert sections["technique(s)"] == "websocket-capture"
        assert "Answered no: 0 of 40 (0.00 to 0.09)." in sections["summary"]
        assert "0 of 40; Wilson interval at 95 %: 0.00 to 0.09" in code_of(sections["evidence"])[1]
        assert issue.title == "[finding]: call-preaccept, open question 2: answered no"

    def test_what_points_nowhere_is_none(self) -> None:
        """Open and unexercised questions stay questions."""
        assert {verdict.answer for verdict in Appraisal(good_material()).weighing.verdicts} <= {
            Answer.OPEN,
            Answer.NOT_EXERCISED,
        }
        assert of_kind(good_material(), "finding-") == []


def test_the_command_files_the_issue() -> None:
    """It is one shell command with title, labels and file."""
    issue = issues(Appraisal(good_material()))[0]
    words = shlex.split(issue.command)
    assert words[:3] == ["gh", "issue", "create"]
    assert words[words.index("--title") + 1] == issue.title == "[capture]: call outgoing (preaccept)"
    assert words[words.index("--body-file") + 1] == f"{issue.name}.md" == issue.file_name
    assert [words[at + 1] for at, word in enumerate(words) if word == "--label"] == list(issue.labels)


@pytest.mark.parametrize("name", ["multi-device", "early-candidates", "violations"])
def test_shipped_captures_make_issues_that_pass_the_gate(name: str) -> None:
    """With distinct names and titles, the same each time."""
    first, second = issues(Appraisal(from_captures(name))), issues(Appraisal(from_captures(name)))
    assert first == second
    assert len({issue.file_name for issue in first}) == len(first) > 0
    assert len({issue.title for issue in first}) == len(first)


def test_what_a_client_says_of_itself_is_washed() -> None:
    """A client's version that could be a number is not published, in no form."""
    clients = {CALLER: CLIENTS[CALLER], CALLEE: ClientFacts("WEB", "15550001234", 17)}
    bodies = [issue.body for issue in issues(Appraisal(material_of(good_call(Tape()), clients)))]
    assert any("WEB TEXT-PLACEHOLDER-11-CHARS" in body for body in bodies)
    assert not any("15550001234" in body for body in bodies)
