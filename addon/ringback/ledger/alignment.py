"""One name for one identity, where a ledger was recorded under several secrets.

Each secret has names of its own for the same users, calls and ids, and none can be turned into another's. But
a frame that was recorded under two of them stands in the ledger twice, in the same words but for the names:
so the name at one place under the one secret means what the name at that place means under the other. All
names that such a chain leads to are one. That follows from what the ledger holds, not from the order in which
it came together, and needs no secret.

Addresses are left out: few stand for all (RFC 5737), so that two may share one.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from operator import itemgetter
from typing import NamedTuple

from ringback.keyednames import ADDRESSES, NAMES

SHARED = """SELECT observation, realm, node, owner FROM stanza
    WHERE observation IN (SELECT observation FROM stanza GROUP BY observation HAVING count(*) > 1)
    ORDER BY observation, realm"""
"""Every stanza that was recorded under more than one secret, in the names of each."""


class Name(NamedTuple):
    """A keyed name and the realm that it belongs to."""

    realm: str
    spelling: str


class Alignment:
    """Which names of several realms are one, as far as what they saw in common tells."""

    def __init__(self, database: sqlite3.Connection) -> None:
        """Compare what the snapshot holds of each frame under several secrets."""
        (realms,) = database.execute("SELECT count(*) FROM realm").fetchone()
        classes = _classes(set(_pairs(database))) if realms > 1 else ()
        self._one: dict[Name, str] = {
            name: min(names).spelling for names in classes if _is_of_one(names) for name in names
        }
        self._realms: dict[str, set[str]] = {}
        for name, one in self._one.items():
            self._realms.setdefault(one, set()).add(name.realm)

    def spell(self, realm: str, text: str) -> str:
        """The text out of that realm, each name in it in the spelling that all realms share."""
        if not self._one:
            return text
        return NAMES.sub(lambda found: self._one.get(Name(realm, found[0]), found[0]), text)

    def names(self, realm: str, text: str) -> Iterator[tuple[str, frozenset[str]]]:
        """The shared spelling of each name in the text, and all realms that have that name."""
        for found in NAMES.findall(self.spell(realm, text)):
            yield found, frozenset(self._realms.get(found, ())) | {realm}


def kind_of(spelling: str) -> str:
    """What all spellings of one name have in common: its kind, form and length."""
    return spelling.rpartition("-")[0]


def _pairs(database: sqlite3.Connection) -> Iterator[tuple[Name, Name]]:
    """Names of two realms that stand at one place of one frame."""
    with closing(database.execute(SHARED)) as shared:
        for _, rows in itertools.groupby(shared, key=itemgetter(0)):
            alike: dict[tuple[int, str], tuple[str, str]] = {}
            for _, realm, *texts in rows:
                for column, text in enumerate(texts):
                    # Two readings of a frame may differ, as with a token table that was guessed: those are
                    # not held against each other.
                    other, theirs = alike.setdefault((column, _shape(text)), (realm, text))
                    for known, spelling in zip(NAMES.findall(theirs), NAMES.findall(text), strict=True):
                        yield Name(other, known), Name(realm, spelling)


def _shape(text: str) -> str:
    """The text without what depends on the secret that it was recorded under."""
    return ADDRESSES.sub("", NAMES.sub(lambda found: kind_of(found[0]), text))


def _classes(pairs: Iterable[tuple[Name, Name]]) -> Iterable[set[Name]]:
    """All names that a chain of pairs leads from one to the other."""
    classes: dict[Name, set[Name]] = {}
    for one, other in pairs:
        first, second = classes.setdefault(one, {one}), classes.setdefault(other, {other})
        if first is second:
            continue
        small, large = sorted((first, second), key=len)
        large |= small
        classes.update(dict.fromkeys(small, large))
    return {id(names): names for names in classes.values()}.values()


def _is_of_one(names: set[Name]) -> bool:
    """Whether they can mean one identity, for which a realm has one name. Where they cannot, somebody's
    frames are not what they claim to be, and nothing is concluded from them."""
    return len({name.realm for name in names}) == len(names)
