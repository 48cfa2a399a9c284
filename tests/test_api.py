"""The Python API: what `ringback.open` gives, and that its page is true."""

from __future__ import annotations

import dataclasses
import doctest
import re
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

import ringback
from ringback import api
from ringback.errors import RingbackError, SourceError, SpecError
from ringback.filters import FilterError
from support.casing import shipped
from support.recorded import capture

ROOT = Path(__file__).parents[1]
PAGE = Path(ringback.__file__).parent / "docs" / "api.md"
REAL = re.compile(r"0[0-9]A{8,}|\b[0-9]{14}[:@']")
"""Accounts and call-ids as the shipped captures have them on the wire."""


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RINGBACK_KEYLOGFILE", raising=False)


def test_the_page_is_true(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its examples run in the project's folder and give what it says."""
    monkeypatch.chdir(ROOT)
    options = doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL
    failed, run = doctest.testfile(str(PAGE), module_relative=False, optionflags=options, encoding="utf-8")
    assert (failed, run > 15) == (0, True)


def test_the_page_names_every_field() -> None:
    """And every argument."""
    tables = re.split(r"^\| `(\w+)` \| \|$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    documented = dict(zip(tables[::2], tables[1::2], strict=True))
    assert documented.keys() == {"Stanza", "Call", "Recording"}
    for name, text in documented.items():
        kind: Any = getattr(api, name)
        public = {each.name for each in dataclasses.fields(kind)}
        public |= {each for each, value in vars(kind).items() if isinstance(value, property)}
        rows = re.findall(r"^\| (`.*)$", text.split("\n\n")[0], re.MULTILINE)
        assert {word for row in rows for word in re.findall(r"`(\w+)`", row)} == public


def test_importing_costs_nothing() -> None:
    """Nothing of what takes long is imported before something is opened."""
    program = (
        "import sys, ringback\n"
        "ringback.open, ringback.RingbackError\n"
        "print(sorted({name.split('.')[0] for name in sys.modules} & "
        "{'mitmproxy', 'lxml', 'rich', 'click', 'cryptography', 'ruamel', 'asyncio', 'PIL'}))\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


def test_what_is_given_is_what_was_observed() -> None:
    """Stanzas, calls and findings as the casebook has them, each finding once."""
    recording = ringback.open(capture("violations"))
    casebook = shipped("violations")
    assert len(recording.calls) == len(casebook.cases)
    assert len(recording.stanzas) == sum(len(case.stanzas) for case in casebook.cases) + len(casebook.loose)
    counts = [len(case.findings) for case in casebook.cases]
    assert [len(call.findings) for call in recording.calls] == counts
    assert [call.worst for call in recording.calls] == [case.worst for case in casebook.cases]
    assert recording.loose_findings


def test_it_carries_placeholders_unless_it_is_told_otherwise() -> None:
    """Of all that is given, the spelled values of every field included."""
    recording = ringback.open(capture("multi-device"))
    raw = ringback.open(capture("multi-device"), raw=True)
    for spelled in (lambda one: repr(one.calls), lambda one: [each.xml for each in one.stanzas]):
        assert REAL.findall(str(spelled(recording))) == []
        assert REAL.search(str(spelled(raw)))
    assert len(recording.stanzas) == len(raw.stanzas)


def test_values_are_frozen() -> None:
    recording = ringback.open(capture("single-callee"))
    for value in (recording, recording.calls[0], recording.stanzas[0], recording.findings[0]):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(value, dataclasses.fields(value)[0].name, None)


def test_a_part_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    torn = tmp_path / "torn.flows"
    torn.write_bytes(capture("single-callee").read_bytes()[:-5])
    recording = ringback.open(torn, keylog=capture("single-callee").with_suffix(".keys"))
    assert not recording.is_complete
    assert any("is torn or damaged" in notice for notice in recording.notices)


def test_without_keys_nothing_is_complete(tmp_path: Path) -> None:
    lonely = tmp_path / "lonely.flows"
    lonely.write_bytes(capture("single-callee").read_bytes())
    recording = ringback.open(str(lonely))
    assert (recording.calls, recording.is_complete) == ((), False)
    assert "name the key log of this session" in recording.notices[-1]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"spec": "no-such-file.yaml"}, SpecError),
        ({"keylog": "no-such-file.keys"}, SourceError),
        ({"filter": "severity >"}, FilterError),
        ({"hosts": ["http://x/"]}, SourceError),
    ],
)
def test_every_error_is_ours(arguments: dict[str, Any], error: type[RingbackError]) -> None:
    assert issubclass(error, ringback.RingbackError)
    with pytest.raises(error):
        ringback.open(capture("single-callee"), **arguments)


def test_it_works_in_any_thread() -> None:
    """Ctrl-C belongs to the main thread, where it is left to others meanwhile."""
    opened: list[Any] = []
    thread = threading.Thread(target=lambda: opened.append(ringback.open(capture("single-callee"))))
    thread.start()
    thread.join()
    assert [len(recording.calls) for recording in opened] == [1]


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    ringback.open(capture("violations"))
    assert capfd.readouterr() == ("", "")
