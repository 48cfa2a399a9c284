"""From a case to its ladder: what of it is drawn, in which order, and which findings stand beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ringback.casebook import Case
from ringback.findings import Evidence, Finding, Severity, Stance
from ringback.ladder.cast import MAX_LANES, Cast, count_destinations, is_server
from ringback.ladder.happenings import Happening, Seen, happenings_of, in_order, seen_of
from ringback.ladder.model import Answer, Arrow, Copy, Ladder, Remark
from ringback.recognise import StanzaKind, action_child
from ringback.sanitize import Placeholders
from ringback.stanza import Node
from ringback.view.stanza_line import clock, when

MAX_ARROWS = 500
"""Arrows of a ladder. Against a call that talks without end."""
MAX_ANSWERS = 64
"""Answers folded into one arrow."""
MAX_REMARKS = 100
"""Findings of the call as a whole that are listed."""

_STANCES = (Stance.SILENT, Stance.SUPPORTS, Stance.EXTENDS, Stance.CONTRADICTS)
_Place = tuple[int, str, int, int]
"""Connection, direction, frame and message: where one stanza stands."""


def ladder_of(case: Case, placeholders: Placeholders, *, unfold: bool = False) -> Ladder:
    """The ladder of one call, everything in it through `placeholders`.

    With `unfold`, acks and receipts are arrows of their own instead of marks on those that they answer.
    Nothing is raised for any case.
    """
    seen = seen_of(case)
    # Named stanza by stanza, as in every other view: the caller first.
    shown_nodes = {id(sighting): placeholders.node(sighting.node) for _, sighting in seen}
    cast = Cast(case.call, [sighting for _, sighting in seen], placeholders)
    happenings = happenings_of(case, seen, cast)
    if unfold:
        happenings = _unfolded(happenings)
    shown = happenings[:MAX_ARROWS]
    beside, whole = _findings(case, happenings)
    worse = [each for each in whole if case.findings[each].severity is not Severity.OK]
    worse.sort(key=lambda each: -case.findings[each].severity.rank)
    offers = [each.copies[0].sighting.at for each in happenings if _is_offer(each)]
    drawing = _Drawing(case, shown_nodes, placeholders, offers[0] if offers else None)
    arrows, previous = [], None
    for number, happening in enumerate(shown, start=1):
        arrows.append(drawing.arrow(number, happening, previous, beside.get(id(happening), ())))
        previous = happening.copies[0].sighting.at
    return Ladder(
        call=placeholders.call_id(case.call.call_id),
        lanes=cast.lanes,
        server=cast.server,
        arrows=tuple(arrows),
        remarks=tuple(_remark(case, each) for each in worse[:MAX_REMARKS]),
        left_out=tuple(_left_out(case, cast, happenings, len(worse))),
        unfolded=unfold,
    )


class _Drawing:
    def __init__(
        self,
        case: Case,
        nodes: Mapping[int, Node],
        placeholders: Placeholders,
        offered_at: float | None,
    ) -> None:
        self._case = case
        self._nodes = nodes
        self._placeholders = placeholders
        self._offered_at = offered_at

    def arrow(
        self, number: int, happening: Happening, previous: float | None, findings: Sequence[int]
    ) -> Arrow:
        first = happening.copies[0]
        at = when(first.sighting.at)
        sent = _copies(happening.sent, None)
        sent_at = happening.sent[0].sighting.at if happening.sent else None
        worst = self._worst(findings)
        is_first = _is_offer(happening) and first.sighting.at == self._offered_at
        offered = None if is_first else self._offered_at
        return Arrow(
            number=number,
            kind=happening.kind.value,
            action=self._placeholders.name(happening.action) if happening.action else "",
            reason=self._reason(happening),
            aim=self._aim(happening),
            sender=happening.sender,
            sent=sent[0] if sent else None,
            deliveries=tuple(_copies(happening.delivered, sent_at)),
            date="" if at is None else at.strftime("%Y-%m-%d"),
            clock=clock(at),
            since_previous=None if previous is None else first.sighting.at - previous,
            since_offer=None if offered is None else first.sighting.at - offered,
            answers=tuple(self._answer(each, happening) for each in happening.answers[:MAX_ANSWERS]),
            severity=None if worst is None else worst.severity,
            stance=None if worst is None else worst.stance,
            stanzas=_indices(happening.copies),
            findings=tuple(findings),
        )

    def _worst(self, findings: Iterable[int]) -> Finding | None:
        return max((self._case.findings[each] for each in findings), key=_badness, default=None)

    def _answer(self, answer: Happening, answered: Happening) -> Answer:
        """Where its sender's copy was seen that one is told, else the first."""
        copy = (answer.sent or answer.copies)[0]
        passed = [
            other.sighting.at
            for other in answered.copies
            if other.lane == copy.lane and other.sighting.sent is not copy.sighting.sent
        ]
        before = passed[0] if passed else answered.copies[0].sighting.at
        return Answer(
            kind=answer.kind.value,
            lane=copy.lane,
            sent=copy.sighting.sent,
            delay=copy.sighting.at - before,
            error=self._reason(answer),
            stanzas=_indices(answer.copies),
        )

    def _reason(self, happening: Happening) -> str:
        """What the first copy says that has anything to say; of an ack its error."""
        for copy in happening.copies:
            said = _said(self._nodes[id(copy.sighting)], happening.kind)
            if said:
                return said
        return ""

    def _aim(self, happening: Happening) -> str:
        if happening.kind is not StanzaKind.CALL or not happening.sent:
            return ""
        node = happening.sent[0].sighting.node
        named = count_destinations(node)
        if named:
            return f"to {named} device{'s' if named > 1 else ''}"
        to = node.jid("to")
        if happening.delivered or to is None or is_server(to):
            return ""
        return f"to {self._placeholders.jid(to)}"


