"""A report in each of its formats, as text that has passed the scan for identities."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from ringback.report.document import Made
from ringback.report.junit import render_junit
from ringback.report.markdown import render_markdown
from ringback.report.model import Report
from ringback.report.page import render_page
from ringback.report.sarif import render_sarif
from ringback.report.tree import to_json, to_xml


def render_json(report: Report) -> str:
    """The document as JSON, which `data/report.schema.json` describes."""
    return json.dumps(to_json(report), indent=1, ensure_ascii=False) + "\n"


def _page(made: Made) -> str:
    return render_page(made.report, made.ladders())


def _of_report(renderer: Callable[[Report], str]) -> Callable[[Made], str]:
    return lambda made: renderer(made.report)


_RENDERERS: Mapping[str, Callable[[Made], str]] = {
    "html": _page,
    "markdown": _of_report(render_markdown),
    "json": _of_report(render_json),
    "junit": _of_report(render_junit),
    "sarif": _of_report(render_sarif),
    "xml": _of_report(to_xml),
}
FORMATS = tuple(_RENDERERS)
"""What `render` makes."""


def render(made: Made, form: str) -> str:
    """The report in one of `FORMATS`, fit to be published.

    Raises:
        LeakError: it holds something that could identify somebody.
    """
    return made.checked(_RENDERERS[form](made), f"the {form} report")
