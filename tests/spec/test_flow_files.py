"""Flow files from disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from ringback.errors import SpecError
from ringback.spec.load import load_specification
from support.flowfiles import FLOW, checkout
from support.specfiles import edited, line_of


def test_flow_keeps_what_it_says(tmp_path: Path) -> None:
    """Title, participants, steps and questions are those of the file, with the lines of the steps."""
    (flow,) = load_specification(checkout(tmp_path)).flows
    assert (flow.id, flow.title, flow.status) == ("wave-and-answer", "A wave that is answered", "draft")
    assert flow.summary == "One waves, the other waves back."
    assert [each.id for each in flow.participants] == ["caller", "server", "callee"]
    assert [(each.number, each.sender, each.receiver, each.stanza) for each in flow.steps[:2]] == [
        (1, "caller", "server", "call-offer"),
        (2, "server", "caller", "call-ack"),
    ]
    assert (flow.steps[0].note, flow.steps[0].confidence) == ("Begins it.", "confirmed")
    assert flow.steps[0].line == line_of("- from: caller", FLOW)
    assert flow.steps[5].stanza is None
    assert flow.open_questions == ("Who ends it?",)


def test_a_folder_without_flows_has_none(tmp_path: Path) -> None:
    """A single stanza file, and stanzas in a folder of another name, have no flows."""
    root = checkout(tmp_path)
    assert load_specification(root / "spec" / "stanzas").flows
    assert load_specification(root / "spec" / "stanzas" / "call-offer.yaml").flows == ()
    moved = (root / "spec" / "stanzas").rename(root / "spec" / "drafts")
    assert load_specification(moved).flows == ()


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (
            "from: callee\n    to: caller\n    stanza: call-preaccept",
            "from: callees\n    to: caller",
            "'callee'",
        ),
        (
            "stanza: call-accept",
            "stanza: call-accepted",
            "no stanza file 'call-accepted'; did you mean 'call-",
        ),
        ("  - id: server\n", "  - id: caller\n", "participant 'caller' is there already"),
        ("    label: it rings\n", "", "a step has no 'label'"),
        ("confidence: unknown", "confidence: certain", "unknown confidence 'certain'"),
        ("note: Begins it.", "notes: Begins it.", "unknown key 'notes' in a step; did you mean 'note'"),
        ("id: wave-and-answer", "id: wave", "is not the file's name"),
        (FLOW[FLOW.index("steps:") : FLOW.index("open_q")], "steps: []\n", "steps is empty"),
        (
            FLOW[FLOW.index("participants:") : FLOW.index("steps:")],
            "participants: []\n",
            "participants is empty",
        ),
    ],
)
def test_faulty_flow_is_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    """A file that is no flow is refused with its line and the reason, as a stanza file is."""
    with pytest.raises(SpecError, match=reason) as refusal:
        load_specification(checkout(tmp_path, edited(old, new, FLOW)))
    assert refusal.value.file.name == "wave-and-answer.yaml"
    assert refusal.value.line is not None
