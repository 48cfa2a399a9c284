"""What stanzas hold beyond their file: where it stands, how often, of which type and shape."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from ringback.questions.shapes import guess_type, shape_of
from ringback.questions.stanzas import StanzaUnit
from ringback.questions.verdict import Counts
from ringback.spec.model import AttributeFact, ChildFact
from ringback.stanza import Content, Node, Value

MAX_PLACES = 1000
"""Places collected of each file. Against stanzas with endlessly many names; the rest is counted as one."""
REST = "everything else"
MAX_VALUES = 256
"""Values kept of a place for the guess of its type."""

Extra: TypeAlias = "tuple[str, str, Content | Value]"
"""Path, what stands there, and its value."""

ATTRIBUTE, CHILD, CONTENT = "attribute", "child", "content"


@dataclass(frozen=True, slots=True)
class Undocumented:
    """Something that a file does not know."""

    spec: str
    path: str
    """`call/preaccept/audio/@enc`; of content the element that holds it."""
    what: str
    """`attribute`, `child` or `content`."""
    n: int
    """Stanzas of the file, each direction apart, that have it."""
    of: int
    """Stanzas of the file seen, counted alike."""
    type_guess: str
    """The narrowest type that all values have; empty for a child without content of its own."""
    shapes: Counts
    splits: tuple[Counts, ...]
    """Where it was seen: by direction, call kind and build."""
    calls: tuple[str, ...]


@dataclass(slots=True)
class _Place:
    units: list[StanzaUnit] = field(default_factory=list)
    values: list[Content | Value] = field(default_factory=list)

    def add(self, unit: StanzaUnit, value: Content | Value) -> None:
        if not self.units or self.units[-1] is not unit:
            self.units.append(unit)
        if len(self.values) < MAX_VALUES:
            self.values.append(value)


def collect_undocumented(units: Iterable[StanzaUnit]) -> tuple[Undocumented, ...]:
    """Everything beyond the files, ordered by file and place."""
    places: dict[str, dict[tuple[str, str], _Place]] = {}
    seen: dict[str, int] = {}
    for unit in units:
        seen[unit.spec.id] = seen.get(unit.spec.id, 0) + 1
        of_file = places.setdefault(unit.spec.id, {})
        for copy in unit.copies:
            for path, what, value in extras(copy.node, unit.spec.attributes, unit.spec.children):
                key = (path, what) if (path, what) in of_file or len(of_file) < MAX_PLACES else (REST, CHILD)
                of_file.setdefault(key, _Place()).add(unit, value)
    return tuple(
        _undocumented(spec, key, place, seen[spec])
        for spec, of_file in sorted(places.items())
        for key, place in sorted(of_file.items())
    )


def extras(
    node: Node, attributes: tuple[AttributeFact, ...], children: tuple[ChildFact, ...], path: str = ""
) -> Iterator[Extra]:
    """What the element holds that no fact speaks of, and what its elements hold."""
    path = path or node.tag
    known = {fact.name for fact in attributes}
    for name, value in (*node.attrs.items(), *node.repeated):
        if name not in known:
            yield f"{path}/@{name}", ATTRIBUTE, value
    if node.content is not None and not isinstance(node.content, tuple):
        yield path, CONTENT, node.content
    facts = {fact.tag: fact for fact in children}
    for child in node.children:
        fact, place = facts.get(child.tag), f"{path}/{child.tag}"
        if fact is None:
            yield place, CHILD, None
        yield from extras(child, fact.attributes if fact else (), fact.children if fact else (), place)


def _undocumented(spec: str, key: tuple[str, str], place: _Place, seen: int) -> Undocumented:
    path, what = key
    traits = [unit.traits for unit in place.units]
    unit = "one stanza in one direction"
    shapes = () if what == CHILD else map(shape_of, place.values)
    return Undocumented(
        spec=spec,
        path=path,
        what=what,
        n=len(place.units),
        of=seen,
        type_guess="" if what == CHILD else guess_type(place.values),
        shapes=Counts.of("shapes", "one value", shapes),
        splits=tuple(
            Counts.of(name, unit, (each[name] for each in traits))
            for name in ("direction", "call kind", "build")
        ),
        calls=tuple(sorted({unit.evidence.call.call_id for unit in place.units})),
    )
