"""`ringback.commands.interrupt`: Ctrl-C as a request, and who decides on it."""

from __future__ import annotations

import os
import signal

import pytest

from ringback.commands.interrupt import PATIENCE, Interruptions


def test_ctrl_c_is_counted() -> None:
    """The first ones are requests; whoever presses on ends the program."""
    with Interruptions() as interruptions:
        for _ in range(PATIENCE):
            os.kill(os.getpid(), signal.SIGINT)
        assert interruptions.count == PATIENCE
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_what_waits_ends_at_once() -> None:
    """A read that blocks would never come to look."""
    with Interruptions() as interruptions, pytest.raises(KeyboardInterrupt), interruptions.waiting():
        os.kill(os.getpid(), signal.SIGINT)


def test_who_was_told_to_ignore_it_does() -> None:
    """A process that somebody else looks after leaves Ctrl-C to that one."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with Interruptions() as interruptions:
            os.kill(os.getpid(), signal.SIGINT)
        assert interruptions.count == 0
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
