"""`ringback check` on the shipped captures, as a build types it."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from ruamel.yaml import YAML

import ringback as package
from ringback.cli import cli, main
from ringback.gate.baseline import SCHEMA as BASELINE
from ringback.gate.document import SCHEMA
from ringback.spec.load import SHIPPED
from ringback.status import ExitCode
from support.recorded import capture
from support.sarif import valid_run
from support.specfiles import write

ROOT = Path(__file__).parents[2]
PAGE = (Path(package.__file__).parent / "docs" / "check.md").read_text(encoding="utf-8")
CLEAN, FAILING, SILENT = capture("single-callee"), capture("violations"), capture("no-preaccept")
GAPPED = capture("mid-connection")
FORMATS = ("text", "json", "junit", "sarif", "markdown")


class Ran:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def check(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("RINGBACK_KEYLOGFILE", "NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str | Path) -> Ran:
        code = main(["check", *map(str, arguments)])
        return Ran(code, *capfd.readouterr())

    return run


def shown(ran: Ran) -> Any:
    return json.loads(ran.out)


# The four verdicts.


def test_what_holds_is_clean(check: Any) -> None:
    ran = check(CLEAN)
    assert ran.code == ExitCode.OK
    assert ran.out.splitlines()[-1] == "clean: 2 of 34 stanzas in 1 call held against the specification"
    assert "fails" not in ran.out


def test_errors_fail_by_place_with_their_calls(check: Any) -> None:
    ran = check(FAILING)
    assert ran.code == ExitCode.FINDINGS
    assert ran.out.splitlines()[-1] == "failed: 9 findings at 6 places"
    places = [line for line in ran.out.splitlines() if line.startswith("/")]
    assert places == sorted(set(places))
    assert "in CALLID-0009; first: violations.flows, connection 2, client frame 31" in ran.out


def test_what_the_specification_does_not_speak_of_is_no_success(check: Any) -> None:
    ran = check(SILENT)
    assert ran.code == ExitCode.NOTHING_OPENED
    assert ran.out.startswith("gap: ")
    assert "nothing exercised: none of 20 stanzas are of a kind" in ran.out


@pytest.mark.parametrize("chosen", ["call = CALLID-9999", "device = Z", "time = 1999-01-01"])
def test_a_filter_that_lets_nothing_through_is_no_success(check: Any, chosen: str) -> None:
    """It has checked nothing, and no form of the outcome is green."""
    ran = check("--filter", chosen, FAILING)
    assert ran.code == ExitCode.NOTHING_OPENED
    assert ran.out.splitlines()[-1] == "nothing exercised: the filter lets none of the findings through"
    told: Any = etree.fromstring(check("--filter", chosen, "--format", "junit", FAILING).out.encode())
    (case,) = told.xpath(".//testcase[error]")
    assert case.get("name") == "the specification is exercised"
    assert check("--filter", "code = fact-observed", CLEAN).code == ExitCode.OK


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        ("code ~ child-repeatd", "code is never 'child-repeatd': did you mean child-repeated?"),
        (
            "question = 9",
            "question is never '9': there are call-preaccept/1, call-preaccept/2,",
        ),
        ("question != call-preacept/1", "did you mean call-preaccept/1?"),
    ],
)
def test_a_filter_for_what_there_never_is_is_an_error(check: Any, chosen: str, told: str) -> None:
    """The specification says which questions there are."""
    ran = check("--filter", chosen, FAILING)
    assert ran.code == ExitCode.USAGE
    assert told in ran.err
    assert "^^^" in ran.err or "9" in chosen
    assert ran.out == ""


def test_an_unusable_input_is_neither(check: Any, tmp_path: Path) -> None:
    torn = tmp_path / "torn.flows"
    torn.write_bytes(CLEAN.read_bytes()[:-5])
    (tmp_path / "torn.keys").write_bytes(CLEAN.with_suffix(".keys").read_bytes())
    ran = check(torn, "--format", "json")
    assert ran.code == ExitCode.INPUT
    assert shown(ran)["verdict"] == "not read"
    assert check(tmp_path / "nothing.flows").code == ExitCode.INPUT


# What fails.


def test_the_threshold_moves_the_verdict(check: Any) -> None:
    assert check("--fail-on", "warning", CLEAN).code == ExitCode.OK
    assert check("--fail-on", "note", CLEAN).code == ExitCode.FINDINGS
    failing = [
        sum(
            each["fails"]
            for each in shown(check("--fail-on", level, "--format", "json", FAILING))["findings"]
        )
        for level in ("error", "warning", "note")
    ]
    assert failing == sorted(set(failing))


def test_strict_fails_by_what_extends(check: Any) -> None:
    """Notes that extend fail, other notes do not."""
    ran = check("--strict", "--format", "json", CLEAN)
    assert ran.code == ExitCode.FINDINGS
    assert shown(ran)["gaps"] == []
    by_stance = {(each["stance"], each["fails"]) for each in shown(ran)["findings"]}
    assert by_stance == {("extends", True), ("contradicts", False)}


def test_strict_fails_by_gaps(check: Any) -> None:
    """Frames that stayed closed are named, and fail only then."""
    chosen = ("--filter", "code = fact-observed")
    lax, strict = check(*chosen, GAPPED), check(*chosen, "--strict", GAPPED)
    assert (lax.code, strict.code) == (ExitCode.OK, ExitCode.FINDINGS)
    assert all("gap: 1 of 19 frames stayed closed" in ran.out for ran in (lax, strict))
    assert strict.out.splitlines()[-1] == "failed: 1 gap"


def test_strict_fails_by_what_is_left_out(check: Any, tmp_path: Path) -> None:
    """Here a line of the key log that is no key."""
    keys = tmp_path / "mine.keys"
    keys.write_text("nonsense without end\nCANDIDATE_KEY * 00\n" + CLEAN.with_suffix(".keys").read_text())
    arguments = ("--filter", "code = fact-observed", "--keylog", keys, CLEAN)
    assert check(*arguments).code == ExitCode.OK
    ran = check("--strict", *arguments)
    assert ran.code == ExitCode.FINDINGS
    assert "gap: 1 left out of the sources, as was told" in ran.out


def test_a_filter_chooses_findings(check: Any) -> None:
    found = shown(check("--format", "json", "--filter", "code = attribute-missing", FAILING))["findings"]
    assert {each["code"] for each in found} == {"attribute-missing"}


def test_another_specification_is_held_against(check: Any, tmp_path: Path) -> None:
    """What no file speaks of under the shipped one is exercised under another."""
    text = SHIPPED.read_text(encoding="utf-8").replace("preaccept", "reject")
    ran = check("--spec", write(tmp_path, "call-reject.yaml", text), SILENT)
    assert ran.code != ExitCode.NOTHING_OPENED
    assert "nothing exercised" not in ran.out


# The baseline.


@pytest.fixture
def baseline(check: Any, tmp_path: Path) -> Path:
    path = tmp_path / "known.json"
    ran = check("--write-baseline", path, FAILING)
    assert ran.code == ExitCode.OK
    assert "kinds of findings are known from now on" in ran.err
    return path


def edited(baseline: Path, change: Any) -> Path:
    document = json.loads(baseline.read_text())
    change(document)
    baseline.write_text(json.dumps(document))
    return baseline


def test_what_is_known_passes(check: Any, baseline: Path) -> None:
    ran = check("--baseline", baseline, "--fail-on", "note", FAILING)
    assert ran.code == ExitCode.OK
    assert "fails" not in ran.out
    assert "known  error child-repeated (1, 1 known)" in ran.out


def test_only_what_is_new_fails(check: Any, baseline: Path) -> None:
    """A kind that the baseline lacks, and more of a kind than it holds."""

    def forget(document: Any) -> None:
        document["findings"] = [each for each in document["findings"] if each["code"] != "child-repeated"]
        (id_missing,) = (
            each for each in document["findings"] if each["place"] == "/call/@id" and each["count"] == 2
        )
        id_missing["count"] = 1

    ran = check("--baseline", edited(baseline, forget), "--format", "json", FAILING)
    assert ran.code == ExitCode.FINDINGS
    failing = [each for each in shown(ran)["findings"] if each["fails"]]
    assert [(each["place"], each["code"], each["count"], each["known"]) for each in failing] == [
        ("/call/@id", "attribute-missing", 2, 1),
        ("/call/preaccept", "child-repeated", 1, 0),
    ]


def test_what_no_longer_occurs_is_said(check: Any, baseline: Path) -> None:
    """It does not fail: it is good news."""
    ran = check("--baseline", baseline, CLEAN)
    assert ran.code == ExitCode.OK
    gone = [line for line in ran.out.splitlines() if line.startswith("gone: ")]
    about = "error child-repeated /call/preaccept call-preaccept#call/preaccept"
    assert f"gone: {about}: 1 fewer than the baseline holds" in gone


def test_a_baseline_is_reviewed_line_by_line(baseline: Path) -> None:
    """One kind a line, sorted; nothing of the run, no call, nobody."""
    text = baseline.read_text(encoding="utf-8")
    document = json.loads(text)
    assert document["schema"] == BASELINE
    lines = re.findall(r"^  (\{.*\}),?$", text, re.MULTILINE)
    assert [json.loads(line) for line in lines] == document["findings"]
    assert len(lines) > 20
    assert "CALLID" not in text
    assert ".flows" not in text


def test_a_baseline_is_not_made_of_nothing(check: Any, tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    ran = check("--write-baseline", path, SILENT)
    assert ran.code == ExitCode.NOTHING_OPENED
    assert not path.exists()
    assert "was not written: nothing exercised" in ran.err


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "it is no JSON"),
        ("[" * 100_000, "is no baseline"),
        ("[]", "make one with --write-baseline"),
        (
            '{"schema": "ringback-baseline/2", "findings": []}',
            "no baseline of the format ringback-baseline/1",
        ),
        ('{"schema": "ringback-baseline/1", "findings": [1]}', "finding 1 needs place, code"),
        (
            '{"schema": "ringback-baseline/1", "findings": [{"place": "/", "code": "c", "severity": "bad",'
            ' "spec": "", "fact": "", "count": 1}]}',
            "severity one of",
        ),
        (
            '{"schema": "ringback-baseline/1", "findings": [{"place": "/", "code": "c", "severity": "note",'
            ' "spec": "", "fact": "", "count": true}]}',
            "no count",
        ),
    ],
)
def test_what_is_no_baseline_is_refused(check: Any, tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "known.json"
    path.write_text(content)
    ran = check("--baseline", path, CLEAN)
    assert ran.code == ExitCode.INPUT
    assert told in ran.err


def test_a_kind_stands_once(check: Any, baseline: Path) -> None:
    twice = edited(baseline, lambda document: document["findings"].append(document["findings"][0]))
    ran = check("--baseline", twice, FAILING)
    assert ran.code == ExitCode.INPUT
    assert "is there twice" in ran.err


def test_outputs_do_not_go_over_sources(check: Any, tmp_path: Path) -> None:
    source = tmp_path / "a.jsonl"
    source.write_text('{"schema": "ringback-events/1", "type": "start", "ringback": "0"}\n')
    before = source.read_bytes()
    for option in ("--out", "--write-baseline"):
        assert check(option, source, source).code == ExitCode.USAGE
    both = ("--baseline", source, "--write-baseline", tmp_path / "b.json")
    assert check(*both, source).code == ExitCode.USAGE
    assert source.read_bytes() == before


# How it is told.


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_input_gives_the_same_bytes(check: Any, tmp_path: Path, form: str) -> None:
    """On standard output or in a file, whatever the terminal is like."""
    out = tmp_path / "out"
    printed = check("--format", form, FAILING)
    written = check("--format", form, "--out", out, FAILING)
    assert (printed.code, written.code) == (ExitCode.FINDINGS, ExitCode.FINDINGS)
    assert written.out == ""
    assert out.read_text(encoding="utf-8") == printed.out
    assert "\x1b" not in printed.out


def test_another_process_gives_the_same_bytes(check: Any) -> None:
    """With another seed of hashes, another home and no terminal at all."""
    here = check("--format", "json", "--strict", FAILING).out
    there = subprocess.run(
        [sys.executable, "-m", "ringback", "check", "--format", "json", "--strict", str(FAILING)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={**os.environ, "PYTHONHASHSEED": "7", "TERM": "dumb", "COLUMNS": "31", "LC_ALL": "C"},
        check=False,
    )
    assert there.returncode == ExitCode.FINDINGS
    assert there.stdout.decode() == here


def test_junit_fails_where_the_gate_does(check: Any, baseline: Path) -> None:
    root = etree.fromstring(check("--format", "junit", FAILING).out.encode())
    failures = root.findall(".//failure")
    assert len(failures) == int(root.get("failures", "")) == 7
    assert root.findall(".//error") == []
    known = etree.fromstring(check("--format", "junit", "--baseline", baseline, FAILING).out.encode())
    assert known.findall(".//failure") == []
    assert {suite.get("name") for suite in root} > {"ringback check", "/call/preaccept"}
    for suite in root:
        assert int(suite.get("tests", "")) == len(suite.findall("testcase"))
    silent: Any = etree.fromstring(check("--format", "junit", SILENT).out.encode())
    (case,) = silent.xpath(".//testcase[error]")
    assert case.get("name") == "the specification is exercised"


def test_sarif_tells_new_from_known(check: Any, baseline: Path) -> None:
    """Every result has a rule, its level, and the line of the specification where there is one."""
    run = valid_run(check("--format", "sarif", FAILING).out)
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert rules == {result["ruleId"] for result in run["results"]}
    assert all("baselineState" not in result for result in run["results"])
    lines = [
        result["locations"][0]["physicalLocation"]["region"]["startLine"]
        for result in run["results"]
        if "physicalLocation" in result["locations"][0]
    ]
    assert len(lines) > 10
    run = valid_run(check("--format", "sarif", "--baseline", baseline, CLEAN).out)
    states = {result["baselineState"] for result in run["results"]}
    assert states == {"unchanged", "absent"}
    prints = [result["partialFingerprints"]["ringback/1"] for result in run["results"]]
    assert len(prints) > len(set(prints))


def test_markdown_has_a_row_for_each_kind(check: Any) -> None:
    out = check("--format", "markdown", FAILING).out
    assert out.startswith("## ringback check: failed: 9 findings at 6 places\n")
    assert out.count("| fails |") == 7


def test_what_is_hostile_stays_text(check: Any, tmp_path: Path) -> None:
    """Escape sequences, markup and turned text in names of an event file that somebody made."""
    hostile = "\x1b[31m|<script>\u202e[2]"
    child = {"tag": hostile, "attrs": {}, "content": hostile}
    action = {"tag": "preaccept", "attrs": {"call-id": hostile, "call-creator": "A@lid"}, "content": [child]}
    attrs = {"id": "ID-0001", hostile: hostile, "from": "A@lid"}
    node = {"tag": "call", "attrs": attrs, "content": [action]}
    sight = {"capture": hostile, "connection": 1, "flow": hostile, "direction": "client"}
    record = {"type": "stanza", **sight, "frame": 1, "message": 1, "at": 1e9, "trailing": 0, "node": node}
    source = tmp_path / "hostile.jsonl"
    source.write_text(json.dumps({"schema": "ringback-events/1", **record}) + "\n")
    for form in FORMATS:
        out = check("--fail-on", "note", "--format", form, source).out
        assert len(out) > 50
        assert "\x1b" not in out
        assert "\u202e" not in out
        if form in {"junit", "markdown"}:
            assert "<script>" not in out
        if form == "sarif":
            valid_run(out)


# What is written about it.


def test_the_page_lists_every_key(check: Any) -> None:
    document = shown(check("--format", "json", FAILING))
    assert document["schema"] == SCHEMA
    tables = PAGE.split("one object:", 1)[1].split("## In a build")[0].split("Each of the findings:")
    for table, keys in zip(tables, (document.keys(), document["findings"][0].keys()), strict=True):
        cells = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
        assert {key for cell in cells for key in re.findall("`(.*?)`", cell)} == keys


def test_the_page_shows_what_is_printed(check: Any, baseline: Path) -> None:
    expression = re.search(r"check --filter '(.*?)' captures", PAGE)
    assert expression is not None
    assert f"```text\n{check('--filter', expression[1], FAILING).out}```" in PAGE
    (entry,) = re.findall(r'^  (\{"place".*\})$', PAGE, re.MULTILINE)
    assert entry in baseline.read_text(encoding="utf-8")


README = (ROOT / "README.md").read_text(encoding="utf-8")
TYPED = re.findall(r"^(?: *- )?ringback (check .*)$", PAGE + README, re.MULTILINE)


@pytest.mark.parametrize("line", TYPED)
def test_what_the_pages_type_is_understood(line: str) -> None:
    """Every option of it is there, and its values are."""
    name, *arguments = shlex.split(line)
    with cli.commands[name].make_context(name, arguments) as context:
        assert context.params["sources"]


def test_the_pages_type_something() -> None:
    assert len(TYPED) >= 3


def test_the_hook_of_pre_commit_runs_the_gate(check: Any) -> None:
    """Its entry is a command that there is, and its pattern lets recordings through."""
    (hook,) = YAML(typ="safe").load((ROOT / ".pre-commit-hooks.yaml").read_text())
    program, command = hook["entry"].split()
    assert program == "ringback"
    assert command in cli.commands
    assert hook["language"] == "python"
    assert re.search(hook["files"], CLEAN.name)
    assert not re.search(hook["files"], "README.md")
    assert f"id: {hook['id']}" in PAGE
