"""Which findings bear on which open question."""

import pytest

from ringback.check.codes import CODES
from ringback.check.examples import GOOD_CALL, example, preaccept, sent
from ringback.check.questions import questions_of
from ringback.findings import Finding
from support.judging import judge_example, preaccept_file

ONE, TWO, THREE = ("call-preaccept/1",), ("call-preaccept/2",), ("call-preaccept/3",)


@pytest.mark.parametrize(
    ("code", "place", "expected"),
    [
        ("fact-observed", "call/preaccept", ONE),
        ("child-repeated", "call/preaccept[2]", ONE),
        ("fact-observed", "call/@id", ()),
        ("fact-observed", "call/preaccept/@call-id", ()),
        ("ack-received", "ack", ONE),
        ("ack-missing", "ack", ONE),
        ("offer-first", "call/preaccept", ONE),
        ("preaccept-after-terminate", "call/preaccept", ONE),
        ("fact-not-exercised", "call/preaccept/destination", TWO),
        ("fact-observed", "call/preaccept[1]/destination[2]/te[3]/@port", TWO),
        ("content-undocumented", "call/preaccept/destination/te[2]", TWO),
        ("child-undocumented", "call/preaccept/net", TWO),
        ("child-undocumented", "call/preaccept/audio", ()),
        ("attribute-undocumented", "call/preaccept/destinations", ()),
        ("device-not-offered", "call/@from", THREE),
        ("preaccept-repeated", "call/preaccept", THREE),
        ("preaccept-after-accept-elsewhere", "call/preaccept", THREE),
        ("preaccept-after-reject", "call/preaccept", ONE + THREE),
        ("creator-differs", "call/preaccept/@call-creator", ()),
    ],
)
def test_questions_by_code_and_place(code: str, place: str, expected: tuple[str, ...]) -> None:
    """Presence, order and acks bear on the first question, transport on the second, devices on the third."""
    assert questions_of("call-preaccept", code, tuple(place.split("/"))) == expected


def test_other_files_have_no_questions_here() -> None:
    """The table speaks of the files that it knows."""
    assert questions_of("call-offer", "fact-observed", ("call", "preaccept", "destination")) == ()


def test_every_question_of_the_shipped_file_is_borne_on() -> None:
    """No question goes without evidence, and none is named that the file does not ask."""
    te = '<destination><te port="3478"/></destination>'
    findings: list[Finding] = [*judge_example(GOOD_CALL), *judge_example(example(sent(preaccept(te))))]
    findings += [finding for code in CODES.values() for finding in judge_example(code.failing)]
    asked = {f"call-preaccept/{number}" for number in range(1, len(preaccept_file().open_questions) + 1)}
    assert {question for finding in findings for question in finding.questions} == asked
