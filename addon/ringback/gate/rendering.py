"""An outcome in each of its formats."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ringback.gate.document import render_json
from ringback.gate.junit import render_junit
from ringback.gate.markdown import render_markdown
from ringback.gate.outcome import Outcome
from ringback.gate.sarif import render_sarif
from ringback.gate.text import render_text

FORMATS: Mapping[str, Callable[[Outcome], str]] = {
    "text": render_text,
    "json": render_json,
    "junit": render_junit,
    "sarif": render_sarif,
    "markdown": render_markdown,
}
"""By name: how an outcome is spelled. None of them holds a value off the wire but names and placeholders."""
