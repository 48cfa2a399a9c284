"""Bodies for wacrg's issue forms: stanza captures, discrepancies and protocol findings.

Source: wacrg .github/ISSUE_TEMPLATE/stanza_capture.yml (3fc770f), discrepancy.yml (88505d0) and
protocol_finding.yml (46c1adb): headings, labels and the words of their choices.
"""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ringback.confidence import Discrepancy, ObservedFact
from ringback.conflicts import ConflictTally, Form, SideTally
from ringback.export import TOOLS
from ringback.export.captures import CaptureRecord, capture_records
from ringback.export.forms import attribute_line, fenced, render_form
from ringback.export.material import Material
from ringback.export.publisher import Publisher
from ringback.export.verdicts import render_numbers, sentence
from ringback.export.washing import Appraisal
from ringback.questions.verdict import Answer, Verdict
from ringback.recognise import PREACCEPT
from ringback.spec.part import SpecPart
from ringback.stanza.xml import to_text
from ringback.wording import counted

REPOSITORY = "WhiskeySockets/wacrg"
SCRIPT = "file-them.sh"
"""Name of the script that files the issues, beside their bodies."""
_LITERAL = "addresses-literal"
"""Code of the finding that no copy has both addresses."""
_CONFIDENCE = {
    Answer.YES: "probable",
    Answer.NO: "probable",
    Answer.DEPENDS: "probable",
    Answer.LEANING_YES: "speculative",
    Answer.LEANING_NO: "speculative",
}
"""Word of the form by answer: one technique makes probable at most. Any other answer is no finding."""


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue ready to be filed."""

    name: str
    """Name of its file without the suffix."""
    title: str
    labels: tuple[str, ...]
    body: str
    """Markdown."""

    @property
    def file_name(self) -> str:
        """`NAME.md`."""
        return f"{self.name}.md"

    @property
    def command(self) -> str:
        """The command of GitHub's `gh` that files it from the folder of the files."""
        labels = (part for label in self.labels for part in ("--label", label))
        return shlex.join(
            (
                *("gh", "issue", "create", "--repo", REPOSITORY),
                *("--title", self.title, *labels, "--body-file", self.file_name),
            )
        )


def issues(
    appraisal: Appraisal, *, parts: Sequence[SpecPart] = (), actions: Collection[str] = (PREACCEPT,)
) -> list[Issue]:
    """Every issue that this evidence is worth: captures, then discrepancies, then findings.

    Discrepancies are between observations, and between the stanza files and `parts`, where the evidence bears
    on their disagreement.

    A question that nothing points anywhere for makes no finding.

    Raises:
        LeakError: one of them could identify somebody.
    """
    material, verdicts = appraisal.material, appraisal.weighing.verdicts
    made = [
        *_told_apart(map(capture_issue, capture_records(material, actions=actions))),
        *(discrepancy_issue(each, material) for each in appraisal.facts.discrepancies),
        *(conflict_issue(each, material) for each in appraisal.conflicts(parts) if _is_weighed(each)),
        *(finding_issue(each, material) for each in verdicts if each.answer in _CONFIDENCE),
    ]
    for issue in made:
        material.checked(issue.title, f"the title of {issue.file_name}")
        material.checked(issue.body, issue.file_name)
    return made


def filing_script(made: Iterable[Issue]) -> str:
    """A shell script that files these issues from the folder it lies in, and stops at one that fails."""
    head = (
        "#!/bin/sh",
        "# Files the issues whose bodies lie beside this script, with GitHub's gh.",
        "set -e",
        'cd "$(dirname "$0")"',
    )
    return "\n".join((*head, *(issue.command for issue in made))) + "\n"


def _told_apart(made: Iterable[Issue]) -> Iterator[Issue]:
    """Numbers the forms of one stanza, whose titles are alike."""
    listed = list(made)
    totals, seen = Counter(issue.title for issue in listed), Counter[str]()
    for issue in listed:
        seen[issue.title] += 1
        form = f", form {seen[issue.title]} of {totals[issue.title]}" if totals[issue.title] > 1 else ""
        yield replace(issue, title=f"{issue.title}{form}")


