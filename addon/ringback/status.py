"""Exit codes of the `ringback` command: the whole set, printed by `ringback --help`."""

from __future__ import annotations

import enum


class ExitCode(enum.IntEnum):
    """How a command ended. What a capture shows is a result, not a failure: findings end with `OK`, but for
    `ringback check`, which is asked to tell by it."""

    OK = 0
    INTERNAL = 1
    USAGE = 2
    INPUT = 3
    NOTHING_OPENED = 4
    DIFFERENT = 5
    FINDINGS = 6
    INTERRUPTED = 130
    OUTPUT_CLOSED = 141

    @property
    def meaning(self) -> str:
        """One line for the help."""
        return _MEANINGS[self]


_MEANINGS = {
    ExitCode.OK: "it ran, whatever it found",
    ExitCode.INTERNAL: "a fault of ringback itself: the message says where; please report it",
    ExitCode.USAGE: "the command line is not understood",
    ExitCode.INPUT: "a file cannot be read, is not what it should be, is torn, or cannot be written",
    ExitCode.NOTHING_OPENED: "there were frames, but not one could be opened: mostly the key log is "
    "missing; or --hosts left out every connection; with `ringback check` also: no stanza was seen that "
    "the specification speaks of, or the filter lets no finding through",
    ExitCode.DIFFERENT: "with `ringback diff --exit-code`: the two sides differ",
    ExitCode.FINDINGS: "with `ringback check`: it failed, by findings or by what --strict asks for",
    ExitCode.INTERRUPTED: "Ctrl-C; what was done until then is printed and written",
    ExitCode.OUTPUT_CLOSED: "the reader of the output went away, as with `| head`",
}
