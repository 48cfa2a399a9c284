"""What ringback has to tell its user besides findings: each thing once, with what to do about it."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias


class Urgency(enum.Enum):
    """How loud a notice is."""

    INFO = "info"
    """Nothing is amiss."""
    WARNING = "warning"
    """Something is left out, or waits for the user."""
    ERROR = "error"
    """A fault of ringback, or evidence that is being lost."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One line for the user."""

    text: str
    """What happened and, where something can be done about it, what to do. Holds nothing off the wire."""
    urgency: Urgency = Urgency.WARNING


Tell: TypeAlias = Callable[[Notice], None]
"""Where notices go: the log in mitmproxy, stderr on the command line."""


def of_enums(names: Sequence[str]) -> Iterator[Notice]:
    """What is told of enums that a specification refers to and that are not loaded; nothing without any."""
    if names:
        which = f"the enum{'s' if len(names) > 1 else ''} {', '.join(names)}"
        advice = "name the checkout, or the file below its spec/stanzas, which has spec/enums beside it"
        yield Notice(f"any value of {which} passes, for the specification has no such file; {advice}")
