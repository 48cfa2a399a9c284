"""What stanzas hold beyond their file: where it stands, how often, of which type and shape."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import merge
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import TypeAlias

from ringback.findings import Evidence
from ringback.questions.counts import Counted, ModelCount, PlaceCount, alike
from ringback.questions.shapes import narrowest, shape_of, type_of
from ringback.questions.stanzas import StanzaUnit
from ringback.questions.verdict import Counts
from ringback.spec.model import AttributeFact, ChildFact
from ringback.stanza import Content, Node, Value

MAX_PLACES = 1000
"""Places collected of each file. Against stanzas with endlessly many names; the rest is counted as one."""
REST = "everything else"
MAX_VALUES = 256
"""Values of a place that its shapes and the guess of its type rest on."""

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


def count_places(units: Sequence[StanzaUnit], nodes: Mapping[Evidence, Node]) -> tuple[PlaceCount, ...]:
    """Everything beyond the files in the stanzas of one call, in order of first appearance; `nodes` are the
    stanzas as they were seen, by where."""
    places: dict[tuple[str, str, str], _Place] = {}
    known: dict[str, int] = {}
    for number, unit in enumerate(units):
        spec = unit.spec.id
        for copy in unit.copies:
            node = nodes.get(copy.evidence, copy.node)
            for path, what, value in extras(node, unit.spec.attributes, unit.spec.children):
                key = (spec, path, what)
                if key not in places:
                    known[spec] = known.get(spec, 0) + 1
                    key = key if known[spec] <= MAX_PLACES else (spec, REST, CHILD)
                places.setdefault(key, _Place()).add(number, key[2], value)
    return tuple(PlaceCount(*key, tuple(each.units), each.runs()) for key, each in places.items())


@dataclass(slots=True)
class _Place:
    units: dict[int, None] = field(default_factory=dict)
    values: list[Content | Value] = field(default_factory=list)

    def add(self, unit: int, what: str, value: Content | Value) -> None:
        self.units[unit] = None
        if what != CHILD and len(self.values) < MAX_VALUES:
            self.values.append(value)

    def runs(self) -> tuple[tuple[str, str, int], ...]:
        told = ((shape_of(value), type_of(value)) for value in self.values)
        return tuple((*pair, sum(1 for _ in same)) for pair, same in groupby(told))


def judge_undocumented(calls: Sequence[Counted]) -> tuple[Undocumented, ...]:
    """Everything beyond the files, ordered by file and place. Of the values of a place the first count."""
    sums: dict[tuple[str, str, str], _Sum] = {}
    seen: dict[str, int] = {}
    models = alike(sorted(calls, key=attrgetter("order")))
    admitted = _admitted(models)
    for model, of_model in models:
        for group in model.groups:
            seen[group.spec] = seen.get(group.spec, 0) + group.n * len(of_model)
        for key, units, values in _places(model, admitted):
            sums.setdefault(key, _Sum()).add(model, units, values, of_model)
    return tuple(_undocumented(key, each, seen[key[0]]) for key, each in sorted(sums.items()))


_Key: TypeAlias = tuple[str, str, str]
"""File, path and what stands there."""
_Runs: TypeAlias = tuple[tuple[str, str, int], ...]
_Models: TypeAlias = Sequence[tuple[ModelCount, Sequence[Counted]]]


def _admitted(models: _Models) -> dict[str, set[_Key]]:
    """By file: the places that are told by themselves, of a file that has too many."""
    firsts: dict[str, dict[_Key, tuple[tuple[float, str, str], int]]] = {}
    for model, of_model in models:
        for number, place in enumerate(model.places):
            first = (of_model[0].order, number)
            key = (place.spec, place.path, place.what)
            found = firsts.setdefault(place.spec, {})
            found[key] = min(first, found.get(key, first))
    many = ((spec, found) for spec, found in firsts.items() if len(found) > MAX_PLACES)
    return {spec: set(sorted(found, key=found.__getitem__)[:MAX_PLACES]) for spec, found in many}


def _places(
    model: ModelCount, admitted: Mapping[str, set[_Key]]
) -> Iterator[tuple[_Key, Collection[int], _Runs]]:
    rest: dict[str, set[int]] = {}
    for place in model.places:
        key = (place.spec, place.path, place.what)
        if place.path != REST and (place.spec not in admitted or key in admitted[place.spec]):
            yield key, place.units, place.values
        else:
            rest.setdefault(place.spec, set()).update(place.units)
    for spec, units in rest.items():
        yield (spec, REST, CHILD), units, ()


@dataclass(slots=True)
class _Sum:
    """What all calls say of one place."""

    n: int = 0
    traits: tuple[dict[str, int], ...] = field(default_factory=lambda: ({}, {}, {}))
    calls: set[str] = field(default_factory=set)
    values: list[Iterator[tuple[tuple[float, str, str], _Runs]]] = field(default_factory=list)
    """Of calls that are alike, in order of time each."""

    def add(
        self, model: ModelCount, units: Collection[int], values: _Runs, of_model: Sequence[Counted]
    ) -> None:
        self.n += len(units) * len(of_model)
        for unit in units:
            group = model.groups[model.units[unit]]
            for counts, value in zip(self.traits, (group.direction, group.kind, group.build), strict=True):
                counts[value] = counts.get(value, 0) + len(of_model)
        self.calls.update(call.call_id for call in of_model)
        self.values.append((call.order, values) for call in of_model)

    def first_values(self) -> Iterator[tuple[str, str, int]]:
        """Shape, type and number of the first, in order of time."""
        room = MAX_VALUES
        for _, runs in merge(*self.values, key=itemgetter(0)):
            for shape, type_, number in runs:
                yield shape, type_, min(number, room)
                room -= number
                if room <= 0:
                    return


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


def _undocumented(key: _Key, place: _Sum, seen: int) -> Undocumented:
    spec, path, what = key
    values = [] if what == CHILD else list(place.first_values())
    shapes: dict[str, int] = {}
    for shape, _, number in values:
        shapes[shape] = shapes.get(shape, 0) + number
    unit = "one stanza in one direction"
    return Undocumented(
        spec=spec,
        path=path,
        what=what,
        n=place.n,
        of=seen,
        type_guess=narrowest(type_ for _, type_, _ in values),
        shapes=Counts.of_totals("shapes", "one value", shapes),
        splits=tuple(
            Counts.of_totals(name, unit, totals)
            for name, totals in zip(("direction", "call kind", "build"), place.traits, strict=True)
        ),
        calls=tuple(sorted(place.calls)),
    )
