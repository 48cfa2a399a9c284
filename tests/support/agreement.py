"""Schema and checker on one stanza: whether they give one verdict, for single tests and for all of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from lxml import etree

from ringback.calls import Sighting
from ringback.check import stanza as stanza_check
from ringback.check.stanza_codes import CHECK_CUT, DIRECTION_UNDOCUMENTED, TRAILING_BYTES
from ringback.findings import Finding, Stance
from ringback.spec.model import StanzaSpec, Vantage
from ringback.spec.relaxng import schema
from ringback.spec.types import Enums
from ringback.stanza import Node, to_element, to_text

OUTSIDE = {DIRECTION_UNDOCUMENTED.code, TRAILING_BYTES.code}
"""Codes about what a stanza's XML does not hold: the way it went, and what follows it in its frame."""

MAX_DEPTH = 100
"""Levels of nodes that are compared; libxml2 reads no more than 256 and lxml's tree is built recursively."""


def stances(findings: Iterable[Finding]) -> set[Stance]:
    """What is said of the stanza's XML."""
    return {finding.stance for finding in findings if finding.code not in OUTSIDE}


def disagreement(sighting: Sighting, spec: StanzaSpec, enums: Enums, findings: list[Finding]) -> str | None:
    """How the schema's verdict differs from that of the findings; None where both are one."""
    found = stances(findings)
    contradicts = Stance.CONTRADICTS in found
    beyond = contradicts or Stance.EXTENDS in found
    element = to_element(sighting.node)
    for closed, refused in ((False, contradicts), (True, beyond)):
        compiled = _compiled(spec, tuple(sorted(enums.items())), sighting.vantage, closed)
        if compiled.validate(element) is refused:
            said = ", ".join(sorted(stance.value for stance in found))
            reading = "closed" if closed else "open"
            return f"{reading} schema: {compiled.error_log}\nchecker: {said}\n{to_text(sighting.node)}"
    return None


@lru_cache(maxsize=64)
def _compiled(
    spec: StanzaSpec, enums: tuple[tuple[str, tuple[str, ...]], ...], vantage: Vantage, closed: bool
) -> etree.RelaxNG:
    return schema(spec, enums=dict(enums), vantage=vantage, closed=closed)


def is_comparable(node: Node, spec: StanzaSpec, findings: list[Finding]) -> bool:
    """Whether both judge the same thing: a stanza of that file, checked to its end, of a depth XML takes."""
    cut = any(finding.code == CHECK_CUT.code for finding in findings)
    return node.tag == spec.tag and not cut and _depth(node) <= MAX_DEPTH


def _depth(node: Node) -> int:
    level: tuple[Node, ...] = (node,)
    depth = 0
    while level and depth <= MAX_DEPTH:
        depth += 1
        level = tuple(child for each in level for child in each.children)
    return depth


@dataclass(slots=True)
class Watch:
    """Compares the verdicts on every stanza that any test has checked."""

    compared: int = 0
    disagreements: list[str] = field(default_factory=list)

    def install(self) -> None:
        """Stands in for the checker wherever it is imported from now on."""
        stanza_check.check_stanza = self.check_stanza

    def check_stanza(self, sighting: Sighting, spec: StanzaSpec, enums: Enums) -> list[Finding]:
        """`ringback.check.stanza.check_stanza`, watched."""
        findings = _check_stanza(sighting, spec, enums)
        if is_comparable(sighting.node, spec, findings):
            self.compared += 1
            found = disagreement(sighting, spec, enums, findings)
            if found is not None and len(self.disagreements) < 10:
                self.disagreements.append(found)
        return findings


_check_stanza = stanza_check.check_stanza
