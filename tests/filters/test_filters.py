"""What filters let through, and the page that tells it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ringback.casebook import Case, Casebook
from ringback.commands.environment import Environment
from ringback.commands.gathering import gather
from ringback.commands.recording import Recording
from ringback.filters import KEYS, FilterError, parse
from ringback.findings import Severity
from ringback.stanza import Jid
from support.recorded import capture

PAGE = (Path(__file__).parents[2] / "addon/ringback/docs/filters.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.split("|")[1:-1]]
    for line in PAGE.split("| key |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
]


@pytest.fixture(scope="module")
def casebook() -> Casebook:
    files = (capture("multi-device"), capture("violations"), capture("mid-connection"))
    return gather(Recording(files), None, Environment(stderr=None)).casebook


def calls(casebook: Casebook, text: str) -> list[str]:
    chosen = parse(text)
    return [casebook.name_of(case) for case in casebook.cases if chosen.matches_case(casebook, case)]


def everything(casebook: Casebook, text: str) -> Iterator[bool]:
    """Whether the filter lets it through, of each call, stanza and finding."""
    chosen = parse(text)
    for case in casebook.cases:
        yield chosen.matches_case(casebook, case)
        yield from (chosen.matches_stanza(casebook, case, stanza) for stanza in case.stanzas)
        yield from (chosen.matches_finding(casebook, finding) for finding in case.findings)


def first(casebook: Casebook, text: str) -> Case:
    return next(case for case in casebook.cases if parse(text).matches_case(casebook, case))


def test_the_page_lists_every_key() -> None:
    """Each with its meaning and what it can be compared with."""
    assert [row[0].strip("`") for row in ROWS] == list(KEYS)
    for row in ROWS:
        key = KEYS[row[0].strip("`")]
        assert row[2].replace("`", "").split() == list(key.operators)
        assert row[1].split(": ok,")[0].split(": unknown,")[0].split(": supports,")[0] == key.meaning
        if 0 < len(key.known) < 10:
            assert ", ".join(key.known) in row[1]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0].strip("`"))
def test_every_example_tells_things_apart(casebook: Casebook, row: list[str]) -> None:
    """The page's example of a key lets something of the shipped captures through, and not everything."""
    assert set(everything(casebook, row[3].strip("`"))) == {True, False}


def test_every_block_of_the_page_is_understood(casebook: Casebook) -> None:
    """The first block is filters; the last is what is said about the filter in it."""
    blocks = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
    for line in blocks[0].splitlines():
        parse(line)
    with pytest.raises(FilterError) as raised:
        parse(blocks[-1].splitlines()[1].strip())
    assert str(raised.value) == blocks[-1].rstrip()


@pytest.mark.parametrize("text", ["", "  \n\t"])
def test_an_empty_filter_lets_everything_through(casebook: Casebook, text: str) -> None:
    assert set(everything(casebook, text)) == {True}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("severity = warning", "severity == WARNING"),
        ("severity = warning", "severity:warning"),
        ("severity = warning", "Severity = 'warning'"),
        ("severity >= warning", "severity > note"),
        ("severity != error", "not severity = error"),
        ("severity != error", "! severity : error"),
        ("action = preaccept and severity = error", "action=preaccept && severity=error"),
        ("action = preaccept or severity = error", "action=preaccept||severity=error"),
        ("code ~ ack", "code ~ *ack*"),
        ("code ~ ack", "code =~ ACK"),
        ("code !~ ack", "not code ~ ack"),
        ("device = B:17", "device=B:17@lid"),
        ("question = 3", "question = call-preaccept/3"),
        ("preaccept", "text ~ preaccept"),
        ("'not'", "text ~ not"),
        (
            "severity = error or severity = note and action = reject",
            "severity=error or (severity=note and action=reject)",
        ),
        ("time >= +0", ""),
        ("time = +0", "time < +1"),
        ("confidence < probable", "confidence = speculative or confidence = unknown"),
    ],
)
def test_spellings_of_one_filter(casebook: Casebook, one: str, other: str) -> None:
    """What can be written in several ways means the same."""
    assert list(everything(casebook, one)) == list(everything(casebook, other))


def test_a_call_has_the_values_of_all_its_findings(casebook: Casebook) -> None:
    """Each comparison may hold by another one, and of `!=` none may hold."""
    for case in casebook.cases:
        name = casebook.name_of(case)
        assert (name in calls(casebook, "severity = error")) is (case.worst is Severity.ERROR)
        assert (name in calls(casebook, "severity != error")) is (case.worst is not Severity.ERROR)
        for code in {finding.code for finding in case.findings}:
            assert name in calls(casebook, f"code={code}")


def test_a_finding_is_looked_at_by_itself(casebook: Casebook) -> None:
    """Not with what else its call has."""
    case = first(casebook, "severity = error and severity = ok")
    both = parse("severity = error and severity = ok")
    assert not any(both.matches_finding(casebook, finding) for finding in case.findings)


def test_a_finding_has_the_values_of_its_stanza(casebook: Casebook) -> None:
    case = first(casebook, "severity = error and action = offer")
    about = [each for each in case.findings if parse("action = preaccept").matches_finding(casebook, each)]
    assert about
    assert any(not parse("action = preaccept").matches_stanza(casebook, case, each) for each in case.stanzas)


def test_a_stanza_has_what_its_call_says_on_its_account(casebook: Casebook) -> None:
    """A missing ack is found of the call, and is about the stanza that was to be answered."""
    case = first(casebook, "code = ack-missing")
    hit = [each for each in case.stanzas if parse("code=ack-missing").matches_stanza(casebook, case, each)]
    assert {each.action for each in hit} == {"preaccept"}
    assert len(hit) < len(case.stanzas)


def test_no_raw_value_can_be_asked_for(casebook: Casebook) -> None:
    """Accounts and call-ids as the wire had them are nowhere among what is compared."""
    for case in casebook.cases[:3]:
        raw = {case.call.call_id}
        for stanza in case.stanzas:
            values = [value for node in stanza.sighting.node.walk() for value in node.attrs.values()]
            raw |= {value.user for value in values if isinstance(value, Jid) and len(value.user) > 4}
        assert len(raw) > 2
        for value in raw:
            chosen = parse(f'text ~ "{value}" or device ~ "{value}" or call ~ "{value}"')
            assert not chosen.matches_case(casebook, case)


def test_times(casebook: Casebook) -> None:
    """A clock time is as exact as it is written, and that of a call is when it began."""
    case = casebook.cases[0]
    began = case.stanzas[0].sighting.at % 86_400
    clock = f"{int(began // 3600):02}:{int(began % 3600 // 60):02}"
    assert parse(f"time = {clock}").matches_case(casebook, case)
    assert parse(f"time = {clock}:{int(began % 60):02}Z").matches_case(casebook, case)
    assert not parse(f"time > {clock}").matches_case(casebook, case)
    assert parse("time = +0 and time = 2023-11-14").matches_case(casebook, case) is (
        casebook.started_at == case.stanzas[0].sighting.at
    )
    assert parse("time >= +1500ms").matches_stanza(casebook, case, case.stanzas[-1])
