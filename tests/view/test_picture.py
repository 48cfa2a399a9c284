from __future__ import annotations

import re

from lxml import etree
from rich.console import Console

from ringback.findings import Severity
from ringback.sanitize import Placeholders
from ringback.view.picture import picture
from ringback.view.terminal import TerminalView
from support.viewing import observed_call


def show(console: Console) -> None:
    view = TerminalView(console, Severity.NOTE, Placeholders())
    for observation in observed_call():
        view.show(observation)


def test_a_picture_is_well_formed_and_shows_the_text() -> None:
    """The picture is an SVG whose text is what the view prints, under its title."""
    svg = etree.fromstring(picture(show, title="ringback replay", width=90).encode())
    text = "".join(svg.itertext()).replace("\xa0", " ")
    assert svg.tag == "{http://www.w3.org/2000/svg}svg"
    assert "ringback replay" in text
    assert "CALLID-0001" in text
    assert "✓" in text


def test_a_picture_fetches_nothing() -> None:
    """No font, style, script or image from outside: an address stands only as a namespace or in a comment."""
    svg = picture(show, title="ringback")
    outside = re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL).replace('"http://www.w3.org/2000/svg"', "")
    assert not re.findall(r"https?:|//|@font-face|@import|<script|<image|<use|url\((?!#)", outside)


def test_the_same_output_is_the_same_picture() -> None:
    """A picture that is made anew differs only where the output does."""
    assert picture(show, title="a") == picture(show, title="a") != picture(show, title="b")
