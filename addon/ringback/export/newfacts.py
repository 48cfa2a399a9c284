"""What the wire shows beyond a stanza file, as facts to be added to it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from ringback.calls import Call
from ringback.confidence.carry import ONE_OBSERVATION
from ringback.confidence.independence import sees_stanzas
from ringback.export.change import Change, Kind
from ringback.export.document import StanzaDocument, flow_list
from ringback.export.leakscan import scan
from ringback.export.material import Material
from ringback.export.verdicts import counted
from ringback.questions.undocumented import ATTRIBUTE, CHILD, REST, Undocumented
from ringback.spec.model import BASE_TYPES
from ringback.stanza import Node

MAX_EXAMPLES = 3
"""Values that a new attribute is given as examples, and shapes that are told: the most frequent ones."""
_NOT_DESCRIBED = "Seen on the wire; what it means is not known yet."
_PLAIN_NAME = re.compile(r"[a-z][a-z0-9_.:-]*")
_EXAMPLE = re.compile(r"[a-z0-9][a-z0-9_-]{0,11}")
"""An example is a word or a short number: no placeholder, no address, nothing that the leak scan refuses."""


def new_facts(material: Material, undocumented: Sequence[Undocumented]) -> Iterator[Change]:
    """One change for each outermost thing that is not documented, with all that is in it."""
    facts = [each for each in undocumented if _can_be_fact(each)]
    children = {(each.spec, each.path) for each in facts if each.what == CHILD}
    for each in facts:
        if not any((each.spec, owner) in children for owner in _owners(each.path)):
            inside = [one for one in facts if one.spec == each.spec and one.path.startswith(f"{each.path}/")]
            yield _new_fact(each, inside, material)


def _can_be_fact(each: Undocumented) -> bool:
    names = [name.removeprefix("@") for name in each.path.split("/")]
    return (
        each.what in {ATTRIBUTE, CHILD}
        and each.path != REST
        and all(map(_PLAIN_NAME.fullmatch, names))
        and (each.what == CHILD or each.type_guess in BASE_TYPES)
    )


def _owners(path: str) -> Iterator[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def _new_fact(each: Undocumented, inside: Sequence[Undocumented], material: Material) -> Change:
    shown = [_seen_in(each), *(f"{one.path}: {_seen_in(one)}" for one in inside)]

    def apply(document: StanzaDocument) -> None:
        for one in (each, *inside):
            key = "children" if one.what == CHILD else "attributes"
            document.add_fact(one.path.rpartition("/")[0], key, _fact(one, material))

    with_inside = f", with {counted(len(inside), 'fact')} inside" if inside else ""
    return Change(
        spec=each.spec,
        path=each.path,
        kind=Kind.NEW_FACT,
        summary=f"new {each.what}, {_confidence(each, material)}{with_inside}",
        evidence=tuple(shown),
        apply=apply,
    )


def _seen_in(each: Undocumented) -> str:
    directions = ", ".join(f"{count} {direction}" for direction, count in _directions(each))
    shapes = ", ".join(shape for shape, _ in each.shapes.rows[:MAX_EXAMPLES])
    values = f"; values: {shapes}" if shapes else ""
    return f"in {each.n} of {each.of} stanzas ({directions}), {counted(len(each.calls), 'call')}{values}"


def _directions(each: Undocumented) -> tuple[tuple[str, int], ...]:
    return next((counts.rows for counts in each.splits if counts.title == "direction"), ())


def _confidence(each: Undocumented, material: Material) -> str:
    """What the corroboration rule gives a fact that was observed cleanly by whatever technique it was."""
    is_seen = any(map(sees_stanzas, material.techniques_of(_calls_of(each, material))))
    return ONE_OBSERVATION if is_seen else "speculative"


def _calls_of(each: Undocumented, material: Material) -> list[Call]:
    return [call for call in material.calls if call.call_id in each.calls]


def _fact(each: Undocumented, material: Material) -> CommentedMap:
    nodes = list(_nodes_at(each, material))
    calls = _calls_of(each, material)
    techniques = material.techniques_of(calls)
    source = f"ringback: {_seen_in(each)} ({'; '.join((*techniques, *material.builds_of(calls)))})"
    provenance = CommentedMap(
        {
            "techniques": flow_list(techniques),
            "sources": flow_list([DoubleQuotedScalarString(source)]),
        }
    )
    name = each.path.rpartition("/")[2].removeprefix("@")
    if each.what == CHILD:
        return CommentedMap(
            {
                "tag": name,
                "occurrence": DoubleQuotedScalarString("0..n" if _repeats(each, material) else "0..1"),
                "confidence": _confidence(each, material),
                "description": _NOT_DESCRIBED,
                "provenance": provenance,
            }
        )
    fact = CommentedMap(
        {
            "name": name,
            "type": each.type_guess,
            "required": False,
            "confidence": _confidence(each, material),
            "description": _NOT_DESCRIBED,
        }
    )
    examples = Counter(text for node in nodes if (text := node.text(name)) and _is_example(text))
    if examples and each.type_guess != "jid":
        values = [text for text, _ in sorted(examples.items(), key=lambda item: (-item[1], item[0]))]
        fact["observed_values"] = flow_list(
            [_spelled(text, each.type_guess) for text in values[:MAX_EXAMPLES]]
        )
    fact["provenance"] = provenance
    return fact


def _is_example(text: str) -> bool:
    return _EXAMPLE.fullmatch(text) is not None and not scan(text)


def _spelled(text: str, type_guess: str) -> str | int:
    is_number = type_guess == "int" and str(int(text)) == text
    return int(text) if is_number else DoubleQuotedScalarString(text)


def _nodes_at(each: Undocumented, material: Material) -> Iterator[Node]:
    """The elements at the path, or those that hold the attribute at it."""
    for root in _roots(each, material):
        yield from _descend([root], each.path.partition("/@")[0].split("/")[1:])


def _repeats(each: Undocumented, material: Material) -> bool:
    *above, tag = each.path.split("/")[1:]
    return any(
        len(parent.all(tag)) > 1 for root in _roots(each, material) for parent in _descend([root], above)
    )


def _roots(each: Undocumented, material: Material) -> Iterator[Node]:
    spec = material.specification.stanzas[each.spec]
    for call in material.calls:
        for sighting in call.sightings():
            if sighting.node.tag == spec.tag:
                yield sighting.node


def _descend(nodes: Sequence[Node], tags: Sequence[str]) -> Sequence[Node]:
    for tag in tags:
        nodes = [child for node in nodes for child in node.all(tag)]
    return nodes