def _said(node: Node, kind: StanzaKind) -> str:
    if kind is StanzaKind.ACK:
        return node.text("error") or ""
    action = action_child(node)
    return "" if action is None or kind is StanzaKind.RECEIPT else action.text("reason") or ""


def _copies(copies: list[Seen], sent_at: float | None) -> list[Copy]:
    """A copy for each lane, the first one there, in order of the lanes."""
    times = Counter(copy.lane for copy in copies)
    first: dict[int, Seen] = {}
    for copy in copies:
        first.setdefault(copy.lane, copy)
    return [
        Copy(
            lane=lane,
            clock=clock(when(copy.sighting.at)),
            at=copy.sighting.at,
            delay=None if sent_at is None else copy.sighting.at - sent_at,
            stanza=copy.index,
            times=times[lane],
        )
        for lane, copy in sorted(first.items())
    ]


def _indices(copies: list[Seen]) -> tuple[int, ...]:
    return tuple(copy.index for copy in copies if copy.index is not None)


def _is_offer(happening: Happening) -> bool:
    return happening.kind is StanzaKind.CALL and happening.action == "offer"


def _unfolded(happenings: list[Happening]) -> list[Happening]:
    every = {id(each.copies[0].sighting): each for call in happenings for each in (call, *call.answers)}
    for each in list(every.values()):
        each.answers = []
    ordered = in_order((None, each.copies[0].sighting) for each in every.values())
    return [every[id(sighting)] for _, sighting in ordered]


def _findings(case: Case, happenings: list[Happening]) -> tuple[dict[int, list[int]], list[int]]:
    """The findings that are about one arrow, by its id, and those about the call as a whole."""
    by_place: dict[_Place, int] = {}
    for happening in happenings:
        for copy in (*happening.copies, *(one for answer in happening.answers for one in answer.copies)):
            by_place.setdefault(_place_of(copy.sighting.evidence), id(happening))
    beside: dict[int, list[int]] = {}
    whole: list[int] = []
    for index, finding in enumerate(case.findings):
        about = {by_place.get(_place_of(each)) for each in finding.about or finding.evidence[:1]}
        only = about.pop() if len(about) == 1 else None
        if only is None:
            whole.append(index)
        else:
            beside.setdefault(only, []).append(index)
    return beside, whole


def _remark(case: Case, index: int) -> Remark:
    finding = case.findings[index]
    return Remark(finding.code, finding.severity, finding.stance, finding.message, index)


def _left_out(case: Case, cast: Cast, happenings: list[Happening], remarks: int) -> Iterator[str]:
    answers = sum(max(0, len(each.answers) - MAX_ANSWERS) for each in happenings[:MAX_ARROWS])
    for count, what in (
        (cast.crowded_out, f"devices share the last lane: a ladder has {MAX_LANES} lanes"),
        (len(happenings) - MAX_ARROWS, f"later stanzas are not drawn: a ladder has {MAX_ARROWS} arrows"),
        (answers, f"acks and receipts are not told: an arrow has {MAX_ANSWERS} of them"),
        (remarks - MAX_REMARKS, f"findings of the call are not listed: a ladder has {MAX_REMARKS}"),
        (case.dropped, "stanzas and findings of the call were not kept"),
    ):
        if count > 0:
            yield f"{count} {what}."


def _badness(finding: Finding) -> tuple[int, int]:
    return (finding.severity.rank, _STANCES.index(finding.stance))


def _place_of(evidence: Evidence) -> _Place:
    place = evidence.place
    return (evidence.connection, place.direction.value, place.frame, place.message)
