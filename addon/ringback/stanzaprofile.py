"""Many stanzas of one kind taken together: which attributes, children, values and orders occur, how often.

Pure. Values that only name something, such as a call-id, count as one: they differ in every stanza.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain

from ringback.stanza import Node
from ringback.stanzadiff import (
    MAX_CHANGES,
    Change,
    Kind,
    Part,
    attribute_values,
    content_text,
    kind_of_value,
    one_line,
)

MAX_VALUES = 64
"""Different values kept of one attribute, and orders of one element; all others count together."""
MAX_PLACES = 2_048
"""Places kept. Against stanzas of thousands of unknown names."""
OTHERS = "(others)"
_LONGEST_EXAMPLE = 400
"""Characters of an example."""
_INDEX = re.compile(r"\[[0-9]+\]$")

Place = tuple[str, ...]
"""Tags from the root on, without indices."""


@dataclass(slots=True)
class Element:
    """One place in the stanzas."""

    stanzas: int = 0
    """That have it at all."""
    occurrences: Counter[int] = field(default_factory=Counter)
    """How often in one stanza, to the number of stanzas."""
    attributes: dict[str, Counter[str]] = field(default_factory=dict)
    """Each with its values, each value with the number of elements that have it."""
    contents: Counter[str] = field(default_factory=Counter)
    attribute_orders: Counter[str] = field(default_factory=Counter)
    child_orders: Counter[str] = field(default_factory=Counter)
    example: str = ""
    """The first one on one line, without names."""

    @property
    def count(self) -> int:
        """How many of it there are in all stanzas."""
        return sum(times * stanzas for times, stanzas in self.occurrences.items())


@dataclass(frozen=True, slots=True)
class Profile:
    """What a set of stanzas has in common."""

    stanzas: int
    elements: dict[Place, Element]

    @classmethod
    def of(cls, nodes: Iterable[Node]) -> Profile:
        """Of stanzas that are through placeholders."""
        elements: dict[Place, Element] = {}
        total = 0
        for node in nodes:
            total += 1
            seen: Counter[Place] = Counter()
            for place, each in _places(node, (node.tag,)):
                if place not in elements and len(elements) == MAX_PLACES:
                    continue
                if place not in elements:
                    elements[place] = Element(example=kind_of_value(one_line(each)[:_LONGEST_EXAMPLE]))
                _note(elements[place], each)
                seen[place] += 1
            for place, times in seen.items():
                elements[place].stanzas += 1
                elements[place].occurrences[times] += 1
        return cls(total, elements)


def compare_profiles(left: Profile, right: Profile) -> list[Change]:
    """What is different about the second; at most `MAX_CHANGES`. How often an optional thing occurs is no
    difference as long as it occurs, and is always there on neither side or on both."""
    changes: list[Change] = []
    for place in dict.fromkeys(chain(left.elements, right.elements)):
        changes += _compare(place, left, right)
    return changes[:MAX_CHANGES]


def _compare(place: Place, left: Profile, right: Profile) -> Iterator[Change]:
    one, other = left.elements.get(place, Element()), right.elements.get(place, Element())
    parent = place[:-1] or place
    if len(place) > 1 and parent in left.elements and parent in right.elements:
        counts = (one.stanzas, left.stanzas), (other.stanzas, right.stanzas)
        yield from _presence(Part.CHILD, parent, place[-1], *counts, example=one.example or other.example)
    if not one.stanzas or not other.stanzas:
        return
    if set(one.occurrences) != set(other.occurrences):
        before, after = _times(one.occurrences), _times(other.occurrences)
        yield Change(Kind.CHANGED, Part.CHILD, parent, place[-1], before, after)
    for name in dict.fromkeys(chain(one.attributes, other.attributes)):
        mine, theirs = one.attributes.get(name, Counter()), other.attributes.get(name, Counter())
        counts = (mine.total(), one.count), (theirs.total(), other.count)
        yield from _presence(Part.ATTRIBUTE, place, f"@{name}", *counts)
        if mine and theirs:
            yield from _values(Part.ATTRIBUTE, place, f"@{name}", mine, theirs)
    yield from _values(Part.CONTENT, place, "", one.contents, other.contents)
    yield from _orders(Part.ATTRIBUTE, place, one.attribute_orders, other.attribute_orders)
    yield from _orders(Part.CHILD, place, one.child_orders, other.child_orders)


def _presence(
    part: Part, place: Place, name: str, one: tuple[int, int], other: tuple[int, int], *, example: str = ""
) -> Iterator[Change]:
    """Whether it is there at all, and whether it always is."""
    if one[0] and not other[0]:
        yield Change(Kind.REMOVED, part, place, name, _share(one, example), None, False, one, other)
    elif other[0] and not one[0]:
        yield Change(Kind.ADDED, part, place, name, None, _share(other, example), False, one, other)
    elif (one[0] == one[1]) is not (other[0] == other[1]):
        yield Change(Kind.CHANGED, part, place, name, _share(one), _share(other), False, one, other)


def _share(count: tuple[int, int], example: str = "") -> str:
    return f"in {count[0]} of {count[1]}" + (f", such as {example}" if example else "")


def _times(occurrences: Counter[int]) -> str:
    return ", ".join(f"{times} times in {count}" for times, count in sorted(occurrences.items()))


def _values(
    part: Part, place: Place, name: str, mine: Counter[str], theirs: Counter[str]
) -> Iterator[Change]:
    """Values that occur on one side only."""
    if set(mine) != set(theirs):
        yield Change(Kind.CHANGED, part, place, name, _listed(mine, theirs), _listed(theirs, mine))


def _orders(part: Part, place: Place, mine: Counter[str], theirs: Counter[str]) -> Iterator[Change]:
    """Orders of one and the same names that differ; other names are told as added and removed."""
    for names, order in {_sorted(order): order for order in mine}.items():
        alike = [each for each in theirs if _sorted(each) == names]
        if alike and order not in alike and not any(each in mine for each in alike):
            yield Change(Kind.REORDERED, part, place, "", order, alike[0])


def _sorted(order: str) -> tuple[str, ...]:
    return tuple(sorted(order.split()))


def _listed(values: Counter[str], beside: Counter[str]) -> str | None:
    """What the other side has not, each with its number."""
    own = [(value, count) for value, count in values.most_common() if value not in beside]
    return ", ".join(f"{value} ({count})" for value, count in own) or None


def _places(node: Node, place: Place) -> Iterator[tuple[Place, Node]]:
    yield place, node
    for child in node.children:
        yield from _places(child, (*place, child.tag))


def _note(element: Element, node: Node) -> None:
    for name, value in attribute_values(node).items():
        _count(element.attributes.setdefault(name, Counter()), kind_of_value(value))
    content = content_text(node.content)
    if content is not None:
        _count(element.contents, kind_of_value(content))
    if len(node.attrs) > 1:
        _count(element.attribute_orders, " ".join(node.attrs))
    tags = list(dict.fromkeys(child.tag for child in node.children))
    if len(tags) > 1:
        _count(element.child_orders, " ".join(tags))


def _count(counter: Counter[str], value: str) -> None:
    counter[value if value in counter or len(counter) < MAX_VALUES else OTHERS] += 1


def without_indices(change: Change) -> Change:
    """The change at its place in any stanza, with values in which names count as one."""
    return replace(
        change,
        place=tuple(_INDEX.sub("", segment) for segment in change.place),
        name=_INDEX.sub("", change.name),
        left=None if change.left is None else kind_of_value(change.left),
        right=None if change.right is None else kind_of_value(change.right),
    )
