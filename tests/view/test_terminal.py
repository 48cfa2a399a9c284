from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings

import ringback
from ringback.calls import Sighting
from ringback.findings import Severity, Stance
from ringback.observations import FindingMade, Funnel, Observation
from ringback.sanitize import Placeholders, Raw
from ringback.stanza import Node
from ringback.view.terminal import TerminalView
from ringback.wire.events import ClosedReason, ConnectionIgnored, ConnectionRecognised, FrameClosed
from support.nodes import any_node
from support.sightings import DEVICE, Tape, preaccept
from support.viewing import PLACE, finding, notice, observed, observed_call, printed, printed_all

INSIDE = '<audio enc="opus" rate="16000"/><capability ver="1">0105f709e4bb13</capability>'

CALL_AT_80 = """\
2023-11-14     #   action             call        +seconds  from, to
22:13:20.500Z  2↓  offer             CALLID-0001           server → B@lid

22:13:21.500Z  2↑  preaccept         CALLID-0001   +1.000  B:17@lid → A:1@lid
  <call
✓     to="A:1@lid"                                    probable, required
✓     id="ID-0002">                                   probable, required
·     (from)                                          probable, not in this copy
✓   <preaccept                                        probable, once
✓       call-id="CALLID-0001"                         probable, required
✓       call-creator="A:1@lid">                       probable, required
+     <audio enc="opus" rate="16000"/>                not specified
+     <capability ver="1">0105f709e4bb13</capability> not specified
·     (destination)                                   speculative, not exercised
    </preaccept>
  </call>
+ note    child-undocumented  /call/preaccept/audio
          The specification does not know this child here.
+ note    child-undocumented  /call/preaccept/capability
          The specification does not know this child here.  got 0x0105f709e4bb13

22:13:22.500Z  2↓  ack preaccept     CALLID-0001   +2.000  A:1@lid → B:17@lid
"""


def test_a_call_on_a_terminal_of_80_columns() -> None:
    """A pre-accept is annotated with its findings under it, every other stanza has one line."""
    assert printed_all(observed_call(inside=INSIDE)) == CALL_AT_80


@pytest.mark.parametrize("width", [40, 50, 60, 80, 140])
def test_lines_fit_the_terminal(width: int) -> None:
    """No line of an ordinary call is wider than the terminal, and none ends in blanks."""
    lines = printed_all([*observed_call(inside=INSIDE), FindingMade(finding())], width=width).splitlines()
    assert max(map(len, lines)) <= width
    assert lines == [line.rstrip() for line in lines]


def test_a_narrow_terminal_has_notes_under_their_lines() -> None:
    """Where a note would run over the edge it stands on the right of the next line, whole."""
    lines = printed_all(observed_call(inside=INSIDE), width=44).splitlines()
    assert lines[lines.index('✓       call-creator="A:1@lid">') + 1] == " " * 26 + "probable, required"
    assert "·     (from)" + " " * 6 + "probable, not in this copy" in lines


def test_piped_lines_are_whole_whatever_the_width() -> None:
    """In a pipe the heading, a stanza's line and a notice are one line each, as findings are."""
    told = notice(ConnectionRecognised(4, 3, None))
    shown = printed_all([told, *observed_call()], width=40, terminal=False).splitlines()
    assert shown[0].endswith("it is read with 3, and may be misread")
    assert shown[1].endswith("call        +seconds  from, to")
    assert shown[2].endswith("server → B@lid  token table 3 is a guess")


def test_a_wide_terminal_has_a_finding_on_one_line() -> None:
    """Where there is room, nothing is wrapped."""
    shown = printed_all([FindingMade(finding())], width=300)
    assert shown == (
        "✗ error   attribute-type  /call/@from  CALLID-0001, 00:16:40.250Z, connection 2, server frame 5  "
        "The value does not have the form of the attribute's type.  "
        "expected jid, got TEXT-PLACEHOLDER-5-CHARS  "
        "fact call-preaccept#call/@from (probable)  question call-preaccept/1\n"
    )


def test_piped_findings_are_one_line_each_and_say_all() -> None:
    """For grep every finding is one line with its call and frame, however narrow the console claims to be."""
    made = FindingMade(finding(severity=Severity.NOTE))
    shown = printed_all([made, made], width=60, terminal=False).splitlines()
    assert len(shown) == 2
    assert shown[0] == shown[1]
    assert shown[0].startswith("✗ note    attribute-type  /call/@from  CALLID-0001, ")
    assert shown[0].endswith("question call-preaccept/1")


