"""`ringback diff`: two stanzas, a stanza and its model, or one stanza of two builds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import TypedDict

from ringback.casebook import Casebook
from ringback.check.stanza import check_stanza
from ringback.commands.environment import Environment
from ringback.commands.gathering import Gathered, gather
from ringback.commands.recorded import SourceOptions
from ringback.commands.sides import Side, find_side
from ringback.commands.usage import ArgumentError
from ringback.spec.model import StanzaSpec
from ringback.stanza import Node
from ringback.stanzadiff import MAX_CHANGES, Change, compare_nodes, compare_with_model
from ringback.stanzaprofile import Profile, compare_profiles, without_indices
from ringback.status import ExitCode
from ringback.view.diff_text import print_diff

SCHEMA = "ringback-diff/1"


class ShownChange(TypedDict):
    """One change as `ringback diff --json` prints it."""

    kind: str
    part: str
    place: str
    name: str
    left: str | None
    right: str | None
    names: bool
    left_count: list[int] | None
    right_count: list[int] | None


class Shown(TypedDict):
    """What `ringback diff --json` prints."""

    schema: str
    left: str
    right: str
    left_is: str
    right_is: str
    same: bool
    changes: list[ShownChange]


def diff(
    source: SourceOptions,
    names: tuple[str, str],
    environment: Environment,
    *,
    as_json: bool,
    tells_by_code: bool,
) -> ExitCode:
    """Print what is different about the second side.

    Raises:
        SourceError, LedgerError: a source cannot be read.
        SpecError: the specification cannot be used.
        ArgumentError: a side names nothing there is, or both are models.
    """
    gathered = gather(source.recording, source.spec, environment)
    left, right = (find_side(name, gathered.casebook, gathered.specification) for name in names)
    changes = _compare(left, right, gathered)
    is_same = all(change.is_name for change in changes)
    if as_json:
        environment.write_json(_shown(left, right, changes, is_same=is_same))
    else:
        print_diff(environment.console(), left.told, right.told, changes)
    if gathered.status is ExitCode.OK and tells_by_code and not is_same:
        return ExitCode.DIFFERENT
    return gathered.status


def _compare(left: Side, right: Side, gathered: Gathered) -> list[Change]:
    if left.model is not None and right.model is not None:
        raise ArgumentError("both sides are models: name a stanza on one of them")
    if left.model is not None:
        return _beside_model(right, left.model, gathered)
    if right.model is not None:
        return [change.reversed for change in _beside_model(left, right.model, gathered)]
    one, other = (list(_nodes(side, gathered.casebook)) for side in (left, right))
    if left.is_one and right.is_one:
        return compare_nodes(one[0], other[0])
    return compare_profiles(Profile.of(one), Profile.of(other))


def _nodes(side: Side, casebook: Casebook) -> Iterator[Node]:
    return (casebook.placeholders.node(each.sighting.node) for each in side.stanzas)


def _beside_model(side: Side, model: StanzaSpec, gathered: Gathered) -> list[Change]:
    """Of one stanza what differs, of several how many of them differ so."""
    found: Counter[Change] = Counter()
    placeholders = gathered.casebook.placeholders
    for observed in side.stanzas:
        findings = check_stanza(observed.sighting, model, gathered.specification.enums)
        changes = compare_with_model([placeholders.finding(each) for each in findings])
        if side.is_one:
            return changes
        found.update(dict.fromkeys(map(without_indices, changes)).keys())
    total = len(side.stanzas)
    return [replace(change, right_count=(count, total)) for change, count in found.items()][:MAX_CHANGES]


def _shown(left: Side, right: Side, changes: list[Change], *, is_same: bool) -> Shown:
    return {
        "schema": SCHEMA,
        "left": left.name,
        "right": right.name,
        "left_is": left.told,
        "right_is": right.told,
        "same": is_same,
        "changes": [_shown_change(change) for change in changes],
    }


def _shown_change(change: Change) -> ShownChange:
    return {
        "kind": change.kind.value,
        "part": change.part.value,
        "place": "/" + "/".join(change.place),
        "name": change.name,
        "left": change.left,
        "right": change.right,
        "names": change.is_name,
        "left_count": None if change.left_count is None else list(change.left_count),
        "right_count": None if change.right_count is None else list(change.right_count),
    }
