"""Which questions have a rule, also when a file numbers them anew."""

from dataclasses import replace

from ringback.questions import RULES, Question, weigh
from ringback.questions.registry import unruled_questions
from ringback.spec.load import load_specification
from ringback.spec.model import Specification, StanzaSpec
from support.judging import preaccept_file


def specification(*files: StanzaSpec) -> Specification:
    return Specification({file.id: file for file in files})


def test_the_shipped_questions_all_have_a_rule() -> None:
    """One rule for each open question, in the order of the file."""
    shipped = load_specification(None)
    texts = [verdict.asked for verdict in weigh((), {}, shipped).verdicts]
    assert texts == list(preaccept_file().open_questions)
    assert unruled_questions(shipped) == ()
    assert [rule.question for rule in RULES] == [f"call-preaccept/{number}" for number in (1, 2, 3)]


def test_questions_of_another_file_are_listed() -> None:
    """Nobody weighs them, and they are named with their number and text."""
    other = replace(preaccept_file(), id="call-offer", open_questions=("What is it?", "Why?"))
    weighing = weigh((), {}, specification(preaccept_file(), other))
    assert weighing.unruled_questions == (
        Question("call-offer/1", "What is it?"),
        Question("call-offer/2", "Why?"),
    )


def test_the_same_words_in_another_file_are_another_question() -> None:
    """A rule answers for its own stanza only."""
    other = replace(preaccept_file(), id="call-ringing")
    assert len(unruled_questions(specification(other))) == len(RULES)


def test_a_struck_question_does_not_move_the_others() -> None:
    """Rules find their question by its words, for a file that drops one numbers the rest anew."""
    _, second, third = preaccept_file().open_questions
    fewer = replace(preaccept_file(), open_questions=(third, second, "And now?"))
    weighing = weigh((), {}, specification(fewer))
    assert [verdict.asked for verdict in weighing.verdicts] == [RULES[0].asks, second, third]
    assert weighing.unruled_questions == (Question("call-preaccept/3", "And now?"),)
