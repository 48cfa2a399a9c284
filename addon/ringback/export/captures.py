"""Captures for wacrg's corpus: one YAML file for each form of a stanza that was seen.

Stanzas that differ in identities alone become one record, which says how often it was seen.

Source: wacrg corpus/schema/capture.schema.json and corpus/captures/example-sanitized-offer.yaml (0114515).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ringback.calls import Sighting
from ringback.export import TOOLS
from ringback.export.material import Material
from ringback.export.outline import Observed, observed_attributes, outline
from ringback.export.publisher import Publisher
from ringback.export.yamltext import Plain, render_yaml
from ringback.findings import Finding, Severity
from ringback.questions.evidence import ClientFacts
from ringback.recognise import PREACCEPT
from ringback.stanza import Node
from ringback.stanza.xml import to_text
from ringback.wording import counted

_UNKNOWN_CLIENT = ClientFacts(platform="", version="", device=None)
_LETTERS = str.maketrans("0123456789abcdef", "ghjkmnpqrstvwxyz")
_DIGEST_LENGTH = 8


@dataclass(frozen=True, slots=True)
class CaptureRecord:
    """One form of a stanza, ready for publication: nothing in it is raw."""

    id: str
    """The file's name without its suffix; made of the record's form, so that it stays the same when more of
    the same is seen, and on every machine."""
    title: str
    stanza_tag: str
    action: str
    direction: str
    """`outgoing` for the sender's copy, `incoming` for a delivered one."""
    technique: str
    platform: str
    """Of the client that was watched; empty where it is not known."""
    versions: tuple[str, ...]
    """Builds of that client that showed it."""
    confidence: str
    day: str
    """ISO date, UTC, on which it was first seen; empty where the capture's clock was out of all bounds."""
    body: str
    """The stanza as XML."""
    outline: str
    attributes: tuple[Observed, ...]
    stanzas: int
    calls: int
    remarks: tuple[str, ...]
    """What the checks say of it beyond `ok`, a sentence each."""

    @property
    def file_name(self) -> str:
        """`ID.yaml`."""
        return f"{self.id}.yaml"

    @property
    def client(self) -> str:
        """`WEB 2.3000.1015901307`, several builds joined by commas; empty where nothing is known."""
        return f"{self.platform} {', '.join(self.versions)}".strip()

    @property
    def seen(self) -> str:
        """`Seen 3 times in 2 calls.`, with the client where it is known."""
        by = f" Client: {self.client}." if self.client else ""
        return f"Seen {counted(self.stanzas, 'time')} in {counted(self.calls, 'call')}.{by}"


def capture_records(
    material: Material,
    *,
    actions: Collection[str] = (PREACCEPT,),
    publisher: Publisher | None = None,
) -> list[CaptureRecord]:
    """A record for each form of these actions, in the order in which they were first seen."""
    groups: dict[tuple[str, ...], list[_Seen]] = {}
    for seen in _published(material, actions, publisher or Publisher.of(material)):
        groups.setdefault(seen.key, []).append(seen)
    return [_record(group) for group in groups.values()]


def capture_files(
    material: Material, *, actions: Collection[str] = (PREACCEPT,), contributor: str | None = None
) -> dict[str, str]:
    """Name and text of each file for `corpus/captures`; `contributor` is a GitHub handle.

    Raises:
        LeakError: one of them could identify somebody.
    """
    records = capture_records(material, actions=actions)
    return {
        record.file_name: material.checked(render_capture(record, contributor), record.file_name)
        for record in records
    }


def render_capture(record: CaptureRecord, contributor: str | None = None) -> str:
    """The record as the text of its YAML file."""
    source: dict[str, Plain] = {"technique": record.technique}
    if contributor:
        source["contributor"] = contributor
    source |= {"captured_at": record.day, "tools": list(TOOLS)}
    return render_yaml(
        {
            "id": record.id,
            "title": record.title,
            "status": "draft",
            "source": source,
            "stanza_tag": record.stanza_tag,
            "direction": record.direction,
            "confidence": record.confidence,
            "raw": {"format": "xml", "body": record.body + "\n"},
            "decoded": record.outline + "\n",
            "attributes": [attribute.as_mapping() for attribute in record.attributes],
            "notes": "\n".join((record.seen, *record.remarks)) + "\n",
            "sanitized": True,
        }
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    """One copy of a stanza, as it may be published."""

    sighting: Sighting
    call_id: str | None
    node: Node
    body: str
    client: ClientFacts
    findings: tuple[Finding, ...]

    @property
    def action(self) -> str:
        """Of the published stanza: a made-up action has a placeholder."""
        return self.node.children[0].tag if self.node.children else ""

    @property
    def direction(self) -> str:
        return "outgoing" if self.sighting.sent else "incoming"

    @property
    def key(self) -> tuple[str, ...]:
        """Copies with equal keys are one record."""
        return (self.action, self.direction, self.client.technique, self.client.platform, self.body)


def _published(material: Material, actions: Collection[str], publisher: Publisher) -> Iterator[_Seen]:
    for emission in material.emissions(actions):
        for sighting in emission.sightings:
            raw = material.stanza_findings(sighting, emission.action)
            node, findings = publisher.published(sighting.node, raw)
            client = material.client_of(sighting.evidence) or _UNKNOWN_CLIENT
            yield _Seen(sighting, emission.call_id, node, to_text(node), publisher.client(client), findings)


def _record(group: Sequence[_Seen]) -> CaptureRecord:
    first = min(group, key=lambda seen: seen.sighting.at)
    digest = hashlib.sha256("\0".join(first.key).encode()).hexdigest()[:_DIGEST_LENGTH].translate(_LETTERS)
    name = f"{first.node.tag}-{first.action}" if first.action else first.node.tag
    return CaptureRecord(
        id=f"{name}-{first.direction}-{digest}",
        title=f"<{first.action or first.node.tag}>, {first.direction}, off the socket of one's own client",
        stanza_tag=first.node.tag,
        action=first.action,
        direction=first.direction,
        technique=first.client.technique,
        platform=first.client.platform,
        versions=tuple(sorted({seen.client.version for seen in group} - {""})),
        confidence="probable" if _is_clean(first) else "speculative",
        day=_day(first.sighting.at),
        body=first.body,
        outline=outline(first.node),
        attributes=observed_attributes(first.node, first.findings),
        stanzas=len(group),
        calls=len({(seen.sighting.evidence.capture, seen.call_id) for seen in group}),
        remarks=_remarks(group),
    )


def _day(at: float) -> str:
    try:
        return datetime.fromtimestamp(at, UTC).date().isoformat()
    except (OverflowError, ValueError, OSError):
        return ""


def _is_clean(seen: _Seen) -> bool:
    """One clean observation makes a fact probable; what the file calls an error is none. Source: wacrg
    GOVERNANCE, how a fact moves from speculative to confirmed."""
    return not seen.sighting.trailing and all(
        finding.severity is not Severity.ERROR for finding in seen.findings
    )


def _remarks(group: Sequence[_Seen]) -> tuple[str, ...]:
    noticed = (finding for seen in group for finding in seen.findings if finding.severity is not Severity.OK)
    return tuple(
        dict.fromkeys(f"{finding.code} at {finding.place}: {finding.message}" for finding in noticed)
    )