def capture_issue(record: CaptureRecord) -> Issue:
    """The Stanza capture form."""
    attributes = (attribute_line(attribute.name, attribute.value) for attribute in record.attributes)
    sections = {
        "Stanza tag": record.stanza_tag,
        "Direction": record.direction,
        "Client / platform": record.client,
        "Capture technique": record.technique,
        "Tools used": ", ".join(TOOLS),
        "Confidence": record.confidence,
        "Raw stanza": fenced(record.body, "xml"),
        "Decoded structure": fenced(record.outline, "text"),
        "Observed attributes": "\n".join(attributes),
        "Provenance": f"Technique: {record.technique}. {record.seen}",
        "Notes / open questions": "\n".join(f"- {remark}" for remark in record.remarks),
    }
    return Issue(
        name=f"capture-{record.id}",
        title=f"[capture]: {record.stanza_tag} {record.direction} ({record.action or 'no action'})",
        labels=("type/stanza-capture", "status/needs-review"),
        body=render_form(sections),
    )


def discrepancy_issue(discrepancy: Discrepancy, material: Material) -> Issue:
    """The Discrepancy form: what speaks for the fact, and what speaks against it. The observations hold
    placeholders, the material is as it was seen."""
    fact = discrepancy.fact
    stated = f"The specification states `{fact.path}` in `{fact.spec}` as {fact.confidence}."
    for_it, against = len(discrepancy.supporting), len(discrepancy.contradicting)
    sections = {
        "What conflicts": f"{stated} {for_it} observations are as stated, {against} contradict it.",
        "Source A (technique + evidence)": fenced(
            _side(discrepancy.supporting, material, fact.spec) or _of_specification(discrepancy), "text"
        ),
        "Source B (technique + evidence)": fenced(
            _side(discrepancy.contradicting, material, fact.spec), "text"
        ),
        "Proposed resolution": _resolution(discrepancy),
    }
    return Issue(
        name=f"discrepancy-{fact.spec}-{_slug(fact.path)}",
        title=f"[discrepancy]: {fact.spec}, {fact.path}",
        labels=("type/discrepancy", "status/needs-review"),
        body=render_form(sections),
    )


def conflict_issue(tally: ConflictTally, material: Material) -> Issue:
    """The Discrepancy form, for two models that disagree: the evidence for and against either."""
    path, spec = tally.conflict.path, tally.stanza.claim.fact.spec
    sides = (tally.stanza, tally.part)
    says = ". ".join(f"{side.claim.source} has it: {side.claim.says}" for side in sides)
    first, second = (fenced(_model_side(side, material, spec), "text") for side in sides)
    sections = {
        "What conflicts": f"Two models of one stanza disagree about `{path}`. {says}.",
        "Source A (technique + evidence)": first,
        "Source B (technique + evidence)": second,
        "Proposed resolution": _model_resolution(tally),
    }
    part = tally.part.claim.fact.spec
    kind = "form" if isinstance(tally.stanza.claim.says, Form) else "presence"
    return Issue(
        name=f"conflict-{spec}-{_slug(part)}-{_slug(path)}-{kind}",
        title=f"[discrepancy]: {spec} and {part}, {kind} of {path}",
        labels=("type/discrepancy", "status/needs-review"),
        body=render_form(sections),
    )


def finding_issue(verdict: Verdict, material: Material) -> Issue:
    """The Protocol finding form: what the evidence answers an open question with."""
    spec_id, _, number = verdict.question.rpartition("/")
    behind = [call for call in material.calls if call.call_id in verdict.calls]
    weakened = "\n".join(f"- {reason}" for reason in (*verdict.weakened_by, verdict.next_capture) if reason)
    sections = {
        "Area": "signaling",
        "Summary": f"{verdict.asked} {sentence(verdict)}",
        "Evidence": fenced(render_numbers(verdict), "text"),
        "Technique(s)": ", ".join(material.techniques_of(behind)),
        "Confidence": _CONFIDENCE[verdict.answer],
        "Affects which stanzas/flows": f"stanzas: {spec_id}",
        "Open questions": weakened,
    }
    return Issue(
        name=f"finding-{spec_id}-{number}",
        title=f"[finding]: {spec_id}, open question {number}: {verdict.answer.value}",
        labels=("type/finding", "status/needs-review"),
        body=render_form(sections),
    )


