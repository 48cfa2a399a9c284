"""wacrg's issue forms as text: sections under `### ` headings, as GitHub makes them of a filled-in form.

Source: wacrg scripts/ingest-issue.ts (3fc770f), which reads the capture form: it splits the body at lines
that begin with `### `, takes what stands in the first code fence, whose opener is three backticks and one
word, and reads one `name = value` a line. A section that is absent or `_No response_` gets a default there,
so every section is always written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

NO_RESPONSE = "_No response_"
"""What GitHub writes for a field that was left empty."""
_HEADING = re.compile(r"^(?=### )", re.MULTILINE)
_FENCE = re.compile("`{3,}")
_NOT_IN_NAME = re.compile(r"[=:\r\n]|\A[-*]")


def render_form(sections: Mapping[str, str]) -> str:
    """The body of an issue; headings in the order given."""
    return "\n".join(f"### {heading}\n\n{_value(text)}\n" for heading, text in sections.items())


def fenced(text: str, language: str) -> str:
    """The text as a code block that nothing in it can close."""
    body = _FENCE.sub(lambda ticks: "'" * len(ticks[0]), text.rstrip("\n"))
    return f"```{language}\n{body}\n```"


def attribute_line(name: str, value: str) -> str:
    """`name = value`, or the bare name where there is no value; what would split them elsewhere is
    escaped."""
    shown = _NOT_IN_NAME.sub(lambda found: f"_x{ord(found[0]):04X}_", name)
    flat = re.sub(r"[\r\n]", lambda found: f"_x{ord(found[0]):04X}_", value).strip()
    return f"{shown} = {flat}" if flat else shown


def _value(text: str) -> str:
    """The text with nothing in it that starts a section of its own."""
    return _HEADING.sub(" ", text).strip("\n") or NO_RESPONSE
