"""Two stanzas side by side: what one has that the other has not, what differs, and what stands elsewhere.

Pure. Nodes are compared as they are handed in: through placeholders, so that one person on both sides is no
difference.
"""

from __future__ import annotations

import enum
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import chain, islice

from ringback.findings import Finding, Stance
from ringback.stanza import Content, Node, Value

MAX_CHANGES = 1_000
"""Changes that are told. Against a stanza of a million children beside one of none."""
MAX_ALIGNED = 256
"""Children of one tag that are aligned by what they say; more are compared one by one in their order. Against
the square of a number that somebody else chose."""

_CONTENT = "content-undocumented"
_DIFFERENT = frozenset({Stance.CONTRADICTS, Stance.EXTENDS})


class Kind(enum.Enum):
    """What the second side is to the first."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    REORDERED = "reordered"


class Part(enum.Enum):
    """What of an element it is about."""

    TAG = "tag"
    ATTRIBUTE = "attribute"
    CHILD = "child"
    CONTENT = "content"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference."""

    kind: Kind
    part: Part
    place: tuple[str, ...]
    """The element that it is in, as findings spell it, by the indices of the first side."""
    name: str
    """Of the attribute or child; empty for what is about the element itself."""
    left: str | None
    """What the first side has: a value, a stanza on one line, an order; None for nothing."""
    right: str | None
    is_name: bool = False
    """Both are placeholders of one kind: they name something, and on each side something else."""
    left_count: tuple[int, int] | None = None
    """In how many stanzas of how many, where sides are several stanzas."""
    right_count: tuple[int, int] | None = None

    @property
    def reversed(self) -> Change:
        """The same with its sides exchanged."""
        opposite = {Kind.ADDED: Kind.REMOVED, Kind.REMOVED: Kind.ADDED}.get(self.kind, self.kind)
        return Change(
            opposite,
            self.part,
            self.place,
            self.name,
            self.right,
            self.left,
            self.is_name,
            self.right_count,
            self.left_count,
        )


_NAMING = re.compile(
    r"(?P<series>CALLID|ID|GROUP|NAME-PLACEHOLDER)-[0-9]+"
    r"|(?P<time>T)[+-][0-9]+"
    r"|\b[A-Z]{1,2}(?=(?:\.[0-9]+)?(?::[0-9]+)?@)"
    r"|(?P<v4>192\.0\.2|198\.51\.100|203\.0\.113)\.[0-9]+"
    r"|2001:db8::[0-9a-f]*"
)


def kind_of_value(text: str) -> str:
    """The text with what is only a name in it replaced: `CALLID-*`, `*:17@lid`, `T*`."""
    return _NAMING.sub(lambda found: f"{found['series']}-*" if found["series"] else "*", text)


def compare_nodes(left: Node, right: Node) -> list[Change]:
    """What is different about `right`; at most `MAX_CHANGES`, in the order of the first side."""
    return list(islice(_compare(left, right, (left.tag,)), MAX_CHANGES))


def _compare(left: Node, right: Node, place: tuple[str, ...]) -> Iterator[Change]:
    if left.tag != right.tag:
        yield Change(Kind.CHANGED, Part.TAG, place, "", left.tag, right.tag)
    yield from _attributes(left, right, place)
    yield from _content(left, right, place)
    pairs = _paired(left.children, right.children)
    yield from _order(pairs, place)
    totals = Counter(child.tag for child in left.children)
    seen: Counter[str] = Counter()
    for one, other in pairs:
        if one is None and other is not None:
            yield Change(Kind.ADDED, Part.CHILD, place, other[1].tag, None, one_line(other[1]))
        elif one is not None:
            tag = one[1].tag
            seen[tag] += 1
            if other is None:
                yield Change(Kind.REMOVED, Part.CHILD, place, tag, one_line(one[1]), None)
            else:
                index = f"[{seen[tag]}]" if totals[tag] > 1 else ""
                yield from _compare(one[1], other[1], (*place, tag + index))


def _attributes(left: Node, right: Node, place: tuple[str, ...]) -> Iterator[Change]:
    before, after = attribute_values(left), attribute_values(right)
    for name in dict.fromkeys(chain(before, after)):
        one, other = before.get(name), after.get(name)
        if one != other:
            yield _valued(Part.ATTRIBUTE, place, f"@{name}", one, other)
    common = [name for name in before if name in after], [name for name in after if name in before]
    if common[0] != common[1]:
        yield Change(Kind.REORDERED, Part.ATTRIBUTE, place, "", " ".join(common[0]), " ".join(common[1]))


def attribute_values(node: Node) -> dict[str, str]:
    """Each attribute with its value, a repeated one with all of them."""
    values = {name: str(value) for name, value in node.attrs.items()}
    for name, value in node.repeated:
        values[name] = f"{values[name]}, {value}" if name in values else str(value)
    return values


