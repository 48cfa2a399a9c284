"""What a ledger has counted, fit to be published: nothing of it is read again but the counts.

Each call is washed by itself before it is counted, so that its count depends on nothing else: whatever has a
placeholder is told from the rest by its form. Names that the ledger itself has hidden stay as they are in a
count, and get their placeholders here, one after the other, as the calls do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path

from msgspec import structs

import ringback
from ringback.calls import Call
from ringback.confidence import Levels
from ringback.export.leakscan import checked
from ringback.export.material import LEAST_ID, Material, known_versions
from ringback.export.washing import path_with, washed
from ringback.keyednames import NAMES
from ringback.ledger.counts import Counting, Tally
from ringback.questions.counting import count_call
from ringback.questions.counts import COUNTING, CallCount, Counted, fits
from ringback.questions.evidence import ClientFacts
from ringback.questions.facts import statements_of
from ringback.questions.verdict import Counts, Verdict
from ringback.questions.weighing import Weighing, judge, judge_levels
from ringback.sanitize import Placeholders
from ringback.spec.model import Specification
from ringback.version import VERSION


class _Apart(Placeholders):
    """For one call: what the ledger has hidden by a name of its own is hidden."""

    def name(self, name: str) -> str:
        return name if NAMES.fullmatch(name) else super().name(name)


def counting_by(specification: Specification, clients: Callable[[], Mapping[int, ClientFacts]]) -> Counting:
    """How the calls of a ledger are counted; `clients` gives who speaks on a connection, by its number. It is
    asked only where something has to be counted."""
    statements = statements_of(specification)

    def count(call: Call) -> Counted:
        connections = {sighting.connection for sighting in call.sightings()}
        known = clients()
        own = {number: known[number] for number in connections if number in known}
        material = Material.of([call], own, specification)
        clean = washed(material, _Apart.admitting(specification.stanzas.values()))
        counted = count_call(clean.calls[0], clean.clients, specification, seen=call)
        versions = tuple(sorted(material.versions))
        return structs.replace(
            counted, call_id=call.call_id, count=structs.replace(counted.count, versions=versions)
        )

    return Counting(_model(specification), count, lambda each: _is_sound(each, statements))


def _is_sound(count: CallCount, statements: Mapping[str, int]) -> bool:
    return fits(count, statements) and known_versions(count.versions) == frozenset(count.versions)


def _model(specification: Specification) -> str:
    """Names the specification and this very way of counting: another one as soon as a line of ringback is."""
    return hashlib.sha256(f"{COUNTING} {VERSION} {_program()} {specification!r}".encode()).hexdigest()


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
        known = {each for each in self.names if len(each) >= LEAST_ID}
        return checked(text, name=name, known=known, versions=self.versions)

    def _shown(self, verdict: Verdict) -> Verdict:
        return replace(verdict, counts=tuple(map(self._renamed, verdict.counts)))

    def _renamed(self, counts: Counts) -> Counts:
        """Words of stanzas may be names that the ledger has hidden."""
        totals: dict[str, int] = {}
        for what, number in counts.rows:
            shown = NAMES.sub(lambda found: self.placeholders.name(found[0]), what)
            totals[shown] = totals.get(shown, 0) + number
        return Counts.of_totals(counts.title, counts.unit, totals)
