"""The page that `ringback spec show` prints."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given

from ringback.spec.load import load_specification
from ringback.spec.model import StanzaSpec
from ringback.spec.text import fact_rows, render_spec
from support.specfiles import STANZA, corpus
from support.specs import ENUMS, specs

FIXTURES = Path(__file__).parent.parent / "fixtures" / "spec"

WAVE = """\
Call Wave (call-wave)
signaling; outgoing, incoming; draft; wacrg 0.1.0

A hand that waves, on two lines.

<call>        element     1
  @to         jid         required  probable     websocket-capture, frida-hooking
      Who is waved at.
      observed: A@lid
      tools: warden
      flavors: one, two
      contributors: someone
      sources: #12, #12
  @t          timestamp   optional  unknown      -
      When.
  <wave>      element     1         confirmed    memory-dump
      The wave.
    @hand     enum:hands  optional  speculative  -
        With which hand.
        value: one of left, 2
        observed: left, 2, 0.5, true, 7E10
    <finger>  element     0..n      speculative  -
        One finger.

Example: A wave
  Made up.
    <call to="A@lid">
      <wave hand="left"/>
    </call>

Notes: Waves are rare.

Open questions
  call-wave/1  Is <wave> ever seen?
  call-wave/2  Resolved: with which hand?

Reference: Of hands <https://example.org/hands>

Reference: Of waves
"""


def test_the_shipped_page_is_printed_as_it_was_before() -> None:
    """Letter by letter; `ringback spec show` prints it anew."""
    spec = load_specification(None).stanzas["call-preaccept"]
    assert render_spec(spec) == (FIXTURES / "call-preaccept.txt").read_text(encoding="utf-8")


def test_every_key_of_the_format_is_on_the_page(tmp_path: Path) -> None:
    """Nothing that the file says is left out."""
    loaded = load_specification(corpus(tmp_path, call_wave=STANZA))
    assert render_spec(loaded.stanzas["call-wave"], loaded.enums) == WAVE


def test_an_enum_that_is_not_loaded_is_said_to_be(tmp_path: Path) -> None:
    """Otherwise any value would look like a listed one."""
    loaded = load_specification(corpus(tmp_path, call_wave=STANZA))
    assert "value: any text, for the enum hands is not loaded" in render_spec(loaded.stanzas["call-wave"])


@given(specs())
def test_every_fact_has_its_row(spec: StanzaSpec) -> None:
    """One row each below the stanza's own, in the order of the file, indented by its depth."""
    rows = fact_rows(spec, ENUMS)
    facts = list(spec.facts())
    assert [row.confidence for row in rows[1:]] == [fact.confidence for fact in facts]
    assert [row.depth for row in rows] == [0, *(fact.path.count("/") for fact in facts)]
    assert all(row.cells[0].startswith("  " * row.depth) for row in rows)


@pytest.mark.parametrize("width", [40, 60, 100])
def test_running_text_keeps_to_the_width(width: int) -> None:
    """Only the rows of the table and the example are as wide as they are."""
    spec = load_specification(None).stanzas["call-preaccept"]
    long = [line.strip() for line in render_spec(spec, width=width).splitlines() if len(line) > width]
    assert all(line.startswith(("@", "<")) for line in long)


def test_a_page_of_any_width_says_the_same() -> None:
    """Wrapping moves words to other lines and loses none."""
    spec = load_specification(None).stanzas["call-preaccept"]
    assert render_spec(spec, width=40).split() == render_spec(spec, width=500).split()
