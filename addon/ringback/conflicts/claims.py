"""What two models of one stanza say of one thing, where they do not say the same.

Two models disagree where one permits a stanza that the other does not. For this a list is read as complete: a
model that lists children of an element, or attributes, and leaves one out, predicts stanzas without it. (The
checks of a single model read no list that way: there the unknown is news.) An element for which a model lists
nothing at all is one that it does not speak about.
"""

from __future__ import annotations

from dataclasses import dataclass

from ringback.findings import FactRef
from ringback.spec.model import OCCURRENCES


@dataclass(frozen=True, slots=True)
class Presence:
    """How often an attribute or child stands in its element."""

    least: int
    most: int | None
    """None is unbounded."""
    is_listed: bool
    """False where the model leaves it out."""

    def __str__(self) -> str:
        """As an occurrence, `0..1`; `left out` where it is."""
        named = {bounds: occurrence for occurrence, bounds in OCCURRENCES.items()}
        return named[(self.least, self.most)] if self.is_listed else "left out"


LEFT_OUT = Presence(0, 0, is_listed=False)


@dataclass(frozen=True, slots=True)
class Form:
    """What the value of an attribute is."""

    type: str
    """A type of the stanza model."""
    fixed: str | None = None
    """The one value there may be; None for every value of the type."""

    def __str__(self) -> str:
        """`any int`, or `always '2'`."""
        return f"any {self.type}" if self.fixed is None else f"always {self.fixed!r}"


@dataclass(frozen=True, slots=True)
class Claim:
    """One model's side."""

    fact: FactRef
    """The fact as findings name it; of a thing left out, the name it would have."""
    says: Presence | Form
    file: str
    """Name of the model's file without its folder."""
    line: int | None
    """Line of the fact, or of the element whose list leaves it out; None for the list of a stanza file's own
    root, which has no line."""

    @property
    def source(self) -> str:
        """Model and place, `SIG-04 call-preaccept.yaml:24`: two models may have files of one name."""
        return f"{self.fact.spec} {self.file}" + ("" if self.line is None else f":{self.line}")


@dataclass(frozen=True, slots=True)
class ModelConflict:
    """A fact on which two models disagree, both sides whole."""

    path: str
    """What it is about: `call/preaccept/audio`, `call/preaccept/te/@port`."""
    stanza: Claim
    """The stanza file's side."""
    part: Claim
    """The spec part's side."""

    @property
    def sides(self) -> tuple[Claim, Claim]:
        """Both, the stanza file's first."""
        return self.stanza, self.part


@dataclass(frozen=True, slots=True)
class Comparison:
    """A stanza file beside a wire format."""

    tag: str
    action: str
    """The stanzas that both are about: `<tag>` with that child."""
    part: str
    """Code of the part."""
    agreed: tuple[str, ...]
    """Paths of the attributes and children of which both say the same."""
    conflicts: tuple[ModelConflict, ...]
    """In the order of the stanza file, of each element what only the part lists last."""
