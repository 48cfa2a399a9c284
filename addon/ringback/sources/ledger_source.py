"""Ledgers as sources: what each keeps, as if it was opened just now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path

from ringback.calls import Sighting
from ringback.check.stanza_codes import STANZA_UNDECODABLE
from ringback.findings import Evidence, Finding
from ringback.ledger import LedgerConnection, StoredLedger
from ringback.ledger.findings import iter_findings
from ringback.ledger.reading import iter_loose
from ringback.observations import FindingMade, WireNotice
from ringback.sources.flows import Reading
from ringback.sources.notice import Notice
from ringback.wire.events import ClientIdentified

_PROGRESS_STANZAS = 64


def read_ledger(path: Path, name: str, reading: Reading) -> Iterator[Sighting | WireNotice | FindingMade]:
    """The clients, the stanzas in order of time, and the findings about what is none; `name` is what the
    capture is called. All other findings are made anew of the stanzas. Where the calls that are not looked at
    are counted elsewhere, what names no call is given of all times: nothing else counts that.

    Raises:
        LedgerError: there is none, or it cannot be read.
    """
    ledger = StoredLedger(path, reading.newest)
    if not ledger.window.is_all and not reading.is_counted:
        reading.tell(Notice(f"{name}: {ledger.scope}"))
        if reading.limited is not None:
            reading.limited(f"{name}: {ledger.scope}.")
    connections = ledger.connections()
    techniques = {connection.number: connection.technique for connection in connections}
    for connection in connections:
        if connection.platform is not None:
            yield WireNotice(name, connection.number, connection.flow, _client(connection))
    total, size = ledger.size(), path.stat().st_size
    loose = iter_loose(path, ledger.since) if reading.is_counted else iter(())
    for count, sighting in enumerate(chain(loose, ledger.sightings())):
        if reading.stop():
            return
        if reading.progress is not None and count % _PROGRESS_STANZAS == 0:
            reading.progress(path, size * count // max(1, total), size)
        evidence = _renamed(sighting.evidence, name)
        yield replace(sighting, evidence=evidence, technique=techniques[sighting.connection])
    for finding in iter_findings(path, {}, STANZA_UNDECODABLE.code):
        if reading.is_counted or finding.evidence[0].place.at >= ledger.since:
            yield FindingMade(_of_capture(finding, name))


def _of_capture(finding: Finding, name: str) -> Finding:
    return replace(finding, evidence=tuple(_renamed(each, name) for each in finding.evidence))


def _renamed(evidence: Evidence, name: str) -> Evidence:
    return replace(evidence, capture=name)


def _client(connection: LedgerConnection) -> ClientIdentified:
    return ClientIdentified(
        connection.platform or "", connection.version or "", connection.device, None, connection.detail
    )