def _content(left: Node, right: Node, place: tuple[str, ...]) -> Iterator[Change]:
    one, other = content_text(left.content), content_text(right.content)
    if one != other:
        yield _valued(Part.CONTENT, place, "", one, other)


def content_text(content: Content) -> str | None:
    """A content that is no child list in a word: text, or bytes in hex; None for children and for nothing."""
    if content is None or isinstance(content, tuple):
        return None
    return f"0x{content.hex()}" if isinstance(content, bytes) else str(content)


def _valued(part: Part, place: tuple[str, ...], name: str, one: str | None, other: str | None) -> Change:
    if one is None:
        return Change(Kind.ADDED, part, place, name, None, other)
    if other is None:
        return Change(Kind.REMOVED, part, place, name, one, None)
    is_name = kind_of_value(one) == kind_of_value(other)
    return Change(Kind.CHANGED, part, place, name, one, other, is_name)


_Placed = tuple[int, Node]


def _paired(left: Sequence[Node], right: Sequence[Node]) -> list[tuple[_Placed | None, _Placed | None]]:
    """Each child beside that of the other side which it is most likely to be, in the order of the first side;
    what only the second side has comes last."""
    beside: dict[int, _Placed] = {}
    others = _by_tag(right)
    for tag, ones in _by_tag(left).items():
        beside.update((one[0], other) for one, other in _aligned(ones, others.get(tag, [])))
    taken = {index for index, _ in beside.values()}
    pairs: list[tuple[_Placed | None, _Placed | None]] = [
        ((index, child), beside.get(index)) for index, child in enumerate(left)
    ]
    return pairs + [(None, (index, child)) for index, child in enumerate(right) if index not in taken]


def _by_tag(children: Sequence[Node]) -> dict[str, list[_Placed]]:
    placed: dict[str, list[_Placed]] = {}
    for index, child in enumerate(children):
        placed.setdefault(child.tag, []).append((index, child))
    return placed


def _aligned(ones: list[_Placed], others: list[_Placed]) -> Iterator[tuple[_Placed, _Placed]]:
    """Children of one tag: those that say the same together, those in between in their order."""
    if max(len(ones), len(others)) > MAX_ALIGNED:
        yield from zip(ones, others, strict=False)
        return
    said, says = ([one_line(child) for _, child in side] for side in (ones, others))
    matcher = SequenceMatcher(None, said, says, autojunk=False)
    for _, start, end, other_start, other_end in matcher.get_opcodes():
        yield from zip(ones[start:end], others[other_start:other_end], strict=False)


def _order(
    pairs: Iterable[tuple[_Placed | None, _Placed | None]], place: tuple[str, ...]
) -> Iterator[Change]:
    both = [(one, other) for one, other in pairs if one is not None and other is not None]
    moved = sorted(both, key=lambda pair: pair[1][0])
    if both != moved:
        before, after = (" ".join(one[1].tag for one, _ in pairs) for pairs in (both, moved))
        yield Change(Kind.REORDERED, Part.CHILD, place, "", before, after)


def one_line(node: Node) -> str:
    """A stanza on one line, much as XML: for people."""
    attrs = "".join(f' {name}="{value}"' for name, value in chain(node.attrs.items(), node.repeated))
    if node.content is None:
        return f"<{node.tag}{attrs}/>"
    if isinstance(node.content, tuple):
        inside = "".join(map(one_line, node.content))
    else:
        inside = content_text(node.content) or ""
    return f"<{node.tag}{attrs}>{inside}</{node.tag}>"


def compare_with_model(findings: Iterable[Finding]) -> list[Change]:
    """What is different about a stanza beside its model, told by the findings about it (`check_stanza`).

    What the model leaves optional and the stanza has not is no difference. The findings are through
    placeholders.
    """
    changes = (_of_finding(finding) for finding in findings if finding.stance in _DIFFERENT)
    return list(islice(changes, MAX_CHANGES))


def _of_finding(finding: Finding) -> Change:
    place, name = finding.path[:-1] or finding.path, finding.path[-1] if len(finding.path) > 1 else ""
    fact = "" if finding.fact is None else f"{finding.fact.confidence}"
    got = value_text(finding.got)
    if finding.code == _CONTENT:
        return Change(Kind.ADDED, Part.CONTENT, finding.path, "", None, got)
    part = Part.CHILD if name else Part.CONTENT
    part = Part.ATTRIBUTE if name.startswith("@") else part
    if finding.code.endswith("-undocumented"):
        return Change(Kind.ADDED, part, place, name, None, got or "there")
    if finding.code.endswith("-missing"):
        return Change(Kind.REMOVED, part, place, name, f"required ({fact})" if fact else "required", None)
    expected = value_text(finding.expected) or finding.message
    return Change(Kind.CHANGED, part, place, name, f"{expected} ({fact})" if fact else expected, got)


def value_text(value: Value | bytes | None) -> str | None:
    """A value of a finding as a side has it."""
    return f"0x{value.hex()}" if isinstance(value, bytes) else None if value is None else str(value)
