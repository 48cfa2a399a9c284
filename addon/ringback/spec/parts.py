"""The wacrg spec part format: which keys and words its files have, and how they become `SpecPart`.

Source: wacrg spec/schema/spec-part.schema.json (commit 0114515).
"""

from __future__ import annotations

import re

from ringback.spec.document import Scalar
from ringback.spec.entry import Entry, Shape
from ringback.spec.normative import Normative, read_normative
from ringback.spec.part import SpecPart
from ringback.spec.wacrg import STATUSES

PART = Shape(
    "a spec part",
    required=("id", "code", "category", "title", "summary"),
    optional=(
        "status",
        "order",
        "features",
        "normative",
        "findings",
        "parent",
        "requires",
        "contributors",
        "implementations",
        "since",
        "open_questions",
        "references",
        "changelog",
    ),
)
IMPLEMENTATION = Shape("an implementation", ("flavor", "status"), ("note", "path", "commits"))

CATEGORIES = ("signalling", "encodings", "crypto", "relay")

_CODE = re.compile(r"[A-Z]{3}-[0-9]{2,}")


def read_part(entry: Entry) -> SpecPart:
    """The spec part that an entry of shape `PART` holds.

    Raises:
        SpecError: a value is not what the format has in its place. A block of the normative text that cannot
            be read is no such fault: it stands in `SpecPart.refused`.
    """
    normative = _normative(entry)
    return SpecPart(
        id=entry.text("id"),
        code=entry.matching("code", _CODE, "three capitals, a dash and digits, such as SIG-04"),
        category=entry.word("category", CATEGORIES),
        title=entry.sentence("title"),
        status=entry.word("status", STATUSES) if "status" in entry.fields.values else "",
        summary=entry.sentence("summary"),
        templates=tuple(normative.templates),
        prose=tuple(normative.prose),
        refused=tuple(normative.refused),
        flavors=tuple(one.sentence("flavor") for one in entry.entries("implementations", IMPLEMENTATION)),
        requires=entry.ids("requires"),
        open_questions=entry.texts("open_questions"),
        file=entry.file.name,
    )


def _normative(entry: Entry) -> Normative:
    """The normative text, which has to be a literal block: the lines of any other text cannot be told."""
    node = entry.fields.values.get("normative")
    if node is None:
        return Normative()
    if not isinstance(node, Scalar) or not node.is_literal:
        raise entry.refusal("normative", "normative of a spec part: expected a literal block (normative: |)")
    return read_normative(node.text, entry.file, node.line + 1)
