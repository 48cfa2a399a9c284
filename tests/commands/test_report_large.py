"""A report on a ledger with more calls than are told in full: what is told of all of them is that of all."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from lxml import etree

from ringback.calls import Sighting
from ringback.cli import main
from ringback.commands import report as command
from ringback.report import questions
from ringback.report.schema import JSON_SCHEMA, RELAXNG
from ringback.sources import ledger_source
from ringback.status import ExitCode
from support.ledgers import filled
from test_captures import report

NAMES = (
    "single-callee",
    "multi-device",
    "early-candidates",
    "no-preaccept",
    "violations",
    "split-compressed",
    "mid-connection",
)
OF_THOSE_IN_FULL = {"calls", "calls_untold", "exceptions", "exceptions_untold", "findings", "violated_in"}
"""Lists that lead to calls that are told in full alone, and what they lack."""


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All that the shipped captures show."""
    path = tmp_path_factory.mktemp("large") / "ledger.db"
    for name in NAMES:
        filled(path, *report(name).observations).close()
    return path


def made(ledger: Path, form: str, tmp_path: Path, *more: str) -> str:
    out = tmp_path / f"report.{form}"
    assert main(["report", "--format", form, "--out", str(out), *more, str(ledger)]) == ExitCode.OK
    return out.read_text(encoding="utf-8")


def of_all(part: Any) -> Any:
    """The part of a report without the lists of calls and findings."""
    if isinstance(part, dict):
        return {key: of_all(value) for key, value in part.items() if key not in OF_THOSE_IN_FULL}
    return [of_all(each) for each in part] if isinstance(part, list) else part


def listed(document: Any, what: str) -> list[set[str]]:
    """The names of the calls of each question, linked or not."""
    names = {call["id"]: call["name"] for call in document["calls"]}
    return [
        {*(names[ref] for ref in each[what]), *each[f"{what}_untold"]["names"]}
        for each in document["questions"]
    ]


