"""What the wire shows beyond a stanza file, as facts to be added to it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from ringback.calls import Sighting
from ringback.confidence.carry import CORROBORATED, ONE_OBSERVATION
from ringback.confidence.independence import Witness, least_obstacles, sees_stanzas
from ringback.export.change import Change, Kind
from ringback.export.document import StanzaDocument, flow_list
from ringback.export.leakscan import scan
from ringback.export.material import Material
from ringback.export.ownsources import OwnSource, is_addition
from ringback.questions.evidence import ClientFacts
from ringback.questions.stanzas import maybe_spec
from ringback.questions.undocumented import ATTRIBUTE, CHILD, REST, Undocumented
from ringback.spec.model import BASE_TYPES, CONFIDENCES, WEBSOCKET_CAPTURE, AttributeFact, ChildFact
from ringback.stanza import Node
from ringback.wording import counted

MAX_EXAMPLES = 3
"""Values that a new attribute is given as examples, and shapes that are told: the most frequent ones."""
_NOT_DESCRIBED = "Seen on the wire; what it means is not known yet."
_PLAIN_NAME = re.compile(r"[a-z][a-z0-9_.:-]*")
_EXAMPLE = re.compile(r"(?!00)[a-z0-9][a-z0-9_-]{0,11}")
"""An example is a word or a short number: no placeholder, no zeros in the place of one
(`ringback.export.washing`), no address, nothing that the leak scan refuses."""


def new_facts(material: Material, additions: Sequence[Undocumented]) -> Iterator[Change]:
    """One change for each outermost thing that the file does not have yet, with all that is in it."""
    facts = [each for each in additions if _can_be_fact(each) and _maybe_fact(each, material) is None]
    children = {(each.spec, each.path) for each in facts if each.what == CHILD}
    for each in facts:
        if not any((each.spec, owner) in children for owner in _owners(each.path)):
            inside = [one for one in facts if one.spec == each.spec and one.path.startswith(f"{each.path}/")]
            yield _new_fact(_Seen.of(each, material), [_Seen.of(one, material) for one in inside])


def refreshed_facts(
    material: Material, additions: Sequence[Undocumented], contradicted: Collection[tuple[str, str]]
) -> Iterator[Change]:
    """One change for each fact that ringback added to the file before: what the evidence says of it now.
    `contradicted` are files and paths of facts that are left alone."""
    for each in additions:
        fact = _maybe_fact(each, material) if _can_be_fact(each) else None
        if fact is not None and is_addition(fact) and (each.spec, each.path) not in contradicted:
            yield _refreshed(_Seen.of(each, material), fact)


def _maybe_fact(each: Undocumented, material: Material) -> AttributeFact | ChildFact | None:
    facts = material.specification.stanzas[each.spec].facts()
    return next((fact for fact in facts if fact.path == each.path), None)


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


@dataclass(frozen=True, slots=True)
class _Seen:
    """Something that the file did not know, and who showed it."""

    what: Undocumented
    nodes: tuple[Node, ...]
    """The elements at the path, or those that hold the attribute at it."""
    repeats: bool
    """Whether an element has several of that tag."""
    clients: tuple[ClientFacts, ...]
    """Of the connections that showed it, as far as they are known."""

    @classmethod
    def of(cls, what: Undocumented, material: Material) -> _Seen:
        *above, last = what.path.split("/")[1:]
        nodes: list[Node] = []
        clients: list[ClientFacts] = []
        repeats = False
        for sighting in _sightings(what.spec, material):
            owners = _descend([sighting.node], above)
            found = [owner for owner in owners if owner.text(last[1:]) is not None]
            if not last.startswith("@"):
                found = list(_descend(owners, [last]))
                repeats = repeats or any(len(owner.all(last)) > 1 for owner in owners)
            client = material.client_of(sighting.evidence)
            nodes += found
            clients += [client] if found and client is not None else []
        return cls(what, tuple(nodes), repeats, tuple(clients))

    @property
    def path(self) -> str:
        return self.what.path

    @property
    def key(self) -> str:
        """Of the list that it stands in."""
        return "children" if self.what.what == CHILD else "attributes"

    @property
    def level(self) -> str:
        """What the corroboration rule gives a fact that was observed cleanly by whatever technique it was."""
        clients = [client for client in self.clients if sees_stanzas(client.technique)]
        if self.clients and not clients:
            return "speculative"
        witnesses = [Witness(client.technique, client.version) for client in clients]
        return ONE_OBSERVATION if not witnesses or least_obstacles(witnesses) else CORROBORATED

    @property
    def told(self) -> str:
        """How often, in which directions and calls, with which values."""
        each = self.what
        directions = next((counts.rows for counts in each.splits if counts.title == "direction"), ())
        listed = ", ".join(f"{count} {direction}" for direction, count in directions)
        shapes = ", ".join(shape for shape, _ in each.shapes.rows[:MAX_EXAMPLES])
        values = f"; values: {shapes}" if shapes else ""
        return f"in {each.n} of {each.of} stanzas ({listed}), {counted(len(each.calls), 'call')}{values}"

    @property
    def source(self) -> OwnSource:
        techniques = sorted({client.technique for client in self.clients} or {WEBSOCKET_CAPTURE})
        builds = {f"{client.platform} {client.version}".strip() for client in self.clients} - {""}
        return OwnSource.added(self.told.removeprefix("in "), techniques, sorted(builds))

    @property
    def examples(self) -> list[str | int]:
        """Values of an attribute, the most frequent first; none of addresses."""
        name = self.path.rpartition("/@")[2]
        if self.what.what == CHILD or self.what.type_guess == "jid":
            return []
        found = Counter(text for node in self.nodes if (text := node.text(name)) and _is_example(text))
        values = [text for text, _ in sorted(found.items(), key=lambda item: (-item[1], item[0]))]
        return [_spelled(text, self.what.type_guess) for text in values[:MAX_EXAMPLES]]

    def as_fact(self) -> CommentedMap:
        """As the file has it."""
        source = self.source
        name = self.path.rpartition("/")[2].removeprefix("@")
        if self.what.what == CHILD:
            occurrence = DoubleQuotedScalarString("0..n" if self.repeats else "0..1")
            fact = CommentedMap({"tag": name, "occurrence": occurrence})
        else:
            fact = CommentedMap({"name": name, "type": self.what.type_guess, "required": False})
        fact |= {"confidence": self.level, "description": _NOT_DESCRIBED}
        if self.examples:
            fact["observed_values"] = flow_list(self.examples)
        fact["provenance"] = CommentedMap(
            {
                "techniques": flow_list(source.techniques),
                "sources": flow_list([DoubleQuotedScalarString(source.text)]),
            }
        )
        return fact


def _new_fact(seen: _Seen, inside: Sequence[_Seen]) -> Change:
    def apply(document: StanzaDocument) -> None:
        for one in (seen, *inside):
            document.add_fact(one.path.rpartition("/")[0], one.key, one.as_fact())

    with_inside = f", with {counted(len(inside), 'fact')} inside" if inside else ""
    return Change(
        spec=seen.what.spec,
        path=seen.path,
        kind=Kind.NEW_FACT,
        summary=f"new {seen.what.what}, {seen.level}{with_inside}",
        evidence=(seen.told, *(f"{one.path}: {one.told}" for one in inside)),
        apply=apply,
    )


def _refreshed(seen: _Seen, fact: AttributeFact | ChildFact) -> Change:
    is_raised = CONFIDENCES.index(seen.level) < CONFIDENCES.index(fact.confidence)

    def apply(document: StanzaDocument) -> None:
        if is_raised:
            document.set_confidence(seen.path, seen.level)
        document.extend_examples(seen.path, seen.examples, MAX_EXAMPLES)
        seen.source.name_in(document, seen.path, always=is_raised)

    raised = f"confidence {fact.confidence} -> {seen.level}, with the evidence as source"
    return Change(
        spec=seen.what.spec,
        path=seen.path,
        kind=Kind.RAISED if is_raised else Kind.EVIDENCE,
        summary=raised if is_raised else "the evidence for a fact that was added before is told anew",
        evidence=(seen.told, *seen.source.techniques, *seen.source.builds),
        apply=apply,
    )


def _is_example(text: str) -> bool:
    return _EXAMPLE.fullmatch(text) is not None and not scan(text)


def _spelled(text: str, type_guess: str) -> str | int:
    is_number = type_guess == "int" and str(int(text)) == text
    return int(text) if is_number else DoubleQuotedScalarString(text)


def _sightings(spec: str, material: Material) -> Iterator[Sighting]:
    """The copies of that file's stanzas."""
    for call in material.calls:
        for sighting in call.sightings():
            known = maybe_spec(sighting, material.specification)
            if known is not None and known.id == spec:
                yield sighting


def _descend(nodes: Sequence[Node], tags: Sequence[str]) -> Sequence[Node]:
    for tag in tags:
        nodes = [child for node in nodes for child in node.all(tag)]
    return nodes
