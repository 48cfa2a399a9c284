"""A checkout of the specification's corpus, and a folder of stanzas, put to the test from their files alone.

    python tests/corpus.py CHECKOUT [STANZAS]

For each stanza file: generated stanzas, valid and invalid ones, of which the exported RELAX NG schema and the
checker have to give one verdict. For each flow file: a call that takes every step, then the call without
each of its steps. For each file of STANZAS (XML, one or many): what it holds is read, recognised and checked.
None of these files belongs into this repository, so that this is no part of the test run.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

from ringback.calls import Call, CallBook, Sighting
from ringback.casebook import Casebook
from ringback.check.flow import Outcome, match_flows
from ringback.check.stanza import check_stanza
from ringback.findings import Evidence, Finding, Severity, Stance
from ringback.inspector import Inspector
from ringback.questions.weighing import weigh
from ringback.sources.documents import iter_xml
from ringback.sources.logged import Sightings
from ringback.spec.flow import SERVER, FlowSpec, FlowStep
from ringback.spec.load import load_specification
from ringback.spec.model import Specification, StanzaSpec
from ringback.stanza import Jid, Node
from ringback.wire.events import Direction, FramePlace
from ringback.wire.keylog import KeyLog
from support import specs
from support.agreement import disagreement

EXAMPLES = 300
"""Stanzas generated of each file."""
CALLER, CALLEE = Jid("11111111111111", "lid", 1), Jid("22222222222222", "lid", 17)


def check_stanza_files(specification: Specification) -> bool:
    """Schema and checker agree on every generated stanza; each file is seen valid and invalid."""
    specs.GOOD_VALUES.update({f"enum:{name}": values for name, values in specification.enums.items()})
    holds = [_check_file(spec, specification) for spec in specification.stanzas.values()]
    return all(holds)


def _check_file(spec: StanzaSpec, specification: Specification) -> bool:
    seen: Counter[str] = Counter()
    wrong: list[str] = []

    @settings(max_examples=EXAMPLES, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(specs.stanzas(spec), st.sampled_from(Direction))
    def compare(node: Node, direction: Direction) -> None:
        evidence = Evidence("generated", 1, "flow", FramePlace(direction, 0, 0, 0.0))
        sighting = Sighting(node, evidence, None)
        findings = check_stanza(sighting, spec, specification.enums)
        seen["invalid" if any(each.stance is Stance.CONTRADICTS for each in findings) else "valid"] += 1
        wrong.extend(filter(None, [disagreement(sighting, spec, specification.enums, findings)]))

    compare()
    holds = not wrong and seen["valid"] > 0 and seen["invalid"] > 0
    print(f"{spec.id:<18} {seen['valid']:>4} valid {seen['invalid']:>4} invalid  {_verdict(holds)}")
    for each in wrong[:1]:
        print(each)
    return holds


def check_flow_files(specification: Specification) -> bool:
    """A call that takes every step takes them all; without one of them that one is not taken."""
    holds = [_check_flow(flow, specification) for flow in specification.flows]
    return all(holds)


def _check_flow(flow: FlowSpec, specification: Specification) -> bool:
    steps = [step for step in flow.steps if step.stanza is not None]
    whole = _outcomes(flow, specification, steps)
    holds = all(whole[step.number] is Outcome.TAKEN for step in steps)
    told = 0
    for left_out in steps:
        fewer = [step for step in steps if step is not left_out]
        outcome = _outcomes(flow, specification, fewer).get(left_out.number)
        told += outcome is not Outcome.TAKEN
    print(
        f"{flow.id:<22} {len(steps)} steps taken, {told} told as not taken when left out  {_verdict(holds)}"
    )
    return holds


def _outcomes(flow: FlowSpec, specification: Specification, steps: list[FlowStep]) -> dict[int, Outcome]:
    call = _call(flow, specification, steps)
    if call is None:
        return {}
    (match,) = (each for each in match_flows(call, specification) if each.flow is flow)
    return {taken.step.number: taken.outcome for taken in match.steps}


def _call(flow: FlowSpec, specification: Specification, steps: list[FlowStep]) -> Call | None:
    book = CallBook()
    for sighting in _sightings(flow, specification, steps):
        book.add(sighting)
    return next(iter(book.calls.values()), None)


def _sightings(flow: FlowSpec, specification: Specification, steps: list[FlowStep]) -> Iterator[Sighting]:
    """The steps as both ends saw them, each a second after the one before."""
    caller = next(step.sender for step in flow.steps if step.sender != SERVER)
    last: dict[str, tuple[str, str]] = {}
    for step in steps:
        spec = specification.stanzas[step.stanza or ""]
        ends = [name for name in (step.sender, step.receiver) if name != SERVER]
        if spec.tag == "ack":
            answered, stanza_id = last.get(ends[0], ("offer", "none"))
            attrs: dict[str, str | Jid] = {"id": stanza_id, "class": "call", "type": answered}
            yield _seen(Node("ack", attrs), step, ends[0] == caller, sent=step.sender != SERVER)
            continue
        action = spec.actions[0]
        is_caller = step.sender == caller or (step.sender == SERVER and step.receiver != caller)
        # An offer to the server and the one from it are one emission; so is any stanza on its way.
        stanza_id = f"{action}-{'caller' if is_caller else 'callee'}-{_leg(step, flow)}"
        session: dict[str, str | Jid] = {"call-id": "CALLID-0001", "call-creator": CALLER}
        for name in ends:
            last[name] = (action, stanza_id)
        if step.sender != SERVER:
            node = Node(
                "call", {"to": CALLEE if is_caller else CALLER, "id": stanza_id}, (Node(action, session),)
            )
            yield _seen(node, step, is_caller, sent=True)
        if step.receiver != SERVER:
            node = Node(
                "call", {"from": CALLER if is_caller else CALLEE, "id": stanza_id}, (Node(action, session),)
            )
            yield _seen(node, step, not is_caller, sent=False)


def _leg(step: FlowStep, flow: FlowSpec) -> int:
    """A number for the emission: both legs over the server share it, a second stanza of its kind does not."""
    alike = [each.number for each in flow.steps if each.stanza == step.stanza and each.sender == step.sender]
    return alike.index(step.number)


def _seen(node: Node, step: FlowStep, is_caller: bool, *, sent: bool) -> Sighting:
    direction = Direction.CLIENT if sent else Direction.SERVER
    place = FramePlace(direction, step.number, step.number, float(step.number))
    owner = CALLER if is_caller else CALLEE
    return Sighting(node, Evidence("generated", 1 if is_caller else 2, "flow", place), owner)


def check_stanza_folder(folder: Path, specification: Specification) -> bool:
    """Every file is read; what is found is counted, and everything worse than a note is listed."""
    casebook, inspector = Casebook(), Inspector(specification, KeyLog())
    files = sorted(folder.glob("*.xml"))
    count = 0
    for file in files:
        data = file.read_bytes()
        sightings = Sightings(file.name, data)
        for stanza in iter_xml(data):
            count += 1
            for observation in inspector.take_sighting(sightings.of(stanza)):
                casebook.show(observation)
    for observation in inspector.finish():
        casebook.show(observation)
    findings = [*casebook.findings, *(each for case in casebook.cases for each in case.findings)]
    print(f"{len(files)} files, {count} stanzas")
    for (severity, code), number in sorted(
        Counter((each.severity.value, each.code) for each in findings).items()
    ):
        print(f"  {number:>5} {severity:<8} {code}")
    for each in filter(_is_worse, findings):
        print(f"  {each.severity.value} {each.code} {each.place} {each.evidence[0].capture}")
    for verdict in weigh(*casebook.evidence(), specification).verdicts:
        print(f"  {verdict.question}: {verdict.answer.value}, {verdict.tally}")
    return count > 0


def _is_worse(finding: Finding) -> bool:
    return finding.severity.rank > Severity.NOTE.rank


def _verdict(holds: bool) -> str:
    return "ok" if holds else "FAILS"


def main(arguments: list[str]) -> int:
    """Exit code 0 where everything holds, 1 where something does not, 2 for a wrong command line."""
    if not arguments or len(arguments) > 2:
        print(__doc__)
        return 2
    specification = load_specification(Path(arguments[0]))
    holds = [check_stanza_files(specification), check_flow_files(specification)]
    if len(arguments) > 1:
        holds.append(check_stanza_folder(Path(arguments[1]), specification))
    return 0 if all(holds) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
