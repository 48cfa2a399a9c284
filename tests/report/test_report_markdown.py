"""The report as Markdown."""

from __future__ import annotations

from ringback.report.markdown import render_markdown
from support.casing import HOSTILE
from support.reporting import hostile_call, report_of, shipped_rendering


def test_the_verdict_stands_first() -> None:
    """Then what makes it weak, the questions, the specification, the calls."""
    page = shipped_rendering("mid-connection", "markdown")
    lines = page.splitlines()
    assert lines[0] == "# ringback report: 2 calls, 2 pre-accepts"
    assert lines[2].startswith("**10 facts: 1 contradicted (only by the literal reading")
    assert lines[8].startswith("- 1 of 19 frames were not opened")
    heads = [line for line in lines if line.startswith("## ")]
    assert heads == [
        "## Open questions",
        "## Call Pre-Accept (call-preaccept.yaml, draft 0.1.0)",
        "## Undocumented",
        "## Calls",
        "## Provenance",
    ]


def test_a_stanza_has_its_verdicts_beside_its_lines() -> None:
    """As on the terminal, with the line of the specification in the table above it."""
    page = shipped_rendering("single-callee", "markdown")
    assert '      call-id="CALLID-0001"                      ✓ probable, required\n' in page
    assert "| call-preaccept.yaml:14 |" in page


def test_nothing_off_the_wire_is_markdown() -> None:
    """No fence ends early, no cell, no heading and no link is made by a stanza."""
    page = render_markdown(report_of(hostile_call()).report)
    assert page.count("```") % 2 == 0
    assert not any(text in page for text in HOSTILE if "<" in text)
    outside = "".join(page.split("```")[::2])
    assert "<script" not in outside
    assert {line.split(" ")[0] for line in outside.splitlines() if line.startswith("#")} == {"#", "##", "###"}
