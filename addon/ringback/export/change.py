"""One change to a stanza file, with its reasons, for somebody to decide on."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, field

from ringback.export.document import StanzaDocument


class Kind(enum.Enum):
    """What a change does to the file."""

    EVIDENCE = "evidence added"
    WITHDRAWN = "evidence withdrawn"
    RAISED = "confidence raised"
    NEW_FACT = "fact added"
    ANNOTATED = "question annotated"
    STRUCK = "question struck"


@dataclass(frozen=True, slots=True)
class Change:
    """One change that somebody accepts or skips as a whole."""

    spec: str
    """Id of the file."""
    path: str
    """The fact; of a question its id."""
    kind: Kind
    summary: str
    """What it does, in a sentence."""
    evidence: tuple[str, ...]
    """Why, a line each."""
    apply: Callable[[StanzaDocument], None] = field(repr=False, compare=False)
