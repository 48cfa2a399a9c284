"""What of the wire's text may stand in a table."""

import pytest

from ringback.questions.verdict import Verdict
from ringback.questions.words import OTHER, plain_version, plain_word
from ringback.stanza import Node
from support.plays import play
from synthetic.stage import Stage


@pytest.mark.parametrize("text", ["accepted_elsewhere", "web", "3", "mute_v2", "platform-7"])
def test_words_pass(text: str) -> None:
    """Reasons, platforms, media and actions are words."""
    assert plain_word(text) == text


@pytest.mark.parametrize("text", ["", "15550000001", "a@lid", "two words", "x" * 33, "é", "tel12345"])
def test_anything_else_does_not(text: str) -> None:
    """Numbers, addresses, free text and long runs might name somebody."""
    assert plain_word(text) == OTHER


@pytest.mark.parametrize(
    ("text", "shown"),
    [("2.3000.1039501489", "2.3000.1039501489"), ("2.26", "2.26"), ("15550000001", OTHER), ("beta", OTHER)],
)
def test_versions(text: str, shown: str) -> None:
    """Numbers with dots between them."""
    assert plain_version(text) == shown


def rejected(reason: str, *before: Node) -> Verdict:
    """What `call-preaccept/3` makes of a reject for that reason; `before` stand in its stanza before it."""

    def act(stage: Stage) -> None:
        session = stage.ring()
        stage.world.call(stage.callee, session.creator, *before, session.reject(reason))

    verdicts = play(act, devices=(17, 7)).weigh().verdicts
    return next(each for each in verdicts if each.question.endswith("/3"))


def test_a_reason_that_names_somebody_is_not_repeated() -> None:
    """A reject whose reason is a number, seen by the caller, stands as `other` in the table."""
    rejects = next(table for table in rejected("15550000002").counts if table.title == "rejects around them")
    assert rejects.rows == (("other, without any pre-accept", 1),)


def test_a_reason_is_that_of_the_action() -> None:
    """Wherever it stands among the children: what comes before it is no action."""
    assert rejected("busy", Node("extra")) == rejected("busy")
    assert rejected("busy") != rejected("other")