def test_a_note_is_explained_once_a_warning_each_time() -> None:
    """On a terminal the second note of one code and place is brief; what matters is told in full."""
    for severity, times in ((Severity.NOTE, 1), (Severity.WARNING, 3)):
        shown = printed_all([FindingMade(finding(severity=severity))] * 3)
        assert shown.count("attribute-type  /call/@from") == 3
        assert shown.count("The value does not have the form") == times


@pytest.mark.parametrize("level", Severity)
def test_the_level_decides_which_findings_are_printed(level: Severity) -> None:
    """Findings of the level and above are printed; the annotated stanza has its marks at every level."""
    made = [FindingMade(finding(severity=severity, code=f"code-{severity.value}")) for severity in Severity]
    shown = printed_all([*observed_call(inside=INSIDE), *made], level=level)
    for severity in Severity:
        assert (f"code-{severity.value}" in shown) is (severity.rank >= level.rank)
    assert "✓   <preaccept " in shown
    assert ("fact-observed" in shown) is (level is Severity.OK)


def test_notices_of_no_interest_need_the_lowest_level() -> None:
    """That a socket speaks something else is said only to whoever asks for everything."""
    events = [notice(ConnectionIgnored("no intro")), notice(ConnectionRecognised(3, 3, None))]
    assert (
        printed_all(events) == "● connection 2 of synthetic.flow  speaks the protocol, token dictionary 3\n"
    )
    assert "is left alone: no intro" in printed_all(events, level=Severity.OK)


def test_a_stanza_read_with_a_guessed_table_says_so() -> None:
    """On the connection whose intro asks for an unknown dictionary, and on no other."""
    stanza = observed(Tape().sent(preaccept()))
    for connection, count in ((stanza.sighting.connection, 1), (99, 0)):
        shown = printed_all([notice(ConnectionRecognised(9, 3, None), connection), stanza], width=200)
        assert shown.count("token table 3 is a guess") == count


def test_a_capture_named_by_a_number_is_not_named() -> None:
    """A notice and the summary tell of it by its placeholder."""

    def show(view: TerminalView) -> None:
        for connection in (1, 2):
            closed = FrameClosed(PLACE, ClosedReason.NO_KEY, 9)
            view.show(replace(notice(closed, connection), capture="15550000001.flows"))
        view.summary(Funnel(frames=2, closed={"no key": 2}))

    shown = printed(show, width=300)
    assert "15550000001" not in shown
    assert shown.count("capture-1.flows") == 4


def test_only_what_is_new_is_printed_of_a_second_copy() -> None:
    """Findings that another copy has shown are marks, not lines."""
    observation = observed(Tape().sent(preaccept(inside=INSIDE)))
    again = type(observation)(
        observation.sighting, "preaccept", None, None, observation.spec, observation.findings, ()
    )
    shown = printed_all([again])
    assert "+     <audio" in shown
    assert "child-undocumented" not in shown


@pytest.mark.parametrize(("children", "folded"), [(12, 0), (13, 1), (500, 488)])
@pytest.mark.parametrize("terminal", [True, False])
def test_a_flood_of_one_kind_is_folded(children: int, folded: int, terminal: bool) -> None:
    """Of findings with one code on places side by side twelve are printed; one line counts the rest."""
    inside = "".join(f'<new{number % 3} a="1"/>' for number in range(children))
    shown = printed_all([observed(Tape().sent(preaccept(inside=inside)))], width=200, terminal=terminal)
    lines = [line for line in shown.splitlines() if line.startswith("+ note    child-undocumented")]
    assert len(lines) == min(children, 12) + bool(folded)
    told = "more of the kind below /call/preaccept  an event file holds all"
    assert [line for line in lines if told in line] == [
        f"+ note    child-undocumented  and {folded} {told}" for _ in range(bool(folded))
    ]


def test_preaccepts_are_set_apart_by_one_blank_line() -> None:
    """Also between two pre-accepts in a row there is one blank line, not two."""
    tape = Tape()
    shown = printed_all([observed(tape.sent(preaccept())), observed(tape.sent(preaccept(stanza_id="P-2")))])
    assert shown.count("\n\n") == 3
    assert "\n\n\n" not in shown


