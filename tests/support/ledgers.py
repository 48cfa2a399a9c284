"""Ledgers for tests: observations out of sightings, and what a ledger file holds byte for byte."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from ringback.calls import CallBook, Sighting
from ringback.check.stanza import check_stanza
from ringback.ledger import Ledger
from ringback.observations import Observation, StanzaObserved, WireNotice
from ringback.spec.load import load_specification
from ringback.wire.events import ClientIdentified

SPECIFICATION = load_specification(None)


def observed(*sightings: Sighting) -> list[StanzaObserved]:
    """Each sighting as the inspector reports it, but for what is said of whole calls."""
    return list(_observe(sightings))


def _observe(sightings: Iterable[Sighting]) -> Iterator[StanzaObserved]:
    book = CallBook()
    for sighting in sightings:
        correlated = book.add(sighting)
        recognised = correlated.recognised
        action = "" if recognised is None else recognised.action or ""
        spec = SPECIFICATION.for_action(sighting.node.tag, action)
        findings = () if spec is None else tuple(check_stanza(sighting, spec, SPECIFICATION.enums))
        yield StanzaObserved(
            sighting, action, correlated.call, correlated.emission, spec, findings, findings, recognised
        )


def in_flow(observation: StanzaObserved, flow: str) -> StanzaObserved:
    """The same, seen in another flow."""
    evidence = replace(observation.sighting.evidence, flow=flow)
    findings = tuple(replace(finding, evidence=(evidence,)) for finding in observation.findings)
    sighting = replace(observation.sighting, evidence=evidence)
    return replace(observation, sighting=sighting, findings=findings, fresh=findings)


def identified(
    flow: str = "flow-1", *, version: str = "2.3000.1000000001", device: int | None = 1
) -> WireNotice:
    """A client that told who it is."""
    client = ClientIdentified("WEB", version, device, "15550000001", (("release channel", "RELEASE"),))
    return WireNotice("synthetic.flow", 1, flow, client)


def filled(path: Path, *observations: Observation) -> Ledger:
    """A ledger with these observations, left open."""
    ledger = Ledger(path)
    ledger.record(*observations)
    return ledger


def raw(path: Path) -> closing[sqlite3.Connection]:
    """The file as SQLite sees it, for what the ledger's own interface does not do."""
    return closing(sqlite3.connect(path, isolation_level=None))


def bytes_of(path: Path) -> bytes:
    """Everything on the disk: the file and what SQLite put beside it."""
    return b"".join(each.read_bytes() for each in sorted(path.parent.glob(f"{path.name}*")))
