"""The report as values: the document itself. `tree` spells them as XML and JSON, `schema` as schemas.

All texts hold placeholders and are visible (`ringback.view.visible`): no control character is left in them.
What is called `ref` is the `id` of another part: `call1`, `call1.s2` its second stanza, `call1.f3` its third
finding, `outside.s1` the same of no call, `fact-call-preaccept-4`, `question-call-preaccept-1`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, NamedTuple, TypeAlias

FORMAT = 1
"""Version of the document; grows when a part changes its meaning or goes."""

SeverityWord: TypeAlias = Literal["ok", "note", "warning", "error"]
StanceWord: TypeAlias = Literal["supports", "contradicts", "extends", "silent"]
AnswerWord: TypeAlias = Literal[
    "answered yes", "answered no", "depends on", "leaning yes", "leaning no", "open", "not exercised"
]
StandingWord: TypeAlias = Literal["contradicted", "as stated", "extended", "not exercised"]
"""What became of a fact: the gravest that was seen of it, in this order."""
Level: TypeAlias = Literal["confirmed", "probable", "speculative", "unknown"]


Prose: TypeAlias = Annotated[str, "prose"]
"""A text that is an element of its own in XML, not an attribute."""
Refs: TypeAlias = Annotated[tuple[str, ...], "ref"]
"""Ids of other parts, each an element `ref` in XML."""
Reasons: TypeAlias = Annotated[tuple[str, ...], "reason"]
"""Texts, each an element of that name in XML; so are frames, captures and gaps below."""


@dataclass(frozen=True, slots=True)
class Weakness:
    """One thing that speaks against leaning on the numbers."""

    text: Prose
    questions: Refs
    """Questions that it weakens; empty where it weakens all."""


@dataclass(frozen=True, slots=True)
class Summary:
    """The verdict in a few numbers."""

    calls: int
    preaccepts: int
    """Emitted, those outside of calls included: a sender's copy and its delivered copies are one."""
    errors: int
    """Findings of that severity, those outside of calls included."""
    warnings: int
    notes: int
    facts: int
    """Of all stanza files; the four that follow add up to it, as in the terminal's summary."""
    contradicted: int
    """Whatever else was seen of them."""
    as_stated: int
    """Seen so, and never otherwise."""
    extended: int
    """Seen only with something that the file does not know."""
    not_exercised: int
    to_the_letter: int
    """Of the contradicted: only by the literal reading, that every copy has both addresses."""
    score_before: str
    score_after: str
    headline: Prose
    weaknesses: tuple[Weakness, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Findings of one code, stance and severity, where they are."""

    code: str
    severity: SeverityWord
    stance: StanceWord
    refs: Refs
    """Findings, or stanzas whose annotated lines say it."""


@dataclass(frozen=True, slots=True)
class Share:
    """Successes among units, for one value of a dimension; with Wilson's interval at 95 %."""

    value: str
    n: int
    k: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Split:
    """The tally for each value of one dimension."""

    dimension: str
    note: str
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """How often something was seen."""

    what: str
    n: int


@dataclass(frozen=True, slots=True)
class Table:
    """How often each of several things was seen."""

    title: str
    unit: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Spread:
    """How a duration is spread, in milliseconds."""

    title: str
    n: int
    least: int
    median: int
    greatest: int


@dataclass(frozen=True, slots=True)
class Untold:
    """Calls that belong to a list and are not told in full: no part of the document is one of them."""

    n: int
    names: Annotated[tuple[str, ...], "name"]
    """The first of them: `ringback export questions` has all."""


@dataclass(frozen=True, slots=True)
class Question:
    """An open question and what the evidence answers."""

    id: str
    name: str
    """`call-preaccept/1`."""
    answer: AnswerWord
    n: int
    k: int
    low: float
    high: float
    asked: Prose
    sentence: Prose
    """The answer with its numbers."""
    unit: Prose
    success: Prose
    next_capture: Prose
    weakened_by: Reasons
    calls: Refs
    exceptions: Refs
    """Calls with a unit that is no success."""
    calls_untold: Untold
    exceptions_untold: Untold
    splits: tuple[Split, ...]
    tables: tuple[Table, ...]
    spreads: tuple[Spread, ...]
    findings: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Unruled:
    """An open question that no rule weighs."""

    id: str
    name: str
    asked: Prose
    findings: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """What a fact says that can hold or fail by itself, counted over stanzas, each direction apart.

    A child has two: that it may stand there, and how often (its occurrence).
    """

    kind: Literal["attribute", "child", "occurrence"]
    says: str
    """Type of an attribute, occurrence of a child."""
    valid: int
    violated: int
    not_exercised: int
    violated_in: Refs
    """Calls."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of the specification, how far it is covered and what is known of it."""

    id: str
    path: str
    line: int
    """In the file of its specification."""
    required: bool
    standing: StandingWord
    to_the_letter: bool
    """Whether only the literal reading contradicts it: the counts of its statements leave that out."""
    stated: Level
    reached: Level | None
    """What the evidence alone carries it to; None for nothing."""
    after: Level
    """The higher of the two."""
    supporting: int
    contradicting: int
    description: Prose
    hindrances: Reasons
    """Why it goes no further."""
    statements: tuple[Statement, ...]
    findings: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class SpecFile:
    """One stanza file."""

    id: str
    name: str
    file: str
    title: str
    status: str
    version: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a flow, a fact as well."""

    id: str
    path: str
    """`steps/3`."""
    line: int
    stated: Level
    sender: str
    receiver: str
    stanza: str | None
    """The stanza file of what is sent; None for what is no stanza."""
    description: Prose
    findings: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """One flow file: which stanzas of a call are expected, in order."""

    id: str
    name: str
    file: str
    title: str
    status: str
    version: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """One model's side of a conflict; counted are copies of stanzas."""

    source: str
    says: str
    supports: int
    contradicts: int
    silent: int


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two models of one stanza that disagree."""

    path: str
    sides: tuple[Side, ...]


@dataclass(frozen=True, slots=True)
class Undocumented:
    """What stanzas hold beyond their file."""

    spec: str
    path: str
    what: Literal["attribute", "child", "content"]
    n: int
    of: int
    type_guess: str
    shapes: str
    calls: Refs


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an annotated stanza, or several in a row of which nothing is said."""

    stance: StanceWord | None
    """What is said of it; None for nothing."""
    severity: SeverityWord | None
    notes: str
    ref: str | None
    """The finding that says it, else the fact that it shows."""
    text: Prose


@dataclass(frozen=True, slots=True)
class Copy:
    """A stanza as one connection saw it."""

    direction: Literal["sent", "delivered"]
    at: str
    """Seconds since the call was first seen, `+0.376`; empty where there is no time."""
    where: str
    """Connection and frame."""
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Ack:
    """An ack of a stanza, as one connection saw it."""

    direction: Literal["sent", "delivered"]
    at: str
    where: str
    text: Prose


@dataclass(frozen=True, slots=True)
class Stanza:
    """One stanza, as it was emitted: the sender's copy, the delivered ones, and their acks."""

    id: str
    action: str
    at: str
    sender: str
    receiver: str
    spec: str | None
    """The file that specifies it."""
    severity: SeverityWord
    """The worst of what its copies show."""
    copies: tuple[Copy, ...]
    acks: tuple[Ack, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding that is no mere `ok` of a line."""

    id: str
    code: str
    severity: SeverityWord
    stance: StanceWord
    place: str
    expected: str | None
    got: str | None
    fact: str | None
    """The fact that it speaks to, as a ref."""
    message: Prose
    questions: Refs
    stanzas: Refs
    evidence: Annotated[tuple[str, ...], "frame"]
    """Capture, connection and frame of each copy that shows it."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call."""

    id: str
    name: str
    day: str
    """In UTC; empty where there is no time."""
    duration: str
    """Seconds from the first to the last that was seen of it, `2.818`."""
    capture: str
    severity: SeverityWord
    errors: int
    warnings: int
    notes: int
    dropped: int
    """Stanzas and findings that are left out because there were too many."""
    actions: str
    """`offer, preaccept, accept`."""
    stanzas: tuple[Stanza, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Outside:
    """What belongs to no call that is known."""

    stanzas: tuple[Stanza, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """What a code of findings means."""

    id: str
    code: str
    meaning: Prose
    next_step: Prose


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection and who spoke on it."""

    capture: str
    number: int
    platform: str
    version: str
    device: int | None


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the evidence comes from: all that differs between a recording and what was kept of it."""

    selected: int
    """Calls that the report is about."""
    total: int
    """Calls that were observed."""
    selection: str
    """The filter expression; empty for none."""
    captures: Annotated[tuple[str, ...], "capture"]
    connections: tuple[Connection, ...]
    numbers: tuple[Row, ...]
    """How much came through each stage of the reading."""
    gaps: Annotated[tuple[str, ...], "gap"]
    """What was not read, and what to do about it."""


@dataclass(frozen=True, slots=True)
class Report:
    """The whole document."""

    format: int
    tool: str
    summary: Summary
    questions: tuple[Question, ...]
    unruled: tuple[Unruled, ...]
    specification: tuple[SpecFile, ...]
    flows: tuple[Flow, ...]
    conflicts: tuple[Conflict, ...]
    undocumented: tuple[Undocumented, ...]
    calls: tuple[Call, ...]
    outside: Outside
    codes: tuple[Code, ...]
    provenance: Provenance

    def lines(self) -> dict[str, Source]:
        """Everything of the specification that a finding can speak to, by its id."""
        stated: list[tuple[Fact | Step, SpecFile | Flow]] = []
        stated += ((fact, spec) for spec in self.specification for fact in spec.facts)
        stated += ((step, flow) for flow in self.flows for step in flow.steps)
        return {
            each.id: Source(file.name, file.file, each.line, each.path, each.stated, each.description)
            for each, file in stated
        }


class Source(NamedTuple):
    """Where a fact stands and what it says."""

    name: str
    """Of its file in the specification."""
    file: str
    line: int
    path: str
    stated: str
    description: str


Part: TypeAlias = (
    Report | Summary | Weakness | Question | Untold | Unruled | Group | Split | Share | Table | Row | Spread
    | SpecFile | Flow | Step | Fact | Statement | Conflict | Side | Undocumented | Call | Stanza | Copy
    | Ack | Line | Finding | Outside | Code | Provenance | Connection
)  # fmt: skip
"""Any part of the document."""