def _is_weighed(tally: ConflictTally) -> bool:
    """Whether the evidence tells the models apart: a stanza contradicts one of them."""
    return bool(tally.stanza.contradicts or tally.part.contradicts)


def _model_side(side: SideTally, material: Material, spec: str) -> str:
    supports = f"{counted(len(side.supports), 'observation')} as it says, {len(side.contradicts)} against"
    shown = _side(side.supports, material, spec) or "No observation is as it says."
    return f"{side.claim.source}: {side.claim.says} ({supports}, {len(side.silent)} silent)\n{shown}"


def _model_resolution(tally: ConflictTally) -> str:
    standing = [side.claim.source for side in (tally.stanza, tally.part) if not side.contradicts]
    if len(standing) == 1:
        return f"Nothing observed contradicts {standing[0]}: state the other as it does."
    return "Neither model holds for all observations: state what was seen, by client and direction."


def _side(observations: Sequence[ObservedFact], material: Material, spec: str) -> str:
    """One side of a discrepancy: who saw it how often, and the first stanza that shows it."""
    if not observations:
        return ""
    techniques = ", ".join(sorted({seen.flavor or seen.technique for seen in observations}))
    calls = len({(seen.capture, seen.call_id) for seen in observations})
    builds = Counter(_build(seen) for seen in observations)
    lines = [
        f"Technique: {techniques}",
        f"Observations: {len(observations)} in {counted(calls, 'call')}",
        *(f"  {build}: {count}" for build, count in sorted(builds.items())),
        *_example(observations, material, spec),
    ]
    return "\n".join(lines)


def _build(seen: ObservedFact) -> str:
    parts = (
        f"{seen.platform or 'platform not known'} {seen.build or 'build not known'}",
        "" if seen.vantage is None else f"{seen.vantage.value} copy",
        seen.code,
    )
    return ", ".join(filter(None, parts))


def _example(observations: Sequence[ObservedFact], material: Material, spec: str) -> list[str]:
    """The first stanza that shows it, one of the specification's own stanza before one of another action."""
    shown = {seen.evidence for seen in observations}
    found = [
        (emission.action not in material.specification.stanzas[spec].actions, sighting.node)
        for call in material.calls
        for emission in call.emissions
        for sighting in emission.sightings
        if sighting.evidence in shown
    ]
    if not found:
        return []
    _, node = min(found, key=lambda pair: pair[0])
    return ["Evidence:", to_text(Publisher.of(material).published(node)[0])]


def _of_specification(discrepancy: Discrepancy) -> str:
    techniques = ", ".join(discrepancy.fact.techniques) or "none stated"
    return (
        f"Technique: {techniques}\nEvidence: the specification's own statement; nothing observed supports it."
    )


def _resolution(discrepancy: Discrepancy) -> str:
    if all(seen.code == _LITERAL for seen in discrepancy.contradicting):
        return "Require it of one copy only: a sender's own copy and a delivered copy differ by nature."
    vantages = [
        {seen.vantage for seen in side} for side in (discrepancy.supporting, discrepancy.contradicting)
    ]
    if all(vantages) and not vantages[0] & vantages[1]:
        return (
            "Both hold, each for its copy of the stanza: the sender's own or the delivered one. Say so there."
        )
    builds = [{seen.build for seen in side} for side in (discrepancy.supporting, discrepancy.contradicting)]
    if all(builds) and not builds[0] & builds[1]:
        return "The sides are different client builds: it may have changed between them."
    return "A capture of the same build by an independent technique would tell which holds."


def _slug(path: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-")
