"""`ringback spec`: the specification as text, and as a RELAX NG schema."""

from __future__ import annotations

from pathlib import Path

from ringback.commands.environment import Environment
from ringback.commands.usage import ArgumentError
from ringback.spec.load import load_specification
from ringback.spec.model import Specification, StanzaSpec, Vantage
from ringback.spec.relaxng import render_relaxng
from ringback.spec.text import render_spec
from ringback.status import ExitCode


def show_spec(path: Path | None, stanza: str | None, environment: Environment) -> ExitCode:
    """Print one stanza file, or every one that was loaded, as text.

    Raises:
        SpecError: the specification cannot be used.
        ArgumentError: it has no such stanza.
    """
    specification = load_specification(path)
    stanzas = list(specification.stanzas.values()) if stanza is None else [_pick(specification, stanza, path)]
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
