"""`ringback show` and `ringback diff`, as they are typed."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import ringback as package
from ringback.cli import main
from ringback.commands.diff import SCHEMA
from ringback.commands.environment import Environment
from ringback.commands.gathering import gather
from ringback.commands.recorded import Recording
from ringback.status import ExitCode
from support.recorded import capture

PAGE = (Path(package.__file__).parent / "docs" / "diff.md").read_text(encoding="utf-8")
MULTI = capture("multi-device")
VIOLATIONS = capture("violations")


class Ran:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def ringback(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("RINGBACK_KEYLOGFILE", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments: str | Path) -> Ran:
        code = main([str(argument) for argument in arguments])
        return Ran(code, *capfd.readouterr())

    return run


def test_a_call_is_shown_by_its_number_or_its_name(ringback: Any) -> None:
    by_number, by_name = (ringback("show", "--from", MULTI, call) for call in ("1", "CALLID-0001"))
    assert by_number.code == ExitCode.OK
    assert by_number.out == by_name.out
    assert by_number.out.lstrip().startswith("CALLID-0001  number 1, of multi-device.flows: 41 stanzas")


def test_every_stanza_is_annotated_and_each_finding_is_there_once(ringback: Any) -> None:
    out = ringback("show", "--from", MULTI, "--level", "ok", "1").out
    assert out.count("<call\n") + out.count("<call ") == out.count("</call>") > 15
    assert out.count("▶") > 5
    (case,) = gather(Recording((MULTI,)), None, Environment(stderr=None)).casebook.cases
    printed = re.findall(r"^. (?:ok|note|warning|error) +([a-z-]+)  /", out, re.MULTILINE)
    assert sorted(printed) == sorted(finding.code for finding in case.findings)


def test_a_pipe_gets_no_escape(ringback: Any) -> None:
    assert "\x1b" not in ringback("show", "--from", MULTI, "all").out


def test_all_shows_every_call_that_passes_the_filter(ringback: Any) -> None:
    every = ringback("show", "--from", VIOLATIONS, "all").out
    chosen = ringback("show", "--from", VIOLATIONS, "--filter", "code = ack-missing", "all").out
    heads = [
        [line for line in out.splitlines() if line.startswith("CALLID-") and " number " in line]
        for out in (every, chosen)
    ]
    assert 0 < len(heads[1]) < len(heads[0])
    assert set(heads[1]) < set(heads[0])


def test_where_no_call_passes_it_is_told(ringback: Any) -> None:
    ran = ringback("show", "--from", MULTI, "--filter", "action = nothing", "all")
    assert (ran.code, ran.out) == (ExitCode.OK, "")
    assert "the call does not pass the filter" in ran.err
    ran = ringback("show", "--from", VIOLATIONS, "--filter", "action = nothing", "all")
    assert "calls passes the filter" in ran.err


def test_an_unknown_call_lists_what_there_is(ringback: Any) -> None:
    ran = ringback("show", "--from", MULTI, "7")
    assert ran.code == ExitCode.USAGE
    assert "no call '7': there is CALLID-0001 (number 1); `all` shows all of them" in ran.err


def test_a_file_without_calls_has_none(ringback: Any, tmp_path: Path) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.write_text('{"schema": "ringback-events/1", "type": "start", "ringback": "0"}\n')
    ran = ringback("show", "--from", empty, "1")
    assert ran.code == ExitCode.USAGE
    assert "no call '1': there is none in the sources" in ran.err
    ran = ringback("show", "--from", empty, "all")
    assert (ran.code, ran.err) == (ExitCode.OK, "ringback: there is no call in the sources\n")


@pytest.mark.parametrize(("form", "start"), [("svg", "<?xml"), ("mermaid", "sequenceDiagram")])
def test_the_ladder_is_drawn(ringback: Any, tmp_path: Path, form: str, start: str) -> None:
    out = tmp_path / "ladder"
    printed = ringback("show", "--from", MULTI, "--format", form, "1")
    written = ringback("show", "--from", MULTI, "--format", form, "--out", out, "1")
    assert printed.code == written.code == ExitCode.OK
    assert printed.out.startswith(start)
    assert written.out == ""
    assert out.read_text(encoding="utf-8") == printed.out


def test_a_picture_is_written_to_a_file(ringback: Any, tmp_path: Path) -> None:
    out = tmp_path / "ladder.png"
    assert ringback("show", "--from", MULTI, "--format", "png", "--out", out, "1").code == ExitCode.OK
    with Image.open(io.BytesIO(out.read_bytes())) as picture:
        assert picture.format == "PNG"


def test_a_picture_is_refused_to_a_terminal(ringback: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    ran = ringback("show", "--from", MULTI, "--format", "png", "1")
    assert ran.code == ExitCode.USAGE
    assert "name a file with --out" in ran.err


def test_a_picture_is_of_one_call(ringback: Any) -> None:
    ran = ringback("show", "--from", VIOLATIONS, "--format", "svg", "all")
    assert ran.code == ExitCode.USAGE
    assert "draws one call" in ran.err


def test_no_source_is_written_over(ringback: Any, tmp_path: Path) -> None:
    source = tmp_path / "a.jsonl"
    source.write_text('{"schema": "ringback-events/1", "type": "start", "ringback": "0"}\n')
    ran = ringback("show", "--from", source, "--out", source, "1")
    assert ran.code == ExitCode.USAGE
    assert "is one of the sources" in ran.err
    assert source.stat().st_size > 0


def test_text_goes_to_a_file_too(ringback: Any, tmp_path: Path) -> None:
    out = tmp_path / "call.txt"
    assert ringback("show", "--from", MULTI, "--out", out, "1").out == ""
    assert out.read_text(encoding="utf-8").lstrip().startswith("CALLID-0001")
    ran = ringback("show", "--from", MULTI, "--out", out / "no" / "folder", "1")
    assert ran.code == ExitCode.INPUT
    assert "cannot be written" in ran.err


def test_two_copies_differ_in_what_the_server_does(ringback: Any) -> None:
    ran = ringback("diff", "--from", MULTI, "1/preaccept:sent", "1/preaccept:delivered")
    assert ran.code == ExitCode.OK
    assert "2 added, 1 removed" in ran.out
    rows = [line.split() for line in ran.out.splitlines() if line.startswith("  ")]
    assert ["-", "@to", "A:1@lid", "│"] in rows
    assert ["+", "@from", "│", "B:17@lid"] in rows
    assert all(len(line) <= 80 for line in ran.out.splitlines())


def test_names_make_no_difference(ringback: Any) -> None:
    """Two pre-accepts that say the same have ids of their own."""
    ran = ringback("diff", "--from", MULTI, "--exit-code", "1/preaccept[1]", "1/preaccept[2]")
    assert ran.code == ExitCode.OK
    assert "1 that only name something else" in ran.out
    ran = ringback("diff", "--from", MULTI, "--exit-code", "1/preaccept", "1/preaccept")
    assert ran.code == ExitCode.OK
    assert "No difference." in ran.out


def test_the_exit_code_tells_only_where_it_is_asked_to(ringback: Any) -> None:
    sides = ("1/offer", "1/preaccept")
    assert ringback("diff", "--from", MULTI, *sides).code == ExitCode.OK
    assert ringback("diff", "--from", MULTI, "--exit-code", *sides).code == ExitCode.DIFFERENT


def test_a_stanza_stands_beside_its_model_either_way(ringback: Any) -> None:
    there = ringback("diff", "--from", MULTI, "--json", "spec:call-preaccept", "1/preaccept")
    back = ringback("diff", "--from", MULTI, "--json", "1/preaccept", "spec:call-preaccept")
    (one, other) = (json.loads(ran.out) for ran in (there, back))
    assert [each["name"] for each in one["changes"]] == ["audio", "encopt", "capability"]
    assert {each["kind"] for each in one["changes"]} == {"added"}
    assert {each["kind"] for each in other["changes"]} == {"removed"}
    assert one["same"] is False


def test_a_build_stands_beside_its_model_with_counts(ringback: Any) -> None:
    ran = ringback("diff", "--from", VIOLATIONS, "--json", "preaccept@web", "spec:call-preaccept")
    changes = json.loads(ran.out)["changes"]
    novelty = next(each for each in changes if each["name"] == "@novelty")
    assert novelty["kind"] == "removed"
    assert novelty["left_count"][0] == 1 < novelty["left_count"][1]


def test_two_kinds_of_stanzas_are_taken_together(ringback: Any) -> None:
    ran = ringback("diff", "--from", MULTI, "--json", "offer@WEB", "preaccept@2.3000.*")
    shown = json.loads(ran.out)
    assert shown["schema"] == SCHEMA
    added = next(each for each in shown["changes"] if each["name"] == "preaccept")
    assert (added["kind"], added["place"], added["right_count"]) == ("added", "/call", [2, 2])


@pytest.mark.parametrize(
    ("side", "told"),
    [
        ("nonsense", "cannot tell what 'nonsense' is; write CALL/ACTION"),
        ("9/preaccept", "no call '9'"),
        ("1/nothing", "has no 'nothing'; it has offer,"),
        ("1/preaccept[0]", "has preaccept[1] to [2], no [0]"),
        ("1/preaccept[3]", "has preaccept[1] to [2], no [3]"),
        ("all/preaccept", "names no single call"),
        ("spec:nothing", "has no stanza 'nothing'; it has call-preaccept"),
        ("preaccept@IOS", "by a client 'IOS' is in the sources; it was sent by WEB 2.3000.1000000001"),
        ("nothing@WEB", "no client that is known has sent it"),
    ],
)
def test_a_side_that_is_not_there_says_what_is(ringback: Any, side: str, told: str) -> None:
    ran = ringback("diff", "--from", MULTI, "1/preaccept", side)
    assert ran.code == ExitCode.USAGE
    assert told in ran.err


def test_two_models_are_refused(ringback: Any) -> None:
    ran = ringback("diff", "--from", MULTI, "spec:call-preaccept", "spec:call-preaccept")
    assert ran.code == ExitCode.USAGE
    assert "both sides are models" in ran.err


@pytest.mark.parametrize("arguments", [("show", "all"), ("diff", "1/preaccept", "spec:call-preaccept")])
def test_what_is_hostile_stays_text(ringback: Any, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """Escape sequences, markup and turned text in names and values of an event file that somebody made."""
    hostile = "\x1b[31m[bold]<script>\u202e\u2066"
    node = {
        "tag": "call",
        "attrs": {"id": "ID-0001", hostile: hostile, "from": f"{hostile}@lid"},
        "content": [
            {"tag": "preaccept", "attrs": {"call-id": "CALLID-0001"}, "content": hostile},
            {"tag": hostile, "attrs": {"x": "y" * 5000}, "content": None},
        ],
    }
    sight = {"capture": hostile, "connection": 1, "flow": hostile, "direction": "client"}
    record = {"type": "stanza", **sight, "frame": 1, "message": 1, "at": 1e9, "trailing": 0, "node": node}
    events = tmp_path / "hostile.jsonl"
    events.write_text(json.dumps({"schema": "ringback-events/1", **record}) + "\n")
    ran = ringback(*arguments, "--from", events)
    assert ran.code == ExitCode.OK
    assert ran.out
    for text in (ran.out, ran.err):
        assert not {"\x1b", "\u202e", "\u2066"} & set(text)


def test_the_page_lists_every_key_of_the_json(ringback: Any) -> None:
    """And what is printed is what the page shows."""
    shown = json.loads(ringback("diff", "--from", MULTI, "--json", "1/offer", "1/preaccept").out)
    tables = PAGE.split("## As JSON", 1)[1].split("Each change:")
    for table, keys in zip(tables, (shown.keys(), shown["changes"][0].keys()), strict=True):
        listed = {
            key
            for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
            for key in re.findall("`(.*?)`", row)
        }
        assert listed == keys
    ran = ringback("diff", "--from", MULTI, "1/preaccept:sent", "1/preaccept:delivered")
    assert f"```text\n{ran.out}```" in PAGE


def test_lines_and_a_picture_are_two_forms(ringback: Any) -> None:
    """One of them is not left out without a word."""
    ran = ringback("show", "--json", "--format", "svg", "--from", MULTI, "1")
    assert ran.code == ExitCode.USAGE
    assert "--json prints lines and --format svg draws; leave one out" in ran.err
    assert ran.out == ""
