"""Findings: what was noticed about a stanza, towards which fact, and where the evidence lies."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass, field

from ringback.stanza import Value
from ringback.wire.events import FramePlace


class Severity(enum.Enum):
    """How much a finding matters, least first."""

    OK = "ok"
    """A fact observed as stated, or not exercised."""
    NOTE = "note"
    """Something the specification does not know."""
    WARNING = "warning"
    """Odd against a fact, or against the rest of the call."""
    ERROR = "error"
    """Breaks a fact stated as required, or cannot be decoded."""

    @property
    def rank(self) -> int:
        """0 for ok up to 3 for error."""
        return list(Severity).index(self)


class Stance(enum.Enum):
    """What a finding says about its fact."""

    SUPPORTS = "supports"
    CONTRADICTS = "contradicts"
    EXTENDS = "extends"
    SILENT = "silent"
    """Not exercised: neither for nor against."""


@dataclass(frozen=True, slots=True)
class FactRef:
    """A fact of the specification, as a finding names it."""

    spec: str
    """Id of the stanza file, such as `call-preaccept`."""
    path: str
    """The fact within it: `call/@from`, `call/preaccept`, `call/preaccept/destination/te/@port`."""
    confidence: str
    """`confirmed`, `probable`, `speculative` or `unknown`."""
    techniques: tuple[str, ...]
    """Technique ids of the fact's provenance."""

    def __str__(self) -> str:
        """`spec#path`, unique over all files."""
        return f"{self.spec}#{self.path}"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where to look: the frame that shows it."""

    capture: str
    """Name of the capture file without its folder, or `live`."""
    connection: int
    """Number of the connection in its capture, from 1, in order of appearance."""
    flow: str
    """The flow's id in mitmproxy."""
    place: FramePlace


@dataclass(frozen=True, slots=True)
class Finding:
    """One annotated observation. Values are raw: outlets put placeholders in (`ringback.sanitize`)."""

    code: str
    """Stable code out of `ringback.check.codes.CODES`."""
    severity: Severity
    stance: Stance
    path: tuple[str, ...]
    """Place in the stanza, a segment each, indexed where a tag repeats among siblings:
    `("call", "preaccept", "destination", "te[2]", "@port")`."""
    message: str
    """One sentence that holds no value from the wire: those stand in `expected` and `got`."""
    fact: FactRef | None
    """The fact it speaks to; None where no fact of the model is concerned."""
    questions: tuple[str, ...]
    """Open questions it bears on: `call-preaccept/1` is the first of that file."""
    call_id: str | None
    """The call; None where the stanza names none."""
    evidence: tuple[Evidence, ...]
    """One entry for each sighting that shows it, earliest first; never empty."""
    expected: Value | bytes | None = None
    """What the fact or the rest of the call would have; None where that is no single value."""
    got: Value | bytes | None = None
    """What stood there; None where nothing did."""
    about: tuple[Evidence, ...] = field(default=(), compare=False, repr=False)
    """Of a finding about a call: the copies of the pre-accepts that it is about. Where two findings have one
    in common they are about the same; which further copies show a finding may grow."""

    @property
    def place(self) -> str:
        """The path as one string: `/call/preaccept/destination/te[2]/@port`."""
        return "/" + "/".join(self.path)


def worst_of(findings: Iterable[Finding]) -> Severity:
    """The worst severity among them; ok where there is none."""
    return max((each.severity for each in findings), key=lambda severity: severity.rank, default=Severity.OK)
