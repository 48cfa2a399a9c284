"""One stanza against its file: every fact of the model speaks once at every place it has in the stanza.

Nothing here is written for one stanza: what the model can say is checked, whichever file says it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from itertools import islice
from typing import TypeAlias

from ringback.calls import Sighting
from ringback.check import stanza_codes as codes
from ringback.check.code import Code, Fact, is_required
from ringback.check.types import in_range, matches_type
from ringback.findings import Finding, Stance
from ringback.recognise import recognise
from ringback.spec.model import OCCURRENCES, AttributeFact, ChildFact, StanzaSpec
from ringback.spec.types import ENUM_PREFIX, Enums
from ringback.stanza import Node, Value

MAX_FINDINGS_PER_STANZA = 1000
"""Findings made of one stanza, before `check-cut` says that there were more. Against a stanza of a million
children; the specified stanzas give a few dozen."""

_LONGEST_COMPARED = 64
"""Characters of a value that are compared with those of an enum. Against a value of megabytes."""

Path: TypeAlias = tuple[str, ...]


def check_stanza(sighting: Sighting, spec: StanzaSpec, enums: Enums) -> list[Finding]:
    """What one copy of a stanza says about each fact of its file, and what it has beyond the file.

    Facts come in the order of the file. Which addresses are required is judged from the copy's vantage.
    """
    check = _StanzaCheck(sighting, spec, enums)
    findings = list(islice(check.all(), MAX_FINDINGS_PER_STANZA + 1))
    if len(findings) > MAX_FINDINGS_PER_STANZA:
        findings = [*_most_important(check, findings), check.of(codes.CHECK_CUT, check.root)]
    return findings


def _most_important(check: _StanzaCheck, findings: list[Finding]) -> list[Finding]:
    """What is said of a stanza of which too much could be said: what each fact says at its first place, then
    what facts say at further places, then what goes beyond the file."""
    first = replace(check, siblings=1, beyond=False).all()
    of_facts = islice(replace(check, beyond=False).all(), MAX_FINDINGS_PER_STANZA)
    chosen = {_key(finding): finding for finding in (*first, *of_facts, *findings)}
    return list(islice(chosen.values(), MAX_FINDINGS_PER_STANZA))


def _key(finding: Finding) -> tuple[str, Path]:
    return (finding.code, finding.path)


@dataclass(frozen=True, slots=True)
class _StanzaCheck:
    """The walk over one stanza and its file side by side."""

    sighting: Sighting
    spec: StanzaSpec
    enums: Enums
    siblings: int | None = None
    """How many children of one tag are looked at; None for all."""
    beyond: bool = True
    """Whether it also tells what the stanza has beyond the file."""
    call_id: str | None = field(init=False)

    def __post_init__(self) -> None:
        recognised = recognise(self.sighting.node)
        object.__setattr__(self, "call_id", None if recognised is None else recognised.call_id)

    @property
    def root(self) -> Path:
        return (self.sighting.node.tag,)

    def all(self) -> Iterator[Finding]:
        if self.beyond:
            yield from self._stanza()
        yield from self._element(self.sighting.node, self.root, self.spec.attributes, self.spec.children)

    def of(
        self,
        code: Code,
        path: Path,
        *,
        fact: Fact | None = None,
        stance: Stance | None = None,
        expected: Value | None = None,
        got: Value | bytes | None = None,
        addition: str = "",
    ) -> Finding:
        return code.finding(
            self.spec,
            path,
            (self.sighting.evidence,),
            call_id=self.call_id,
            fact=fact,
            stance=stance,
            expected=expected,
            got=got,
            addition=addition,
        )

    def _stanza(self) -> Iterator[Finding]:
        direction = "outgoing" if self.sighting.sent else "incoming"
        if not {direction, "bidirectional"} & set(self.spec.directions):
            yield self.of(codes.DIRECTION_UNDOCUMENTED, self.root, got=direction)
        if self.sighting.trailing:
            yield self.of(codes.TRAILING_BYTES, self.root, got=str(self.sighting.trailing))

    def _element(
        self, node: Node, path: Path, attributes: tuple[AttributeFact, ...], children: tuple[ChildFact, ...]
    ) -> Iterator[Finding]:
        yield from self._attributes(node, path, attributes)
        if self.beyond and node.content is not None and not isinstance(node.content, tuple):
            yield self.of(codes.CONTENT_UNDOCUMENTED, path, got=node.content)
        yield from self._children(node, path, children)

    def _attributes(self, node: Node, path: Path, facts: tuple[AttributeFact, ...]) -> Iterator[Finding]:
        again = dict(reversed(node.repeated))
        for fact in facts:
            value = node.attrs.get(fact.name)
            yield self._attribute(fact, (*path, f"@{fact.name}"), value, again.get(fact.name))
        documented = {fact.name for fact in facts}
        for name, value in node.attrs.items() if self.beyond else ():
            if name not in documented:
                yield from self._undocumented((*path, f"@{name}"), value, again.get(name))

    def _undocumented(self, path: Path, value: Value, again: Value | None) -> Iterator[Finding]:
        yield self.of(codes.ATTRIBUTE_UNDOCUMENTED, path, got=value)
        if again is not None:
            stance = Stance.EXTENDS
            yield self.of(codes.ATTRIBUTE_REPEATED, path, stance=stance, expected=value, got=again)

    def _attribute(
        self, fact: AttributeFact, path: Path, value: Value | None, again: Value | None
    ) -> Finding:
        if value is None:
            missing = fact.required_for(self.sighting.vantage)
            return self.of(codes.ATTRIBUTE_MISSING if missing else codes.FACT_NOT_EXERCISED, path, fact=fact)
        if again is not None:
            return self.of(codes.ATTRIBUTE_REPEATED, path, fact=fact, expected=value, got=again)
        if not matches_type(value, fact.type, self.enums):
            listed = self.enums.get(fact.type.removeprefix(ENUM_PREFIX))
            if listed is None:
                return self.of(codes.ATTRIBUTE_TYPE, path, fact=fact, expected=fact.type, got=value)
            return self.of(
                codes.VALUE_NOT_IN_ENUM, path, fact=fact, got=value, addition=_nearest(value, listed)
            )
        code = codes.FACT_OBSERVED if in_range(value, fact.name, fact.type) else codes.PORT_OUT_OF_RANGE
        return self.of(code, path, fact=fact, got=value)

    def _children(self, node: Node, path: Path, facts: tuple[ChildFact, ...]) -> Iterator[Finding]:
        by_tag = _by_tag(node)
        for fact in facts:
            found = by_tag.get(fact.tag, [])
            if not found:
                yield from self._absent(fact, (*path, fact.tag))
            for number, child in enumerate(found[: self.siblings], start=1):
                place = _place(path, child, number, len(found))
                yield self._child(fact, place, number, len(found))
                yield from self._element(child, place, fact.attributes, fact.children)
        if self.beyond:
            yield from self._unknown(node, path, {tag: len(found) for tag, found in by_tag.items()}, facts)

    def _unknown(
        self, node: Node, path: Path, totals: dict[str, int], facts: tuple[ChildFact, ...]
    ) -> Iterator[Finding]:
        documented = {fact.tag for fact in facts}
        seen: Counter[str] = Counter()
        for child in node.children:
            if child.tag not in documented:
                seen[child.tag] += 1
                content = child.content if not isinstance(child.content, tuple) else None
                place = _place(path, child, seen[child.tag], totals[child.tag])
                yield self.of(codes.CHILD_UNDOCUMENTED, place, got=content)

    def _child(self, fact: ChildFact, path: Path, number: int, count: int) -> Finding:
        most = OCCURRENCES[fact.occurrence][1]
        if most is not None and number > most:
            return self.of(codes.CHILD_REPEATED, path, fact=fact, expected=str(most), got=str(count))
        return self.of(codes.FACT_OBSERVED, path, fact=fact)

    def _absent(self, fact: ChildFact, path: Path) -> Iterator[Finding]:
        yield self.of(codes.CHILD_MISSING if is_required(fact) else codes.FACT_NOT_EXERCISED, path, fact=fact)
        yield from self._silent_below(fact, path)

    def _silent_below(self, fact: ChildFact, path: Path) -> Iterator[Finding]:
        for attribute in fact.attributes:
            yield self.of(codes.FACT_NOT_EXERCISED, (*path, f"@{attribute.name}"), fact=attribute)
        for child in fact.children:
            place = (*path, child.tag)
            yield self.of(codes.FACT_NOT_EXERCISED, place, fact=child)
            yield from self._silent_below(child, place)


def _nearest(value: Value, listed: Iterable[str]) -> str:
    """The listed value that is spelled most like this one, in a sentence; nothing where none is near."""
    near = get_close_matches(str(value)[:_LONGEST_COMPARED], listed, n=1)
    return f"The nearest that it lists is {near[0]}." if near else ""


def _by_tag(node: Node) -> dict[str, list[Node]]:
    """The children of each tag, in order."""
    found: dict[str, list[Node]] = {}
    for child in node.children:
        found.setdefault(child.tag, []).append(child)
    return found


def _place(path: Path, child: Node, number: int, count: int) -> Path:
    """The child's place: indexed from 1 where its tag repeats among its siblings."""
    return (*path, f"{child.tag}[{number}]" if count > 1 else child.tag)


def places_of(node: Node, path: Path) -> list[tuple[Node, Path]]:
    """Each child with its place below `path`: indexed from 1 where its tag repeats among its siblings."""
    totals = Counter(child.tag for child in node.children)
    seen: Counter[str] = Counter()
    places = []
    for child in node.children:
        seen[child.tag] += 1
        places.append((child, _place(path, child, seen[child.tag], totals[child.tag])))
    return places
