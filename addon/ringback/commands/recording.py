"""What `replay` and `decode` have in common: the key log, the reading with its progress, and its end."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from ringback.commands.environment import Environment
from ringback.commands.interrupt import Interruptions
from ringback.commands.progress import ReadingProgress
from ringback.commands.recorded import Recording
from ringback.errors import SourceError
from ringback.sources import flows
from ringback.sources.chronology import Event
from ringback.sources.hosts import HostFilter
from ringback.sources.keylog_file import KeyLogFile, key_log_beside
from ringback.sources.notice import Notice, Urgency
from ringback.status import ExitCode
from ringback.wire.keylog import KeyLog
from ringback.wording import counted

__all__ = ["Going", "Recording", "conclude", "go_through", "key_advice", "read_keys"]


@dataclass(slots=True)
class Going:
    """How far a recording was gone through."""

    interrupted: bool = False
    """Ctrl-C ended it early."""
    torn: bool = False
    """A part of it could not be read."""
    refused: bool = False
    """It is nothing that can be read, and nothing was."""
    left_out: int = 0
    """Connections that go to other hosts."""
    is_any: bool = False
    """Whether anything else was there."""
    limited: list[str] = field(default_factory=list)
    """What was looked at of each source of which that was not all, as was asked for."""


def conclude(going: Going, frames: int, opened: int, environment: Environment, advice: str) -> ExitCode:
    """The exit code for a recording of so many frames, of which so many were opened. `advice` is what to do
    where not one was."""
    if going.interrupted:
        environment.tell(Notice("interrupted: the sources were not gone through to their end"))
        return ExitCode.INTERRUPTED
    if going.torn:
        return ExitCode.INPUT
    if going.left_out and not going.is_any:
        text = "every connection was left out; name a host that --hosts lets through, or leave --hosts out"
        environment.tell(Notice(text, Urgency.ERROR))
        return ExitCode.NOTHING_OPENED
    if frames and not opened:
        text = f"not one of {counted(frames, 'frame')} could be opened; {advice}"
        environment.tell(Notice(text, Urgency.ERROR))
        return ExitCode.NOTHING_OPENED
    return ExitCode.OK


def key_advice(keylog: Path | None, keys: KeyLog) -> str:
    """What to do where the keys opened nothing; they are of the key log that was named, if one was."""
    if keylog is None:
        return "name the key log of this session with --keylog"
    sessions, candidates = keys.sessions, len(keys.candidates)
    held = ["keys of " + counted(sessions, "other session")] if sessions else []
    held += [counted(candidates, "candidate") + " without effect here"] if candidates else []
    told = " and ".join(held) or "no key"
    return (
        f"{keylog} is not the key log of this session, it holds {told}: name that which the client wrote "
        "meanwhile"
    )


def read_keys(recording: Recording, environment: Environment) -> KeyLog:
    """The keys of the named key log, or of those beside the flow files.

    Raises:
        SourceError: the named key log cannot be read, or one of the flow files cannot.
    """
    flows.check_captures(recording.files)
    keys = KeyLog()
    if recording.keylog is not None:
        check_key_log(recording, environment)
        KeyLogFile(recording.keylog, keys, environment.tell).read_whole()
        return keys
    for beside in dict.fromkeys(filter(None, map(key_log_beside, recording.files))):
        environment.tell(Notice(f"keys are read from {beside}", Urgency.INFO))
        KeyLogFile(beside, keys, environment.tell).read_whole()
    return keys


def check_key_log(recording: Recording, environment: Environment) -> None:
    """See to it that the named key log can be read; tell where the environment has named it.

    Raises:
        SourceError: it cannot be read.
    """
    path, variable = recording.keylog, recording.keylog_variable
    if path is None:
        return
    try:
        with path.open("rb"):
            """Nothing: that it can be read shows here."""
    except OSError as error:
        whence = "" if variable is None else f", which {variable} names,"
        advice = "name the file that the client wrote keys to"
        raise SourceError(f"key log {path}{whence} cannot be read ({error.strerror}); {advice}") from error
    if variable is not None:
        environment.tell(Notice(f"keys are read from {path}, which {variable} names", Urgency.INFO))


def go_through(
    recording: Recording,
    environment: Environment,
    going: Going,
    opened: Mapping[Path, BinaryIO] | None = None,
) -> Generator[Event]:
    """Every event of the recording in order of time; how it went is in `going` afterwards.

    Ctrl-C while the files are read ends the reading: what was read by then is given. The next one, or one
    that comes later, ends that too. `opened` are those of the files that are open already.

    Raises:
        SourceError: a file cannot be read, or a host pattern is none.
    """
    hosts = HostFilter(recording.hosts)
    with Passage(environment, going, hosts, opened or {}, capture=recording.capture) as passage:
        read_until = None
        for event in flows.read_captures(recording.files, passage.reading):
            if read_until is None:
                going.is_any = True
                passage.progress.stop()
                read_until = passage.interruptions.count
            elif passage.interruptions.count > read_until:
                break
            yield event


class Passage(AbstractContextManager["Passage"]):
    """One way through files: with a bar for each, and ended by Ctrl-C."""

    def __init__(
        self,
        environment: Environment,
        going: Going,
        hosts: HostFilter,
        opened: Mapping[Path, BinaryIO],
        *,
        capture: str | None = None,
        newest: int | None = None,
        is_counted: bool = False,
    ) -> None:
        """How it went is in `going` afterwards."""
        self.interruptions = Interruptions()
        self.progress = ReadingProgress(environment)
        self.reading = flows.Reading(
            self._tell,
            hosts,
            self.progress.advance,
            stop=lambda: self.interruptions.count > 0,
            waiting=self.interruptions.waiting,
            opened=opened,
            left_out=self._leave_out,
            capture=capture,
            newest=newest,
            is_counted=is_counted,
            limited=going.limited.append,
        )
        self._going = going

    def __enter__(self) -> Passage:
        """Take over Ctrl-C and show the bars."""
        self.interruptions.__enter__()
        self.progress.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give Ctrl-C back and take the bars away."""
        self._going.interrupted |= self.interruptions.count > 0
        self.progress.__exit__(kind, error, trace)
        self.interruptions.__exit__(kind, error, trace)

    def _leave_out(self, count: int) -> None:
        self._going.left_out += count

    def _tell(self, notice: Notice) -> None:
        self._going.torn |= notice.urgency is Urgency.ERROR
        self.progress.tell(notice)
