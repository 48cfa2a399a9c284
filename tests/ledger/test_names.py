"""Nobody's name stands as the name of a tag or attribute, whichever of the two a ledger sees first."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringback.export.captures import capture_files
from ringback.export.issues import issues
from ringback.export.patch import make_patch, proposed_changes
from ringback.export.questions import questions_json, questions_markdown
from ringback.export.washing import Appraisal
from ringback.ledger import Ledger, StoredLedger, copy_ledger
from ringback.observations import Observation
from ringback.report.rendering import render
from ringback.spec.load import SHIPPED
from support.exporting import material_of
from support.ledgers import bytes_of, filled, observed
from support.reporting import report_of
from support.sightings import CALLEE, CALLER, CREATOR, DEVICE, Tape, action, good_call, preaccept

_SESSION = f'call-id="CALLID-0001" call-creator="{CREATOR}"'
SECRET = b"s" * 32
PLACES: dict[str, Callable[[str], str]] = {
    "chosen name": lambda name: action("terminate", stanza_id="T-1", attrs=f'notify="{name}"', from_=DEVICE),
    "account name": lambda name: action("terminate", stanza_id="T-1", from_=DEVICE, username=name),
    "user": lambda name: action("terminate", stanza_id="T-1", from_=f"{name.replace(' ', '.')}@lid"),
    "user of an unknown server": lambda name: action(
        "terminate", stanza_id="T-1", from_=f"{name.replace(' ', '.')}@weird.example"
    ),
}
"""Where somebody is named."""
SPELLINGS: dict[str, Callable[[str, str], str]] = {
    "as it is": lambda one, other: f"{one}{other}",
    "with a hyphen": lambda one, other: f"{one}-{other}",
    "with an underscore": lambda one, other: f"{one}_{other}",
    "the last part": lambda _, other: other,
    "within another": lambda _, other: f"x_{other}2",
}
"""What somebody's name may become as the name of a tag or attribute."""


def evidence(identity: str, name: str, *, tag: bool) -> list[Observation]:
    """A stanza that says who somebody is, and one with a tag or an attribute that is called so."""
    tape = Tape(1_700_000_000.0)
    stanza = (
        preaccept(session=_SESSION, inside=f"<{name}/><heartbeat/>")
        if tag
        else preaccept(session=f'{_SESSION} {name}="1" heartbeat="1"')
    )
    told, *named = tape.delivered(identity, CALLER), *good_call(tape), tape.sent(stanza, CALLEE)
    return [*observed(told), *observed(*named)]


def published(ledger: StoredLedger) -> Iterable[str]:
    """Everything that can be made of a ledger for others."""
    appraisal = Appraisal(material_of(ledger.sightings(), ledger.clients()))
    yield from capture_files(appraisal.material).values()
    yield from (issue.body for issue in issues(appraisal))
    yield questions_markdown(appraisal)
    yield questions_json(appraisal)
    changes = proposed_changes(appraisal)
    yield make_patch(SHIPPED.read_text("utf-8"), "call-preaccept.yaml", changes, appraisal.material).after
    made = report_of(ledger.sightings())
    yield from (render(made, form) for form in ("markdown", "sarif"))
    yield from (f"{each.path} {each.message}" for each in ledger.findings())


@settings(max_examples=12, deadline=None)
@given(
    words=st.tuples(*[st.text("ghjkmpqvwxz", min_size=6, max_size=9)] * 2),
    place=st.sampled_from(sorted(PLACES)),
    spelling=st.sampled_from(sorted(SPELLINGS)),
    tag=st.booleans(),
    late=st.booleans(),
    reopened=st.booleans(),
)
def test_nothing_out_of_a_ledger_shows_a_name_that_is_somebodys(
    words: tuple[str, str], place: str, spelling: str, tag: bool, late: bool, reopened: bool
) -> None:
    """In whatever stanza the identity stands and in whatever other one the name, in either order, in one run
    or in several: no export, no report and no byte of the file. Another undocumented name is shown."""
    name = SPELLINGS[spelling](*words)
    told, *rest = evidence(PLACES[place](" ".join(words)), name, tag=tag)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        for run in runs([*rest, told] if late else [told, *rest], reopened=reopened):
            filled(path, *run).close()
        texts = list(published(StoredLedger(path)))
        assert not [text for text in texts if name in text or words[1] in text]
        assert name.encode() not in bytes_of(path)
        assert [text for text in texts if "heartbeat" in text]


def runs(observations: Sequence[Observation], *, reopened: bool) -> list[Sequence[Observation]]:
    return [[each] for each in observations] if reopened else [observations]


@pytest.mark.parametrize("tag", [False, True])
def test_the_order_leaves_no_trace(tmp_path: Path, tag: bool) -> None:
    """A name that is hidden later leaves stanzas, statements and findings as if it had been hidden at once;
    also where both were recorded."""
    told, *rest = evidence(PLACES["chosen name"]("Zeb Quux"), "zeb_quux", tag=tag)
    contents = []
    for number, order in enumerate(([told, *rest], [*rest, told], [*rest, told, *rest])):
        with Ledger(tmp_path / f"{number}.db") as ledger:
            ledger.adopt(SECRET)
            for each in order:
                ledger.record(each)
            assert ledger.verify().is_sound
            contents.append(ledger.content())
    assert contents[0] == contents[1] == contents[2]
    assert not [row for row in contents[0] if "quux" in row]


@pytest.mark.parametrize("first", [0, 1])
def test_what_a_merge_brings_is_looked_at_again(tmp_path: Path, first: int) -> None:
    """One ledger knows who it is, the other one has the name; both recorded under one secret."""
    told, *rest = evidence(PLACES["chosen name"]("Zeb Quux"), "quux", tag=False)
    paths = [tmp_path / "0.db", tmp_path / "1.db"]
    for path, seen in zip(paths, ([told], rest), strict=True):
        with Ledger(path) as ledger:
            ledger.adopt(SECRET)
            ledger.record(*seen)
    assert b"quux" in bytes_of(paths[1])
    with Ledger(paths[first]) as ledger:
        ledger.merge(paths[1 - first])
    assert b"quux" not in bytes_of(paths[first])


def test_a_ledger_looks_at_what_others_recorded_under_their_secret(tmp_path: Path) -> None:
    """It knows whom it has seen itself, and its copy holds no name of theirs either."""
    told, *rest = evidence(PLACES["chosen name"]("Zeb Quux"), "quux", tag=True)
    filled(tmp_path / "theirs.db", *rest).close()
    with filled(tmp_path / "own.db", told) as ledger:
        ledger.merge(tmp_path / "theirs.db")
        assert ledger.verify().is_sound
    copy_ledger(tmp_path / "own.db", tmp_path / "copy.db")
    assert b"quux" not in bytes_of(tmp_path / "own.db") + bytes_of(tmp_path / "copy.db")


def test_no_mark_is_kept_of_what_cannot_be_a_name(tmp_path: Path) -> None:
    """Of numbers and call-ids nothing is kept beyond their pseudonyms."""
    with filled(tmp_path / "ledger.db", *observed(*good_call(Tape()))) as ledger:
        assert not [row for row in ledger.content() if row.startswith('["identity"')]
