"""What several secrets leave in doubt: told where two may be one, and nowhere else."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from ringback.ledger import Kinship, Ledger
from ringback.ledger.kinship import SKEW_S
from ringback.stanza import Node, from_text, to_text
from support.ledgers import in_flow, observed
from support.machines import NAMES, connections, machine, merged, numbers, weighed
from support.sightings import Tape, good_call
from test_captures import report


def test_both_ends_of_a_call_under_two_secrets_are_in_doubt(tmp_path: Path) -> None:
    """The caller's machine and the callees' saw no frame in common: nobody can tell that their calls are one.
    That is said, also in the verdicts that rest on it; a third machine that read all of it settles it."""
    caller, *callees = connections("multi-device")
    ends = machine(tmp_path / "a.db", caller), machine(tmp_path / "b.db", *callees)
    path = merged(tmp_path / "both.db", *ends)
    with Ledger(path) as ledger:
        kinship = ledger.kinship()
        assert len(kinship.doubtful_calls) == len(list(ledger.calls())) == 2
        assert (kinship.tied_accounts, kinship.doubtful_accounts) == (0, 4)
    verdict = weighed(path).verdict("call-preaccept/2")
    assert verdict.weakened_by[-1].startswith("2 of the 2 calls, or stanzas of them, may count twice")

    third = machine(tmp_path / "third.db", report("multi-device").observations)
    settled = merged(tmp_path / "settled.db", path, third)
    assert numbers(settled) == numbers(third)


def test_two_copies_of_a_stanza_under_two_secrets_are_in_doubt(tmp_path: Path) -> None:
    """Both machines saw the offer go out, which ties the call. Then one saw the caller and one the callee: a
    stanza has an id in each secret, could count as two, and the call is in doubt for it."""
    offer, *rest = observed(*good_call(Tape()))
    ends = [[each for each in rest if each.sighting.connection == number] for number in (1, 2)]
    ledgers = (machine(tmp_path / f"{number}.db", [offer], end) for number, end in enumerate(ends))
    with Ledger(merged(tmp_path / "both.db", *ledgers)) as ledger:
        assert len(list(ledger.calls())) == len(ledger.kinship().doubtful_calls) == 1
        assert ledger.kinship().doubtful_accounts == 0


def test_calls_at_other_times_are_not_in_doubt(tmp_path: Path) -> None:
    """Two machines of which each saw calls that the other could not have seen: they are two."""
    ledgers = [machine(tmp_path / f"{name}.db", report(name).observations) for name in NAMES[:2]]
    with Ledger(merged(tmp_path / "all.db", *ledgers)) as ledger:
        kinship = ledger.kinship()
        assert (len(list(ledger.calls())), kinship.doubtful_calls) == (2, frozenset())
        assert (kinship.tied_accounts, kinship.doubtful_accounts > 0) == (0, True)


def test_one_secret_leaves_no_doubt(tmp_path: Path) -> None:
    """However many captures it saw."""
    path = machine(tmp_path / "one.db", *(report(name).observations for name in NAMES))
    with Ledger(path) as ledger:
        kinship = ledger.kinship()
        assert (kinship.tied_accounts, kinship.doubtful_accounts, kinship.doubtful_calls) == (
            0,
            0,
            frozenset(),
        )


@pytest.mark.parametrize(("pause", "doubtful"), [(0.0, 2), (SKEW_S, 2), (SKEW_S + 1, 0)])
def test_clocks_may_differ_by_so_much(pause: float, doubtful: int, tmp_path: Path) -> None:
    """A call that began so long after the other had ended may still be the same, on a machine whose clock is
    fast."""
    first = good_call(Tape())
    second = [
        in_flow(each, "elsewhere")
        for each in observed(*good_call(Tape(first[-1].at + pause, capture="other")))
    ]
    ledgers = machine(tmp_path / "a.db", observed(*first)), machine(tmp_path / "b.db", second)
    with Ledger(merged(tmp_path / "both.db", *ledgers)) as ledger:
        assert len(ledger.kinship().doubtful_calls) == doubtful


def test_what_differs_in_form_is_two(tmp_path: Path) -> None:
    """A name tells the form and length of what it stands for: no others can be one."""
    call = good_call(Tape())
    longer = [replace(each, node=_lengthened(each.node)) for each in call]
    ledgers = (
        machine(tmp_path / "a.db", observed(*call)),
        machine(tmp_path / "b.db", [in_flow(each, "elsewhere") for each in observed(*longer)]),
    )
    with Ledger(merged(tmp_path / "both.db", *ledgers)) as ledger:
        assert len(list(ledger.calls())) == 2
        assert ledger.kinship() == Kinship()


def _lengthened(node: Node) -> Node:
    """The same between accounts, and in a call, whose names are longer by a character."""
    return from_text(re.sub("CALLID-|1{14}|2{14}", lambda found: f"{found[0]}0", to_text(node)))
