"""The wacrg flow format: which keys and words its files have, and how they become `FlowSpec`.

Source: wacrg spec/schema/flow.schema.json (commit 0114515). Stricter than that where a step could not be
placed: a participant that is not listed, or is listed twice.
"""

from __future__ import annotations

from collections.abc import Collection

from ringback.spec.entry import Entry, Shape, quoted, suggest
from ringback.spec.flow import FlowSpec, FlowStep, Participant
from ringback.spec.model import CONFIDENCES
from ringback.spec.wacrg import SLUG, STATUSES, VERSION

FLOW = Shape(
    "a flow",
    required=("id", "title", "status", "spec_version", "summary", "participants", "steps"),
    optional=("open_questions",),
)
PARTICIPANT = Shape("a participant", required=("id", "label"))
STEP = Shape("a step", required=("from", "to", "label", "confidence"), optional=("stanza", "note"))

_SLUG_LIKE = "lower-case letters, digits and dashes"


def read_flow(entry: Entry, stanzas: Collection[str]) -> FlowSpec:
    """The flow that an entry of shape `FLOW` holds; `stanzas` are the ids of the stanza files beside it.

    Raises:
        SpecError: a value is not what the format has in its place, or names what is not there.
    """
    participants = _participants(entry)
    steps = tuple(
        _step(step, number, [each.id for each in participants], sorted(stanzas))
        for number, step in enumerate(entry.entries("steps", STEP), start=1)
    )
    if not steps:
        raise entry.refusal("steps", "steps is empty: expected at least one")
    return FlowSpec(
        id=entry.text("id"),
        title=entry.sentence("title"),
        status=entry.word("status", STATUSES),
        spec_version=entry.matching("spec_version", VERSION, "three numbers, such as 0.1.0"),
        summary=entry.sentence("summary"),
        participants=participants,
        steps=steps,
        open_questions=entry.texts("open_questions"),
        file=entry.file.name,
    )


def _participants(flow: Entry) -> tuple[Participant, ...]:
    found: dict[str, Participant] = {}
    for entry in flow.entries("participants", PARTICIPANT):
        name = entry.matching("id", SLUG, _SLUG_LIKE)
        if name in found:
            raise entry.refusal("id", f"participant {quoted(name)} is there already")
        found[name] = Participant(name, entry.sentence("label"))
    if not found:
        raise flow.refusal("participants", "participants is empty: expected at least one")
    return tuple(found.values())


def _step(entry: Entry, number: int, participants: list[str], stanzas: list[str]) -> FlowStep:
    return FlowStep(
        number=number,
        sender=entry.word("from", participants),
        receiver=entry.word("to", participants),
        stanza=_stanza(entry, stanzas),
        label=entry.sentence("label"),
        confidence=entry.word("confidence", CONFIDENCES),
        note=entry.text("note"),
        line=entry.line("from"),
    )


def _stanza(entry: Entry, stanzas: list[str]) -> str | None:
    if "stanza" not in entry.fields.values:
        return None
    stanza = entry.matching("stanza", SLUG, _SLUG_LIKE)
    if stanza not in stanzas:
        raise entry.refusal("stanza", f"no stanza file {quoted(stanza)}; {suggest(stanza, stanzas)}")
    return stanza