def test_numbers_questions_and_specification_are_of_all_calls(
    ledger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the last word; a call that is told has the name and the findings that it has in a report on all."""
    whole = json.loads(made(ledger, "json", tmp_path))
    monkeypatch.setattr(command, "MAX_IN_FULL", 2)
    limited = json.loads(made(ledger, "json", tmp_path))
    told, total = len(limited["calls"]), len(whole["calls"])
    assert 2 == told < total
    for part in ("questions", "unruled", "specification", "flows", "conflicts", "undocumented"):
        assert of_all(limited[part]) == of_all(whole[part]), part
    assert limited["summary"] == whole["summary"]
    assert (limited["summary"]["calls"], limited["provenance"]["total"]) == (total, total)
    assert f"{told} of {total} calls are told in full" in limited["provenance"]["gaps"][0]
    assert "told in full" not in json.dumps(whole)
    (calls,) = (row["n"] for row in limited["provenance"]["numbers"] if row["what"].startswith("calls"))
    assert calls == told
    assert all(row["what"].endswith(", of what is told in full") for row in limited["provenance"]["numbers"])
    names = [call["name"] for call in whole["calls"]]
    assert {call["name"] for call in limited["calls"]} <= set(names)
    for call in limited["calls"]:
        (same,) = (each for each in whole["calls"] if each["name"] == call["name"])
        assert [each["code"] for each in call["findings"]] == [each["code"] for each in same["findings"]]


def test_what_belongs_to_no_call_is_told_of_all_times(
    ledger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Call stanzas without a call-id and what is none: nothing else counts them."""
    whole = json.loads(made(ledger, "json", tmp_path))["outside"]["findings"]
    monkeypatch.setattr(command, "MAX_IN_FULL", 2)
    limited = json.loads(made(ledger, "json", tmp_path))["outside"]["findings"]
    told = [(each["code"], each["place"]) for each in limited if each["severity"] != "ok"]
    assert told == [(each["code"], each["place"]) for each in whole if each["severity"] != "ok"] != []


def test_a_question_names_calls_that_are_not_told_in_full(
    ledger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So many as fit, without a link; "none" is said where there is none."""
    whole = json.loads(made(ledger, "json", tmp_path))
    assert all(each["calls_untold"] == {"n": 0, "names": []} for each in whole["questions"])
    monkeypatch.setattr(command, "MAX_IN_FULL", 2)
    monkeypatch.setattr(questions, "MAX_NAMES", 40)
    limited = json.loads(made(ledger, "json", tmp_path))
    assert listed(limited, "exceptions") == listed(whole, "exceptions") != [set(), set(), set()]
    assert listed(limited, "calls") == listed(whole, "calls")
    exceptions = [each["exceptions_untold"] for each in limited["questions"]]
    assert any(each["names"] for each in exceptions)
    page, text = made(ledger, "html", tmp_path), made(ledger, "markdown", tmp_path)
    for each in exceptions:
        for name in each["names"]:
            assert name in page
            assert name in text
    nones = sum(not names for what in ("calls", "exceptions") for names in listed(whole, what))
    assert text.count(": none.") == nones
    monkeypatch.setattr(questions, "MAX_NAMES", 1)
    assert "; `ringback export questions` names all" in made(ledger, "markdown", tmp_path)
    assert "<code>ringback export questions</code> names all" in made(ledger, "html", tmp_path)


def test_every_link_leads_somewhere(ledger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls that are not told in full are in no list of the page; every format is made, by its schema."""
    monkeypatch.setattr(command, "MAX_IN_FULL", 2)
    page = etree.HTML(made(ledger, "html", tmp_path))
    anchors = set(page.xpath("//@id"))
    assert {link[1:] for link in page.xpath("//@href") if link.startswith("#")} <= anchors
    limited = json.loads(made(ledger, "json", tmp_path))
    Draft202012Validator(json.loads(JSON_SCHEMA.read_text("utf-8"))).validate(limited)
    document = etree.fromstring(made(ledger, "xml", tmp_path).encode())
    assert etree.RelaxNG(etree.parse(RELAXNG)).validate(document)
    for form in ("junit", "sarif"):
        assert "CALLID-0001" not in made(ledger, form, tmp_path)


def test_who_asks_for_the_newest_or_for_some_gets_these_alone(
    ledger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is counted then."""
    monkeypatch.setattr(command, "MAX_IN_FULL", 2)
    monkeypatch.setattr(command, "tally_of", None)
    newest = json.loads(made(ledger, "json", tmp_path, "--newest", "2"))
    assert newest["summary"]["calls"] == len(newest["calls"]) == 2
    assert "what is older is left out" in capsys.readouterr().err
    chosen = json.loads(made(ledger, "json", tmp_path, "--filter", "severity >= note"))
    assert chosen["summary"]["calls"] == len(chosen["calls"]) > 2


def test_ctrl_c_ends_it_without_a_report(
    ledger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """While the calls that are to be told are read: a part of them would be called the newest."""

    def interrupted(*_: object) -> Iterator[Sighting]:
        os.kill(os.getpid(), signal.SIGINT)
        return iter(())

    monkeypatch.setattr(command, "MAX_IN_FULL", 2)
    monkeypatch.setattr(ledger_source, "iter_loose", interrupted)
    out = tmp_path / "report.json"
    assert main(["report", "--out", str(out), str(ledger)]) == ExitCode.INTERRUPTED
    assert not out.exists()
    told = capsys.readouterr().err
    assert "interrupted: the sources were not gone through to their end" in told
    assert "no report is made" in told


def test_the_users_own_ledger_is_large_too(
    ledger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a source."""
    monkeypatch.setattr(command, "MAX_IN_FULL", 2)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    (tmp_path / "ringback").mkdir()
    (tmp_path / "ringback" / "ledger.db").write_bytes(ledger.read_bytes())
    out = tmp_path / "own.json"
    assert main(["report", "--out", str(out)]) == ExitCode.OK
    assert "told in full" in json.loads(out.read_text("utf-8"))["provenance"]["gaps"][0]
