"""`ringback.faults`: every fault is told once, with its place, and quotes nothing off the wire."""

from __future__ import annotations

from pathlib import Path

import pytest

from ringback.errors import SpecError
from ringback.faults import Faults, describe
from ringback.sources.notice import Notice, Urgency
from ringback.stanza import Jid
from ringback.wire.keylog import KeyLog

SECRET = "15550100@s.whatsapp.net"


def raised(step: object) -> Exception:
    """What calling `step` raises."""
    with pytest.raises(Exception) as caught:  # noqa: PT011 - any
        step()  # type: ignore[operator]
    return caught.value


def test_a_fault_names_its_innermost_place_in_ringback() -> None:
    """The place is where ringback was, also when the exception came up in a library below it."""
    error = raised(lambda: Jid.parse(SECRET.encode()))  # type: ignore[arg-type]
    assert describe(error).startswith("fault of ringback, please report it: TypeError at stanza/jid.py:")


def test_a_fault_does_not_quote_the_wire() -> None:
    """The text of a foreign exception could hold anything: it is left out."""

    def fail() -> None:
        raise KeyError(SECRET)

    assert describe(raised(fail)) == "KeyError outside of ringback"


def test_errors_of_ours_speak_for_themselves() -> None:
    """What ringback raises on purpose says what is wrong and what to do."""
    assert describe(SpecError(Path("a.yaml"), 3, "no tag")) == "a.yaml:3: no tag"


def test_errors_of_the_system_say_what_it_says() -> None:
    """A full disk is no fault of ringback."""
    assert describe(raised(lambda: Path("/nonexistent/file").open())) == "No such file or directory"  # noqa: SIM115


def test_contained_faults_are_told_once() -> None:
    """The block ends, the program goes on; the same fault at the same stage is counted, not told again."""
    notices: list[Notice] = []
    faults = Faults(notices.append)
    for stage in ("reading", "reading", "closing"):
        with faults.contained(stage):
            KeyLog().feed(None)  # type: ignore[arg-type]
    assert faults.count == 3
    assert [notice.urgency for notice in notices] == [Urgency.ERROR] * 2
    first, second = (notice.text for notice in notices)
    assert first.startswith("fault of ringback, please report it: AttributeError at wire/keylog.py:")
    assert first.endswith(", while reading")
    assert second.endswith(", while closing")


def test_an_end_that_is_asked_for_is_no_fault() -> None:
    """Ctrl-C and an exit pass through."""
    faults = Faults(lambda notice: None)
    for error in (KeyboardInterrupt, SystemExit):
        with pytest.raises(error), faults.contained("reading"):
            raise error
    assert faults.count == 0


def test_faults_without_end_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the limit each was told; past it that is told once, and how many there were is known."""
    monkeypatch.setattr("ringback.faults.MAX_TOLD", 3)
    notices: list[Notice] = []
    faults = Faults(notices.append)
    for connection in range(20):
        faults.report(f"reading connection {connection}", KeyError())
        assert faults.untold == max(0, connection - 2)
    faults.report("reading connection 1", KeyError())
    assert (faults.count, faults.untold, len(notices)) == (21, 17, 4)
    assert notices[-1].text == "3 faults were told; further ones are only counted"
