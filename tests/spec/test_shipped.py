"""The shipped file says what the specification page says: no fact more, none less, none stronger."""

from __future__ import annotations

import pytest

from ringback.spec.load import load_specification
from ringback.spec.model import AttributeFact, ChildFact, Provenance, StanzaSpec, Vantage
from ringback.spec.relaxng import schema
from ringback.stanza import from_text, to_element

CAPTURE = ("websocket-capture",)

ATTRIBUTES = {
    "call/@from": ("jid", True, "probable", ("B.0:7@s.whatsapp.net",), CAPTURE),
    "call/@to": ("jid", True, "probable", ("A@s.whatsapp.net",), CAPTURE),
    "call/@id": ("string", True, "probable", ("3C4D5E6F70",), CAPTURE),
    "call/preaccept/@call-id": (
        "string",
        True,
        "probable",
        ("CALLID-0001-synthetic",),
        ("websocket-capture", "baileys-instrumentation"),
    ),
    "call/preaccept/@call-creator": ("jid", True, "probable", ("A@s.whatsapp.net",), CAPTURE),
    "call/preaccept/destination/te/@ip": ("string", False, "speculative", ("203.0.113.20",), CAPTURE),
    "call/preaccept/destination/te/@port": ("int", False, "speculative", (3478,), CAPTURE),
}
"""Path to type, required, confidence, observed values, techniques."""

CHILDREN = {
    "call/preaccept": ("1", "probable"),
    "call/preaccept/destination": ("0..1", "speculative"),
    "call/preaccept/destination/te": ("0..n", "speculative"),
}
"""Path to occurrence and confidence."""

ORDER = [
    "call/@from",
    "call/@to",
    "call/@id",
    "call/preaccept",
    "call/preaccept/@call-id",
    "call/preaccept/@call-creator",
    "call/preaccept/destination",
    "call/preaccept/destination/te",
    "call/preaccept/destination/te/@ip",
    "call/preaccept/destination/te/@port",
]

EXAMPLE = """\
<call from="B.0:7@s.whatsapp.net" to="A@s.whatsapp.net" id="3C4D5E6F70">
  <preaccept call-id="CALLID-0001-synthetic" call-creator="A@s.whatsapp.net"/>
</call>"""

QUESTIONS = (
    "Is <preaccept> always emitted, or only under certain client versions / network conditions?",
    "Does pre-accept carry early transport candidates, or is transport deferred to <accept>?",
    "In multi-device, do all ringing devices send pre-accept, and how does the caller aggregate them?",
)


@pytest.fixture(scope="module")
def spec() -> StanzaSpec:
    return load_specification(None).stanzas["call-preaccept"]


def test_without_a_path_only_the_shipped_file_is_loaded() -> None:
    """No option set means the call pre-accept, and no enums."""
    loaded = load_specification(None)
    assert list(loaded.stanzas) == ["call-preaccept"]
    assert loaded.enums == {}
    assert loaded.for_action("call", "preaccept") is loaded.stanzas["call-preaccept"]


def test_the_head_is_that_of_the_page(spec: StanzaSpec) -> None:
    """Title, tag, category, status, directions and version."""
    assert (spec.id, spec.tag, spec.display_name) == ("call-preaccept", "call", "Call Pre-Accept")
    assert (spec.category, spec.status, spec.spec_version) == ("signaling", "draft", "0.1.0")
    assert spec.directions == ("outgoing", "incoming")
    assert spec.action == "preaccept"


def test_every_attribute_is_stated_as_on_the_page(spec: StanzaSpec) -> None:
    """Type, required, confidence, observed values and techniques, attribute by attribute."""
    stated = {
        fact.path: (fact.type, fact.required, fact.confidence, fact.observed, fact.provenance.techniques)
        for fact in spec.facts()
        if isinstance(fact, AttributeFact)
    }
    assert stated == ATTRIBUTES


def test_every_child_is_stated_as_on_the_page(spec: StanzaSpec) -> None:
    """Occurrence and confidence, child by child."""
    stated = {
        fact.path: (fact.occurrence, fact.confidence) for fact in spec.facts() if isinstance(fact, ChildFact)
    }
    assert stated == CHILDREN


def test_facts_come_in_document_order(spec: StanzaSpec) -> None:
    """A tag's attributes, then each child followed by its own facts."""
    assert [fact.path for fact in spec.facts()] == ORDER


def test_no_fact_has_a_source_yet(spec: StanzaSpec) -> None:
    """The page names techniques only; whoever adds a source changes this test with it."""
    for fact in spec.facts():
        assert fact.provenance == Provenance(techniques=fact.provenance.techniques)
        assert fact.description


def test_the_example_and_the_questions_are_those_of_the_page(spec: StanzaSpec) -> None:
    """One example and three open questions, word for word."""
    assert [(example.format, example.body) for example in spec.examples] == [("xml", EXAMPLE)]
    assert spec.open_questions == QUESTIONS
    assert spec.summary
    assert spec.notes


@pytest.mark.parametrize("vantage", list(Vantage))
def test_the_example_is_valid_as_a_copy_that_both_ends_could_read(spec: StanzaSpec, vantage: Vantage) -> None:
    """It has both addresses, so it holds even by the literal reading, and it has nothing undocumented."""
    element = to_element(from_text(spec.examples[0].body))
    closed = schema(spec, vantage=vantage, closed=True)
    assert closed.validate(element), closed.error_log
