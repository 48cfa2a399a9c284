"""The report as one HTML page that needs nothing but itself: the document through an XSLT 1.0 stylesheet."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from lxml import etree

from ringback.ladder.svg import STYLE
from ringback.report.model import Report
from ringback.report.tree import NAMESPACE, to_element
from ringback.stanza.xml import safe_parser

_DATA = Path(__file__).with_name("data")
_DOCTYPE = "<!DOCTYPE html>\n"


def render_page(report: Report, ladders: Mapping[str, str] | None = None) -> str:
    """The page; `ladders` has SVG documents by the ref of their call."""
    document = to_element(report)
    for call in document.iter(f"{{{NAMESPACE}}}call"):
        drawn = (ladders or {}).get(str(call.get("id")))
        if drawn is not None:
            etree.SubElement(call, f"{{{NAMESPACE}}}ladder").append(etree.fromstring(drawn, safe_parser()))
    style = (_DATA / "report.css").read_text("utf-8") + STYLE
    page = _stylesheet()(document, style=etree.XSLT.strparam(style))
    return _DOCTYPE + etree.tostring(page, method="html", encoding="unicode") + "\n"


@cache
def _stylesheet() -> etree.XSLT:
    sheet = etree.parse(_DATA / "report.xsl", safe_parser())
    return etree.XSLT(sheet, access_control=etree.XSLTAccessControl.DENY_ALL)
