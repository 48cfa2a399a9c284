"""The page on capturing says what the preload does. That its commands work is shown in `tests/e2e`."""

from __future__ import annotations

import re

from ringback.wire.keylog import KeyLabel
from support.documented import PAGE, documented
from support.preload import PRELOAD


def test_every_line_that_the_preload_writes_is_explained() -> None:
    """The page's table has exactly the labels that ringback reads, and the preload names them."""
    explained = re.findall(r"^\| `([A-Z_]+) ", PAGE.read_text(), re.MULTILINE)
    assert sorted(explained) == sorted(label.value for label in KeyLabel)
    head = PRELOAD.read_text().split("*/")[0]
    assert re.findall(r"^ \* +([A-Z_]+_KEY) ", head, re.MULTILINE) == explained


def test_every_message_of_the_preload_is_explained() -> None:
    """Each message is quoted on the page, up to what differs from case to case; the page quotes no other."""
    quoted = re.findall(r"^- `(.*?)(?:\.\.\.)?`", PAGE.read_text(), re.MULTILINE)
    messages = re.findall(r"\bsay\(`(.*?)`\)", PRELOAD.read_text())
    said = [message.replace("${VARIABLE}", "RINGBACK_KEYLOGFILE").split("${")[0] for message in messages]
    assert sorted(said) == sorted(quoted)


def test_every_command_of_the_page_is_run() -> None:
    """The end-to-end test starts both programs in two ways and replays once; more would need more."""
    times = {"mitmdump": 2, "node": 2, "ringback": 1}
    assert {program: len(documented(program)) for program in times} == times
    assert PAGE.read_text().count("```sh\n") == sum(times.values())
