"""The model's facts against stanzas: valid, violated, not exercised; and what the model does not know."""

from __future__ import annotations

import pytest

from ringback.questions import Bearings, FactTally, Statement, Weighing
from ringback.questions.undocumented import MAX_PLACES, REST
from support.judging import preaccept_file, shipped
from support.sightings import (
    ACK,
    CALLEE,
    CALLER,
    CREATOR,
    DEVICE,
    OFFER_IN,
    RINGING,
    Tape,
    offer_to,
    preaccept,
)
from support.weighing import WEB, Seen
from support.weighing import shipped as shipped_captures


def weighing_of(*sightings: object) -> Weighing:
    return Seen(tuple(sightings), {CALLEE: WEB}).weigh(shipped())  # type: ignore[arg-type]


def fact(weighing: Weighing, path: str, statement: Statement = Statement.ATTRIBUTE) -> FactTally:
    return next(each for each in weighing.facts if (each.path, each.statement) == (path, statement))


class TestOneCallFromBothEnds:
    """The single callee: one pre-accept, once outgoing and once incoming; two units."""

    weighing = shipped_captures("single-callee").weigh()

    @pytest.mark.parametrize(
        ("path", "valid", "not_exercised"),
        [
            ("call/@from", 1, 1),  # delivered only
            ("call/@to", 1, 1),  # sent only
            ("call/@id", 2, 0),
            ("call/preaccept/@call-id", 2, 0),
            ("call/preaccept/@call-creator", 2, 0),
            ("call/preaccept/destination/te/@ip", 0, 2),
            ("call/preaccept/destination/te/@port", 0, 2),
        ],
    )
    def test_attributes(self, path: str, valid: int, not_exercised: int) -> None:
        """Every attribute by how many of the two show it."""
        assert fact(self.weighing, path).counts == Bearings(valid, 0, not_exercised)

    def test_children_and_how_often_they_stand(self) -> None:
        """No list of candidates is as good as one, and what would stand in it is not exercised."""
        for path, child, occurrence in (
            ("call/preaccept", Bearings(2, 0, 0), Bearings(2, 0, 0)),
            ("call/preaccept/destination", Bearings(0, 0, 2), Bearings(2, 0, 0)),
            ("call/preaccept/destination/te", Bearings(0, 0, 2), Bearings(0, 0, 2)),
        ):
            assert fact(self.weighing, path, Statement.CHILD).counts == child
            assert fact(self.weighing, path, Statement.OCCURRENCE).counts == occurrence

    def test_splits(self) -> None:
        """Direction, call kind and build: `from` is on the incoming copy only."""
        build = "web 2.3000.1000000001"
        assert fact(self.weighing, "call/@from").splits == (
            ("direction", (("incoming", Bearings(1, 0, 0)), ("outgoing", Bearings(0, 0, 1)))),
            ("call kind", (("audio", Bearings(1, 0, 1)),)),
            ("build", ((build, Bearings(1, 0, 1)),)),
        )

    def test_undocumented(self) -> None:
        """The children of a Web client, and the time that the server adds."""
        found = {each.path + " " + each.what: each for each in self.weighing.undocumented}
        assert set(found) == {
            "call/@t attribute",
            "call/preaccept/audio child",
            "call/preaccept/audio/@enc attribute",
            "call/preaccept/audio/@rate attribute",
            "call/preaccept/capability child",
            "call/preaccept/capability content",
            "call/preaccept/capability/@ver attribute",
            "call/preaccept/encopt child",
            "call/preaccept/encopt/@keygen attribute",
        }
        assert {path: (each.n, each.of, each.type_guess) for path, each in found.items()}[
            "call/preaccept/capability content"
        ] == (2, 2, "bytes")
        assert found["call/@t attribute"].type_guess == "timestamp"
        assert dict(found["call/@t attribute"].splits[0].rows) == {"incoming": 1}
        assert found["call/preaccept/audio/@rate attribute"].shapes.rows == (("5 digits", 2),)


def test_every_statement_is_listed_even_without_a_stanza() -> None:
    """A fact that nothing exercised is there with zeros: attributes once, children twice."""
    facts = weighing_of().facts
    statements = [each.path for each in facts]
    for stated in preaccept_file().facts():
        assert statements.count(stated.path) == (1 if "@" in stated.path else 2)
    assert {each.counts for each in facts} == {Bearings(0, 0, 0)}


@pytest.mark.parametrize(
    ("inside", "path", "statement"),
    [
        ("<destination/><destination/>", "call/preaccept/destination", Statement.OCCURRENCE),
        (
            '<destination><te port="x"/></destination>',
            "call/preaccept/destination/te/@port",
            Statement.ATTRIBUTE,
        ),
        (
            '<destination><te port="70000"/></destination>',
            "call/preaccept/destination/te/@port",
            Statement.ATTRIBUTE,
        ),
    ],
)
def test_violations(inside: str, path: str, statement: Statement) -> None:
    """A child too often, a value of another type or out of its range; the call is named."""
    tape = Tape()
    weighing = weighing_of(tape.sent(preaccept(inside=inside)))
    told = fact(weighing, path, statement)
    assert (told.counts.violated, told.violated_in) == (1, ("CALLID-0001",))


def test_a_copy_that_violates_outweighs_the_valid_ones() -> None:
    """Of three endpoints one has a port that is none: the stanza violates the fact, once."""
    ports = "".join(f'<te port="{port}"/>' for port in (1, "x", 2))
    weighing = weighing_of(Tape().sent(preaccept(inside=f"<destination>{ports}</destination>")))
    assert fact(weighing, "call/preaccept/destination/te/@port").counts == Bearings(0, 1, 0)


def test_what_only_the_call_shows_to_be_wrong() -> None:
    """A creator other than the offer's is of the right type and violates the fact all the same."""
    tape = Tape()
    wrong = preaccept(session='call-id="CALLID-0001" call-creator="33333333333333:1@lid"', to_=CREATOR)
    weighing = weighing_of(
        tape.sent(offer_to(DEVICE), CALLER), tape.delivered(OFFER_IN, CALLEE), tape.sent(wrong, CALLEE)
    )
    assert fact(weighing, "call/preaccept/@call-creator").counts == Bearings(0, 1, 0)


def test_copies_of_one_direction_count_once() -> None:
    """A pre-accept handed to the caller on two sockets is one incoming stanza."""
    tape = Tape()
    weighing = weighing_of(
        tape.delivered(RINGING, CALLER), tape.delivered(RINGING, 9), tape.delivered(ACK, CALLEE)
    )
    assert fact(weighing, "call/@from").counts == Bearings(1, 0, 0)


def test_endless_names_are_collected_as_one() -> None:
    """A stanza with thousands of made-up children does not grow the report without end."""
    children = "".join(f"<x{number}/>" for number in range(MAX_PLACES + 50))
    found = weighing_of(Tape().sent(preaccept(inside=children))).undocumented
    assert len(found) == MAX_PLACES + 1
    assert REST in {each.path for each in found}
