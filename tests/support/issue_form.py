"""Reads issue bodies the way wacrg's ingest does, restated for tests.

Source: read in wacrg scripts/ingest-issue.ts (commit 3fc770f): headings, fences and attribute lines.
"""

from __future__ import annotations

import re


def sections_of(body: str) -> dict[str, str]:
    """Lower-case heading to text."""
    parts = re.split(r"^### ", body, flags=re.MULTILINE)[1:]
    split = (part.partition("\n") for part in parts)
    return {heading.strip().lower(): text.strip() for heading, _, text in split}


def code_of(section: str) -> tuple[str, str]:
    """Language and text of the first code block."""
    found = re.search(r"^```([A-Za-z0-9_-]*)\n(.*?)\n?```$", section, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1], found[2]


def attributes_of(section: str) -> list[tuple[str, str]]:
    """Name and value of each line; a line that is no pair is a name without a value."""
    pairs = []
    for line in filter(None, (re.sub(r"^[-*]\s*", "", line).strip() for line in section.split("\n"))):
        found = re.match(r"^([^=:]+)[=:]\s*(.+)$", line)
        pairs.append((found[1].strip(), found[2].strip()) if found else (line, ""))
    return pairs
