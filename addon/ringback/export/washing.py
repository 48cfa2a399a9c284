"""The evidence once more, with placeholders: what is weighed for publication holds nobody to begin with.

Numbers do not change by it: the mapping is consistent, so one device stays one device and one call one call.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from msgspec import structs

from ringback.calls import Call, Emission, Sighting
from ringback.confidence import Levels, observed_facts
from ringback.confidence import Weighing as FactWeighing
from ringback.confidence import weigh as weigh_facts
from ringback.conflicts import ConflictTally, comparisons, observe, tally
from ringback.export.material import Material
from ringback.export.ownsources import without_additions
from ringback.export.publisher import refuse_raw, washed_client
from ringback.questions.counting import count_call
from ringback.questions.counts import Counted
from ringback.questions.undocumented import Undocumented, judge_undocumented
from ringback.questions.weighing import Weighing, judge, judge_levels
from ringback.sanitize import Placeholders
from ringback.sanitize.keep import is_placeholder
from ringback.spec.part import SpecPart
from ringback.stanza import Content, Node, Value

_NUMBER = re.compile("-?[0-9]+|[0-9A-Fa-f]+")
"""What the types `int`, `timestamp` and `hex` ask for."""


def washed(material: Material, placeholders: Placeholders) -> Material:
    """The material with placeholders; calls are named in their order: the first is `CALLID-0001`.

    Raises:
        ExportError: the placeholders hide nothing.
    """
    refuse_raw(placeholders)
    placeholders.beware(material.named)
    wash = _Wash(placeholders)
    return Material(
        tuple(map(wash.call, material.calls)),
        {number: washed_client(client, placeholders) for number, client in material.clients.items()},
        material.specification,
        frozenset(
            placeholders.call_id(call.call_id) for call in material.calls if call.call_id in material.doubtful
        ),
    )


@dataclass(frozen=True, eq=False)
class Appraisal:
    """All that the evidence says, fit to be published: with placeholders from the start. Worked out once."""

    material: Material
    """The evidence as it was seen."""
    placeholders: Placeholders = field(default_factory=Placeholders)
    """What it is shown with; others may have named calls with them before."""

    @cached_property
    def clean(self) -> Material:
        """The evidence with placeholders."""
        return washed(self.material, self.placeholders)

    @cached_property
    def counted(self) -> tuple[Counted, ...]:
        """What is counted of each call.

        Types and shapes of what is undocumented are told from the real values, which they do not show.
        """
        clean = self.clean
        return tuple(
            count_call(call, clean.clients, clean.specification, seen=seen)
            for call, seen in zip(clean.calls, self.material.calls, strict=True)
        )

    @cached_property
    def weighing(self) -> Weighing:
        """Verdicts, tallies, and what is undocumented."""
        clean = self.clean
        weighing = judge(self.counted, clean.specification, doubtful=clean.doubtful)
        return replace(weighing, undocumented=self._washed(weighing.undocumented))

    @cached_property
    def levels(self) -> Levels:
        """What the evidence carries each fact to, as numbers; `facts` has the observations."""
        return judge_levels(self.counted, self.clean.specification)

    @cached_property
    def additions(self) -> tuple[Undocumented, ...]:
        """What is undocumented, and what ringback itself added to the files before, told alike."""
        clean, before = self.clean, without_additions(self.clean.specification)
        counted = [
            count_call(call, clean.clients, before, seen=seen)
            for call, seen in zip(clean.calls, self.material.calls, strict=True)
        ]
        return self._washed(judge_undocumented(counted))

    def _washed(self, undocumented: Iterable[Undocumented]) -> tuple[Undocumented, ...]:
        shown = (replace(each, path=path_with(each.path, self.placeholders)) for each in undocumented)
        return tuple(sorted(shown, key=lambda each: (each.spec, each.path, each.what)))

    @property
    def scope(self) -> str:
        """Which part of the evidence this is; empty for all of it."""
        return self.material.scope

    def checked(self, text: str, name: str) -> str:
        """See `Material.checked`."""
        return self.material.checked(text, name)

    @cached_property
    def facts(self) -> FactWeighing:
        """What the evidence carries each fact to."""
        clean = self.clean
        return weigh_facts(clean.specification, observed_facts(clean.findings(), clean.client_of))

    def conflicts(self, parts: Iterable[SpecPart]) -> Iterator[ConflictTally]:
        """Each disagreement between the stanza files and these parts, with the evidence for either side."""
        clean = self.clean
        sightings = [
            sighting for call in clean.calls for each in call.emissions for sighting in each.sightings
        ]
        for comparison in comparisons(clean.specification, parts):
            seen = observe(comparison, sightings, clean.client_of, clean.specification.enums)
            yield from tally(comparison, seen)


def path_with(path: str, placeholders: Placeholders) -> str:
    """The place in a stanza with placeholders."""
    return "/".join(placeholders.path(tuple(path.split("/"))))


class _Wash:
    """One consistent mapping over all calls."""

    def __init__(self, placeholders: Placeholders) -> None:
        self._placeholders = placeholders

    def call(self, call: Call) -> Call:
        name = self._placeholders.call_id(call.call_id)
        return Call(
            name,
            emissions=[self._emission(emission, name) for emission in call.emissions],
            receipts=self._sightings(call.receipts),
            capture=call.capture,
            dropped=call.dropped,
        )

    def _emission(self, emission: Emission, call_id: str) -> Emission:
        sightings = self._sightings(emission.sightings)
        return Emission(
            action=self._placeholders.name(emission.action) if emission.action else "",
            stanza_id=sightings[0].node.text("id"),
            call_id=None if emission.call_id is None else call_id,
            sightings=sightings,
            acks=self._sightings(emission.acks),
        )

    def _sightings(self, sightings: Iterable[Sighting]) -> list[Sighting]:
        return list(map(self._sighting, sightings))

    def _sighting(self, sighting: Sighting) -> Sighting:
        node = _same_form(self._placeholders.node(sighting.node), sighting.node)
        owner = None if sighting.owner is None else self._placeholders.jid(sighting.owner)
        return replace(sighting, node=node, owner=owner)


def _same_form(clean: Node, real: Node) -> Node:
    """What became a placeholder is zeros instead where it has a form that a type may ask for: digits, hex
    digits, bytes. How long they are is evidence, and a placeholder would be another."""
    attrs = clean.attrs
    if len(clean.attrs) == len(real.attrs):
        pairs = zip(clean.attrs.items(), real.attrs.values(), strict=True)
        attrs = {name: _zeros(value, was) for (name, value), was in pairs}
    content: Content = clean.content
    if isinstance(real.content, bytes) and not isinstance(content, bytes):
        content = bytes(len(real.content))
    elif isinstance(content, tuple):
        content = tuple(map(_same_form, content, real.children))
    return structs.replace(clean, attrs=attrs, content=content)


def _zeros(clean: Value, real: Value) -> Value:
    if not isinstance(clean, str) or not isinstance(real, str) or not is_placeholder(clean):
        return clean
    return re.sub("[0-9A-Fa-f]", "0", real) if _NUMBER.fullmatch(real) else clean
