"""Undocumented names of tags and attributes: they stand as they are, unless they turn out to be somebody's.

Somebody's name may stand where nobody looks for one: `<preaccept zebquux="1"/>` in a call of Zeb Quux. All
who are named in any stanza that this ledger recorded are known again by a mark, under the ledger's secret; a
name that carries one of them is hidden, whichever of the two comes first.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import replace

from ringback.findings import Finding
from ringback.keyednames import KeyedName
from ringback.ledger.changes import forget
from ringback.ledger.textform import digest, read_node, read_statement, write_node, write_statement
from ringback.pseudonyms import Pseudonyms
from ringback.sanitize import keep
from ringback.sanitize.identities import Identities, parts_of
from ringback.stanza import Node

_SEGMENT = re.compile(r"(?s)(@?)(.*?)((?:\[[0-9]{1,6}\])?)")
_PLACES = """SELECT flow, direction, frame FROM evidence JOIN observation ON observation.id = observation
    JOIN connection ON connection.id = connection WHERE finding = ?"""


class PlainNames:
    """The undocumented names in a ledger, inside a transaction of the caller."""

    def __init__(self, database: sqlite3.Connection, pseudonyms: Pseudonyms) -> None:
        """`pseudonyms` are those under which the ledger records."""
        self._database = database
        self._pseudonyms = pseudonyms

    def note(self, identities: Identities) -> None:
        """Know these from now on, and hide what was recorded before and carries one of them."""
        for word in identities.in_names():
            if not self._is_new(word):
                continue
            likely = self._database.execute(
                "SELECT spelling FROM name WHERE instr(replace(replace(spelling, '-', ''), '_', ''), ?)",
                (word.replace("-", "").replace("_", ""),),
            ).fetchall()
            self._hide(name for (name,) in likely if word in parts_of(name))

    def node(self, node: Node) -> Node:
        """The stanza in pseudonyms, its undocumented names told from somebody's."""
        return _renamed(node, self._shown)

    def finding(self, finding: Finding) -> Finding:
        """The same for the place of a finding."""
        return replace(finding, path=_renamed_path(finding.path, self._shown))

    def look_again(self) -> None:
        """Hide what is somebody's after another ledger was merged, which brought names and identities."""
        names = self._database.execute("SELECT spelling FROM name").fetchall()
        self._hide(name for (name,) in names if self._is_somebodys(name))

    def _is_new(self, word: str) -> bool:
        added = self._database.execute(
            "INSERT INTO identity VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING 1",
            (self._pseudonyms.realm, self._pseudonyms.mark(word)),
        )
        return added.fetchone() is not None

    def _shown(self, name: str) -> str:
        if not name or name == "*" or keep.is_protocol_word(name) or KeyedName.maybe_parse(name):
            return name
        if self._database.execute("SELECT 1 FROM name WHERE spelling = ?", (name,)).fetchone():
            return name
        if self._is_somebodys(name):
            return self._pseudonyms.hidden_name(name)
        self._database.execute("INSERT INTO name VALUES (?)", (name,))
        return name

    def _is_somebodys(self, name: str) -> bool:
        marks = json.dumps([self._pseudonyms.mark(part) for part in parts_of(name)])
        known = self._database.execute(
            "SELECT 1 FROM identity WHERE realm = ? AND mark IN (SELECT value FROM json_each(?))",
            (self._pseudonyms.realm, marks),
        )
        return known.fetchone() is not None

    def _hide(self, names: Iterable[str]) -> None:
        for name in names:
            hidden = self._pseudonyms.hidden_name(name)
            self._hide_in_stanzas(name, hidden)
            self._hide_in_findings(name, hidden)
            # Counts tell of undocumented places by their names.
            forget(self._database)
            self._database.execute("DELETE FROM name WHERE spelling = ?", (name,))

    def _hide_in_stanzas(self, name: str, hidden: str) -> None:
        rows = self._database.execute(
            "SELECT observation, realm, node FROM stanza WHERE instr(node, ?)", (name,)
        ).fetchall()
        for observation, realm, text in rows:
            node = write_node(_renamed(read_node(text), lambda each: hidden if each == name else each))
            self._database.execute(
                "UPDATE stanza SET node = ? WHERE observation = ? AND realm = ?", (node, observation, realm)
            )

    def _hide_in_findings(self, name: str, hidden: str) -> None:
        rows = self._database.execute(
            "SELECT id, body FROM statement WHERE instr(body, ?)", (name,)
        ).fetchall()
        for statement, text in rows:
            said = read_statement(text)
            path = _renamed_path(said.path, lambda each: hidden if each == name else each)
            if path != said.path:
                self._say(statement, write_statement(replace(said, path=path)))

    def _say(self, statement: int, body: str) -> None:
        """Put `body` in place of a statement, with all findings that say it."""
        self._database.execute(
            "INSERT INTO statement (digest, body) VALUES (?, ?) ON CONFLICT DO NOTHING", (digest(body), body)
        )
        (other,) = self._database.execute(
            "SELECT id FROM statement WHERE digest = ?", (digest(body),)
        ).fetchone()
        findings = self._database.execute(
            "SELECT id, realm, call, expected, got FROM finding WHERE statement = ?", (statement,)
        ).fetchall()
        for finding, *said in findings:
            places = self._database.execute(_PLACES, (finding,)).fetchall()
            told = digest_of_finding(
                body, *said, places=(f"{flow} {way} {frame}" for flow, way, frame in places)
            )
            if self._database.execute("SELECT 1 FROM finding WHERE digest = ?", (told,)).fetchone():
                # It was found again under the name that hides: on the same frames, as the digest says.
                self._database.execute("DELETE FROM evidence WHERE finding = ?", (finding,))
                self._database.execute("DELETE FROM finding WHERE id = ?", (finding,))
            else:
                self._database.execute(
                    "UPDATE finding SET digest = ?, statement = ? WHERE id = ?", (told, other, finding)
                )
        self._database.execute("DELETE FROM statement WHERE id = ?", (statement,))


def digest_of_finding(
    body: str, realm: str, call: str, expected: str, got: str, *, places: Iterable[str]
) -> str:
    """The name of a finding: what it says, in whose pseudonyms, on which frames (`FLOW DIRECTION FRAME`)."""
    return digest(body, realm, call, expected, got, *sorted(places))


def _renamed(node: Node, rename: Callable[[str], str]) -> Node:
    """The node under other names; an attribute whose new name is taken is kept as a repeated one."""
    attrs = {}
    repeated = []
    for raw, value in (*node.attrs.items(), *node.repeated):
        name = rename(raw)
        if name in attrs:
            repeated.append((name, value))
        else:
            attrs[name] = value
    content = node.content
    if isinstance(content, tuple):
        content = tuple(_renamed(child, rename) for child in content)
    return Node(rename(node.tag), attrs, content, tuple(repeated))


def _renamed_path(path: tuple[str, ...], rename: Callable[[str], str]) -> tuple[str, ...]:
    return tuple(_renamed_segment(segment, rename) for segment in path)


def _renamed_segment(segment: str, rename: Callable[[str], str]) -> str:
    found = _SEGMENT.fullmatch(segment)
    return segment if found is None else f"{found[1]}{rename(found[2])}{found[3]}"
