"""What a ledger has counted, fit to be published: nothing of it is read again but the counts.

Each call is washed by itself before it is counted, so that its count depends on nothing else: whatever has a
placeholder is told from the rest by its form. Names that the ledger itself has hidden stay as they are in a
count, and get their placeholders here, one after the other, as the calls do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path

from msgspec import structs

import ringback
from ringback.calls import Call
from ringback.confidence import Levels
from ringback.conflicts import Comparison, ConflictNumbers, SideNumbers, comparisons, observe, tally
from ringback.export.found import count_found
from ringback.export.leakscan import checked
from ringback.export.material import LEAST_ID, Material, known_versions
from ringback.export.washing import path_with, washed
from ringback.keyednames import NAMES
from ringback.ledger.counts import Counting, Tally
from ringback.questions.counting import count_call
from ringback.questions.counts import COUNTING, CallCount, ConflictCount, Counted, FoundCount, fits
from ringback.questions.evidence import ClientFacts
from ringback.questions.facts import fact_names, statements_of
from ringback.questions.verdict import Counts, Verdict
from ringback.questions.weighing import Weighing, judge, judge_levels
from ringback.sanitize import Placeholders
from ringback.spec.model import Specification
from ringback.spec.part import SpecPart
from ringback.version import VERSION


class _Apart(Placeholders):
    """For one call: what the ledger has hidden by a name of its own is hidden."""

    def name(self, name: str) -> str:
        return name if NAMES.fullmatch(name) else super().name(name)


def counting_by(
    specification: Specification,
    parts: Sequence[SpecPart],
    clients: Callable[[], Mapping[int, ClientFacts]],
) -> Counting:
    """How the calls of a ledger are counted; `clients` gives who speaks on a connection, by its number. It is
    asked only where something has to be counted."""
    statements, facts = statements_of(specification), len(fact_names(specification))

    compared = list(comparisons(specification, parts))

    def count(call: Call, unreliable: Collection[int]) -> Counted:
        connections = {sighting.connection for sighting in call.sightings()}
        known = clients()
        own = {number: known[number] for number in connections if number in known}
        material = Material.of([call], own, specification)
        clean = washed(material, _Apart.admitting(specification.stanzas.values()))
        counted = count_call(clean.calls[0], clean.clients, specification, seen=call)
        versions = tuple(sorted(material.versions))
        more = structs.replace(
            counted.count,
            versions=versions,
            found=count_found(call, specification, unreliable),
            conflicts=tuple(_conflicts(clean, compared)),
        )
        return structs.replace(counted, call_id=call.call_id, count=more)

    return Counting(
        _model(specification, tuple(parts)),
        count,
        lambda each: fits(each, statements, facts) and _is_sound(each, compared),
    )


def _conflicts(clean: Material, compared: Sequence[Comparison]) -> Iterator[ConflictCount]:
    sightings = [copy for call in clean.calls for each in call.emissions for copy in each.sightings]
    for comparison, each in enumerate(compared):
        observed = observe(each, sightings, clean.client_of, clean.specification.enums)
        for conflict, told in enumerate(tally(each, observed)):
            for side, seen in enumerate((told.stanza, told.part)):
                if seen.n:
                    numbers = len(seen.supports), len(seen.contradicts), len(seen.silent)
                    yield ConflictCount(comparison, conflict, side, *numbers)


def _is_sound(count: CallCount, compared: Sequence[Comparison]) -> bool:
    conflicts = all(
        0 <= each.comparison < len(compared)
        and 0 <= each.conflict < len(compared[each.comparison].conflicts)
        and each.side in {0, 1}
        for each in count.conflicts
    )
    versions = known_versions(count.versions) == frozenset(count.versions)
    return conflicts and versions and count.found is not None


def _model(specification: Specification, parts: tuple[SpecPart, ...]) -> str:
    """Names the specification and this very way of counting: another one as soon as a line of ringback is."""
    return hashlib.sha256(
        f"{COUNTING} {VERSION} {_program()} {specification!r} {parts!r}".encode()
    ).hexdigest()


@cache
def _program() -> str:
    folder = Path(ringback.__file__).parent
    name = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        name.update(path.relative_to(folder).as_posix().encode() + b"\0")
        name.update(path.read_bytes())
    return name.hexdigest()


@dataclass(frozen=True, eq=False)
class TallyAppraisal:
    """All that the counts say, with placeholders: see `Appraised`."""

    tally: Tally
    specification: Specification
    placeholders: Placeholders = field(default_factory=Placeholders)
    scope: str = ""

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The placeholder of each call, by its id: the one that began first is `CALLID-0001`."""
        calls = sorted(self.tally.calls, key=lambda each: each.order)
        return {each.call_id: self.placeholders.call_id(each.call_id) for each in calls}

    @cached_property
    def _counted(self) -> Sequence[Counted]:
        return [structs.replace(each, call_id=self.names[each.call_id]) for each in self.tally.calls]

    @cached_property
    def weighing(self) -> Weighing:
        """Verdicts, tallies, and what is undocumented."""
        doubtful = {self.names[each] for each in self.tally.doubtful if each in self.names}
        weighing = judge(self._counted, self.specification, doubtful=doubtful)
        shown = (
            replace(each, path=path_with(each.path, self.placeholders)) for each in weighing.undocumented
        )
        return replace(
            weighing,
            verdicts=tuple(map(self._shown, weighing.verdicts)),
            undocumented=tuple(sorted(shown, key=lambda each: (each.spec, each.path, each.what))),
        )

    @cached_property
    def levels(self) -> Levels:
        """What the evidence carries each fact to."""
        return judge_levels(self._counted, self.specification)

    def conflicts(self, parts: Sequence[SpecPart]) -> Iterator[ConflictNumbers]:
        """Each disagreement between the stanza files and these parts, by which the calls were counted."""
        totals: dict[tuple[int, int, int], list[int]] = {}
        for call in self.tally.calls:
            for each in call.count.conflicts:
                seen = totals.setdefault((each.comparison, each.conflict, each.side), [0, 0, 0])
                for number, count in enumerate((each.supports, each.contradicts, each.silent)):
                    seen[number] += count
        for comparison, compared in enumerate(comparisons(self.specification, parts)):
            for number, conflict in enumerate(compared.conflicts):
                sides = (
                    SideNumbers(claim, *totals.get((comparison, number, side), (0, 0, 0)))
                    for side, claim in enumerate(conflict.sides)
                )
                yield ConflictNumbers(conflict, *sides)

    @property
    def found(self) -> Iterator[FoundCount]:
        """What is found in each call."""
        return (each.count.found for each in self.tally.calls if each.count.found is not None)

    @cached_property
    def versions(self) -> frozenset[str]:
        """The versions of apps that may be named: see `Material.versions`."""
        counts = {id(each.count): each.count for each in self.tally.calls}
        return frozenset(version for count in counts.values() for version in count.versions)

    def checked(self, text: str, name: str) -> str:
        """The text itself, when nothing in it could identify anybody: of the evidence it was made of the
        calls alone have names.

        Raises:
            LeakError: it holds something that could.
        """
        return checked(text, name=name, known=self.identities, versions=self.versions)

    @cached_property
    def identities(self) -> frozenset[str]:
        """The ids of the calls."""
        return frozenset(each for each in self.names if len(each) >= LEAST_ID)

    def _shown(self, verdict: Verdict) -> Verdict:
        return replace(verdict, counts=tuple(map(self._renamed, verdict.counts)))

    def _renamed(self, counts: Counts) -> Counts:
        """Words of stanzas may be names that the ledger has hidden."""
        totals: dict[str, int] = {}
        for what, number in counts.rows:
            shown = NAMES.sub(lambda found: self.placeholders.name(found[0]), what)
            totals[shown] = totals.get(shown, 0) + number
        return Counts.of_totals(counts.title, counts.unit, totals)
