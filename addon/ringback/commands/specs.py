"""`ringback spec`: the specification as text, and as a RELAX NG schema."""

from __future__ import annotations

from pathlib import Path
from typing import TypedDict

from ringback.check.code import is_required
from ringback.commands.environment import Environment
from ringback.commands.usage import ArgumentError
from ringback.spec.load import load_specification
from ringback.spec.model import AttributeFact, ChildFact, Specification, StanzaSpec, Vantage
from ringback.spec.relaxng import render_relaxng
from ringback.spec.text import render_spec
from ringback.status import ExitCode

SCHEMA = "ringback-spec/1"


class ShownFact(TypedDict):
    """One fact as `ringback spec show --json` prints it."""

    path: str
    line: int
    kind: str
    says: str
    required: bool
    confidence: str
    techniques: list[str]
    description: str


class ShownSpec(TypedDict):
    """One stanza file."""

    id: str
    tag: str
    name: str
    file: str
    version: str
    status: str
    directions: list[str]
    facts: list[ShownFact]
    open_questions: list[str]


def show_spec(path: Path | None, stanza: str | None, environment: Environment, *, as_json: bool) -> ExitCode:
    """Print one stanza file, or every one that was loaded, as text or as one JSON object.

    Raises:
        SpecError: the specification cannot be used.
        ArgumentError: it has no such stanza.
    """
    specification = load_specification(path)
    stanzas = list(specification.stanzas.values()) if stanza is None else [_pick(specification, stanza, path)]
    if as_json:
        environment.write_json({"schema": SCHEMA, "stanzas": [_shown(spec) for spec in stanzas]})
        return ExitCode.OK
    pages = (render_spec(spec, specification.enums) for spec in stanzas)
    environment.write("\n".join(pages))
    return ExitCode.OK


def show_relaxng(
    path: Path | None, stanza: str | None, environment: Environment, *, vantage: Vantage, closed: bool
) -> ExitCode:
    """Print one stanza file as a RELAX NG schema.

    Raises:
        SpecError: the specification cannot be used.
        ArgumentError: it has no such stanza, or has several and none was named.
    """
    specification = load_specification(path)
    spec = _pick(specification, stanza, path)
    environment.write(render_relaxng(spec, enums=specification.enums, vantage=vantage, closed=closed))
    return ExitCode.OK


def _shown(spec: StanzaSpec) -> ShownSpec:
    return {
        "id": spec.id,
        "tag": spec.tag,
        "name": spec.display_name,
        "file": spec.file,
        "version": spec.spec_version,
        "status": spec.status,
        "directions": list(spec.directions),
        "facts": [_shown_fact(fact) for fact in spec.facts()],
        "open_questions": list(spec.open_questions),
    }


def _shown_fact(fact: AttributeFact | ChildFact) -> ShownFact:
    says = fact.type if isinstance(fact, AttributeFact) else fact.occurrence
    return {
        "path": fact.path,
        "line": fact.line,
        "kind": "attribute" if isinstance(fact, AttributeFact) else "child",
        "says": says,
        "required": is_required(fact),
        "confidence": fact.confidence,
        "techniques": list(fact.provenance.techniques),
        "description": fact.description,
    }


def _pick(specification: Specification, stanza: str | None, path: Path | None) -> StanzaSpec:
    """The stanza with that id; the only one where none is named."""
    known = specification.stanzas
    if stanza is None and len(known) == 1:
        stanza = next(iter(known))
    if stanza in known:
        return known[stanza]
    reason = "it holds several stanzas" if stanza is None else f"it holds no stanza {stanza!r}"
    source = "the shipped specification" if path is None else path
    raise ArgumentError(f"{source}: {reason}; name one of {', '.join(sorted(known))}")
