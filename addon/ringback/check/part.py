"""One stanza against the wire format of a spec part: the same walk as against a stanza file, and beyond it
the values, contents and the order that only a wire format states.

Findings name the part's code as their model: `SIG-04#call/preaccept/encopt/@keygen`. A wire format lists what
a stanza has and does not close the list: what it does not show extends it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, islice

from ringback.calls import Sighting
from ringback.check import part_codes as codes
from ringback.check.code import Code
from ringback.check.stanza import MAX_FINDINGS_PER_STANZA, Path, check_stanza, places_of
from ringback.check.stanza_codes import (
    CHECK_CUT,
    CONTENT_UNDOCUMENTED,
    FACT_NOT_EXERCISED,
    FACT_OBSERVED,
)
from ringback.findings import Finding
from ringback.recognise import recognise
from ringback.spec.model import AttributeFact, StanzaSpec
from ringback.spec.part import Anything, SpecPart, WireElement
from ringback.spec.part_facts import content_fact, order_fact, stanza_of
from ringback.stanza import Node, Value

_SHOWN_TAGS = 16
"""Most tags of a misordered element that a finding names."""


def check_part(sighting: Sighting, part: SpecPart, root: WireElement) -> list[Finding]:
    """What one copy of a stanza says about each fact of a wire format, `root` being one of the part's."""
    check = _PartCheck(sighting, stanza_of(part, root), root)
    findings = list(islice(check.all(), MAX_FINDINGS_PER_STANZA + 1))
    if len(findings) > MAX_FINDINGS_PER_STANZA:
        findings[MAX_FINDINGS_PER_STANZA:] = [check.of(CHECK_CUT, (root.tag,))]
    return findings


@dataclass(frozen=True, slots=True)
class _PartCheck:
    """One stanza beside one wire format."""

    sighting: Sighting
    spec: StanzaSpec
    root: WireElement

    def of(
        self,
        code: Code,
        path: Path,
        *,
        fact: AttributeFact | None = None,
        expected: Value | bytes | None = None,
        got: Value | bytes | None = None,
    ) -> Finding:
        recognised = recognise(self.sighting.node)
        return code.finding(
            self.spec,
            path,
            (self.sighting.evidence,),
            call_id=None if recognised is None else recognised.call_id,
            fact=fact,
            expected=expected,
            got=got,
        )

    def all(self) -> Iterator[Finding]:
        node = self.sighting.node
        here = list(_side_by_side(node, self.root, (node.tag,)) if node.tag == self.root.tag else ())
        stated = {place for _, element, place in here if element.content is not None}
        fixed = self._fixed()
        for finding in check_stanza(self.sighting, self.spec, {}):
            if finding.code != CONTENT_UNDOCUMENTED.code or finding.path not in stated:
                yield self._valued(finding, fixed)
        yield from self._beyond(here)

    def _valued(self, finding: Finding, fixed: dict[str, AttributeFact]) -> Finding:
        """The finding, or what the value in it says against the one that is written out."""
        fact = None if finding.fact is None else fixed.get(finding.fact.path)
        if fact is None or finding.code != FACT_OBSERVED.code:
            return finding
        expected = str(fact.observed[0])
        if str(finding.got) == expected:
            return finding
        return self.of(codes.VALUE_DIFFERS, finding.path, fact=fact, expected=expected, got=finding.got)

    def _fixed(self) -> dict[str, AttributeFact]:
        facts = (fact for fact in self.spec.facts() if isinstance(fact, AttributeFact) and fact.observed)
        return {fact.path: fact for fact in facts}

    def _beyond(self, here: Iterable[tuple[Node, WireElement, Path]]) -> Iterator[Finding]:
        """Content and order of every element that is there, and silence about those that are not."""
        spoken: set[str] = set()
        for node, element, place in here:
            spoken.add(element.path)
            if element.content is not None:
                yield self._content(node, element, place)
            if element.order:
                yield self._order(node, element, place)
        for element in self.root.elements():
            facts = (content_fact(element), order_fact(element))
            for fact in facts if element.path not in spoken else ():
                if fact is not None:
                    yield self.of(FACT_NOT_EXERCISED, tuple(element.path.split("/")), fact=fact)

    def _content(self, node: Node, element: WireElement, place: Path) -> Finding:
        fact = content_fact(element)
        got = None if isinstance(node.content, tuple) else node.content
        if got is not None and element.content in (Anything.ANYTHING, got):
            return self.of(FACT_OBSERVED, place, fact=fact, got=got)
        expected = element.content if isinstance(element.content, bytes) else None
        return self.of(codes.CONTENT_DIFFERS, place, fact=fact, expected=expected, got=got)

    def _order(self, node: Node, element: WireElement, place: Path) -> Finding:
        fact = order_fact(element)
        tags = [tag for tag, _ in groupby(child.tag for child in node.children if child.tag in element.order)]
        if len(tags) < 2:
            return self.of(FACT_NOT_EXERCISED, place, fact=fact)
        if sorted(tags, key=element.order.index) == tags and len(set(tags)) == len(tags):
            return self.of(FACT_OBSERVED, place, fact=fact)
        expected, got = " ".join(element.order), " ".join(tags[:_SHOWN_TAGS])
        return self.of(codes.CHILDREN_MISORDERED, place, fact=fact, expected=expected, got=got)


def _side_by_side(node: Node, element: WireElement, place: Path) -> Iterator[tuple[Node, WireElement, Path]]:
    """Each element of the wire format with each node that stands in its place."""
    yield node, element, place
    shown = {child.tag: child for child in element.children}
    for child, child_place in places_of(node, place) if shown else ():
        if child.tag in shown:
            yield from _side_by_side(child, shown[child.tag], child_place)
