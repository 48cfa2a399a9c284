"""A stanza file changed in place by the changes that somebody accepted, and by nothing else."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ringback.export.change import Change
from ringback.export.changes import changes
from ringback.export.document import StanzaDocument
from ringback.export.material import Material
from ringback.export.washing import Appraisal


@dataclass(frozen=True, slots=True)
class Patch:
    """One file before and after."""

    name: str
    before: str
    after: str

    @property
    def diff(self) -> str:
        """The change as a unified diff that `git apply` and `patch -p1` take; empty where there is none."""
        names = (f"a/{self.name}", f"b/{self.name}")
        lines = difflib.unified_diff(_lines(self.before), _lines(self.after), *names)
        return "".join(lines)

    @property
    def added(self) -> str:
        """The new file with every line blank that stood in the old one: its places are the file's."""
        matcher = difflib.SequenceMatcher(None, _lines(self.before), _lines(self.after), autojunk=False)
        kept = {
            line for block in matcher.get_matching_blocks() for line in range(block.b, block.b + block.size)
        }
        return "".join("\n" if number in kept else line for number, line in enumerate(_lines(self.after)))


def proposed_changes(appraisal: Appraisal) -> list[Change]:
    """All that the evidence would change in the specification that it is held against."""
    carries, verdicts = appraisal.facts.carries.values(), appraisal.weighing.verdicts
    return changes(appraisal.clean, carries, appraisal.additions, verdicts)


def effective_changes(text: str, name: str, proposed: Iterable[Change]) -> list[Change]:
    """Those of the changes that would change this text: what was patched in before is not asked for again.

    Raises:
        ExportError: the file cannot be changed in place.
    """
    document = StanzaDocument(text, name)
    effective: list[Change] = []
    # One after the other in one document, which is quick: no two of them change the same fact.
    for change in proposed:
        change.apply(document)
        changed = document.text()
        if changed != text:
            effective.append(change)
            text = changed
    return effective


def make_patch(text: str, name: str, accepted: Sequence[Change], material: Material) -> Patch:
    """The file's text with the changes made. Only what they add is held against the leak scan: what stood in
    the file before is public already.

    Raises:
        ExportError: the file cannot be changed in place.
        LeakError: an added line could identify somebody.
    """
    document = StanzaDocument(text, name)
    for change in accepted:
        change.apply(document)
    patch = Patch(name, text, document.checked_text())
    material.checked(patch.added, name)
    return patch


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)