def test_a_date_is_told_when_it_changes() -> None:
    """The heading with the date stands before the first stanza of each day."""
    tape = Tape()
    days = [1_700_000_000.0, 1_700_000_001.0, 1_700_100_000.0]
    shown = printed_all([observed(tape.sent(preaccept(), at=at)) for at in days])
    assert [line.split()[0] for line in shown.splitlines() if "action" in line] == [
        "2023-11-14",
        "2023-11-16",
    ]


def test_long_addresses_go_on_the_next_line() -> None:
    """Phone number addresses of two devices do not fit beside the rest at 80 columns."""
    xml = preaccept(to_="15550000001.0:7@s.whatsapp.net", session='call-id="F00DF00D"')
    shown = printed_all([observed(Tape().sent(xml, owner="15550000002.0:8@s.whatsapp.net"))])
    assert "                   B.0:8@s.whatsapp.net → A.0:7@s.whatsapp.net\n" in shown


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp437"])
def test_a_terminal_without_unicode_gets_ascii_signs(encoding: str) -> None:
    """Signs fall back to ASCII; characters that the encoding lacks are replaced, and nothing crashes."""
    observations: list[Observation] = [
        *observed_call(inside=INSIDE),
        FindingMade(finding(got="電話 ✓", stance=Stance.CONTRADICTS, code="cödé")),
    ]
    shown = printed_all(observations, encoding=encoding, placeholders=Raw())
    assert "= " in shown
    assert "->" in shown
    assert "x error   c" in shown
    assert "✓" not in shown


def test_no_colour_is_no_escape_sequence() -> None:
    """Without colour the output holds not one control character."""
    observations: list[Observation] = [*observed_call(inside=INSIDE), FindingMade(finding())]
    assert "\x1b" not in printed_all(observations)
    assert "\x1b[32m✓" in printed_all(observations, color=True)


@settings(max_examples=60, deadline=None)
@given(any_node)
def test_nothing_off_the_wire_acts_on_the_terminal(node: Node) -> None:
    """Any stanza, also raw, is printed without control, format or bidirectional characters, and without an
    exception; markup of rich stays text."""
    usual = Tape().sent(preaccept())
    for raw in (node, Node("call", {"to": "[red]x[/red]\x1b[2J\u202e"}, (Node("preaccept", {}, (node,)),))):
        sighting = Sighting(raw, usual.evidence, usual.owner)
        observation = type(observed(usual))(sighting, raw.tag, None, None, None, (), ())
        for placeholders in (Placeholders(), Raw()):
            shown = printed_all([observation], placeholders=placeholders)
            assert all(line.isprintable() for line in shown.splitlines())
    assert "[red]x[/red]\\x1b[2J\\u202e" in printed_all(
        [type(observation)(sighting, "preaccept", None, None, None, (), ())], placeholders=Raw()
    )


SCRIPT = """
import sys
from rich.console import Console
from support.viewing import observed_call
from ringback.findings import Severity
from ringback.sanitize import Placeholders
from ringback.view.terminal import TerminalView
view = TerminalView(Console(file=sys.stdout), Severity.NOTE, Placeholders())
for observation in observed_call():
    view.show(observation)
"""


@pytest.mark.parametrize(
    ("variables", "sign"),
    [({"PYTHONIOENCODING": "ascii"}, b"= "), ({"PYTHONUTF8": "1", "NO_COLOR": "1"}, "✓ ".encode())],
)
def test_a_real_pipe_gets_plain_text(variables: dict[str, str], sign: bytes) -> None:
    """In a process whose output is piped nothing but text comes out, in the pipe's own encoding."""
    addon, tests = Path(ringback.__file__).parents[1], Path(__file__).parents[1]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(addon), str(tests))), **variables}
    done = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, check=True)
    assert done.stderr == b""
    assert sign in done.stdout
    assert b"\x1b" not in done.stdout


def test_the_owner_of_a_connection_is_named_by_placeholder() -> None:
    """Nothing printed holds an address, a call-id or a stanza id as it was."""
    shown = printed_all([observed(Tape().sent(preaccept(session='call-id="F00DF00DF00D"'), owner=DEVICE))])
    assert not [raw for raw in ("22222222222222", "11111111111111", "F00DF00DF00D", "P-1") if raw in shown]
