"""Which key does what on which screen: bound, shown at the foot and in the help, told in docs/watch.md."""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding, BindingType

_NAMES = {
    "question_mark": "?",
    "slash": "/",
    "space": "Space",
    "enter": "Enter",
    "escape": "Esc",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "ctrl+c": "Ctrl-C",
}


@dataclass(frozen=True, slots=True)
class Key:
    """One thing that can be done."""

    keys: tuple[str, ...]
    """As Textual names them, the one for the foot first."""
    action: str
    """What Textual calls: `action_` and this is the method."""
    meaning: str
    label: str = ""
    """A word for the foot; empty where it has no place there."""
    rank: int = 5
    """Place at the foot, the least first."""
    at_once: bool = False
    """Whether it is done before the next key is looked at, which may be meant for what it opens."""

    @property
    def names(self) -> tuple[str, ...]:
        """As they stand on a keyboard."""
        return tuple(map(_name, self.keys))


def _name(key: str) -> str:
    return _NAMES.get(key) or (key.capitalize() if len(key) > 1 else key)


def bindings(keys: tuple[Key, ...]) -> list[BindingType]:
    """As Textual binds them."""
    return [
        Binding(",".join(key.keys), key.action, key.meaning, show=False, priority=key.at_once) for key in keys
    ]


EVERYWHERE = (
    Key(("f1", "question_mark", "h"), "app.help", "this help", "Help", 1),
    Key(("ctrl+c",), "app.interrupt", "quit at once, with exit code 130"),
)
MOVING = (
    Key(("up", "k"), "move(-1)", "one up"),
    Key(("down", "j"), "move(1)", "one down"),
    Key(("pageup",), "page(-1)", "a page up"),
    Key(("pagedown",), "page(1)", "a page down"),
    Key(("home", "g"), "first", "to the first"),
    Key(("end", "G"), "last", "to the last"),
)
BACK = Key(("escape", "q"), "back", "back", "Back", 3)
CALLS = (
    Key(("enter",), "choose", "show the call as a ladder", "Call", 0),
    Key(("f2", "b"), "app.questions", "the open questions and what the evidence says", "Questions", 2),
    Key(
        ("f3", "slash", "f7"),
        "filter",
        "filter the calls; `ringback docs filters` tells how",
        "Filter",
        2,
        True,
    ),
    Key(("f9",), "unfilter", "take the filter away"),
    Key(("f4", "f"), "app.findings", "the findings of all calls", "Findings", 2),
    Key(("f5",), "clear", "clear the list of the calls up to now, or bring them back", "Clear"),
    Key(("p",), "pause", "pause, or go on: what comes meanwhile is not lost", "Pause", 4),
    Key(("A",), "follow", "follow the newest call, or stop following"),
    Key(("greater_than_sign",), "sort(1)", "sort by the next column"),
    Key(("less_than_sign",), "sort(-1)", "sort by the column before"),
    Key(("z",), "reverse", "turn the order round"),
    Key(("q",), "app.leave", "quit", "Quit", 3),
)
FILTER = (Key(("escape",), "close", "leave the filter as it was; Enter uses what is written"),)
"""While a filter is written."""
CALL = (
    Key(("enter",), "choose", "show the stanza, line by line with the facts it meets", "Stanza", 0),
    Key(("a",), "fold", "acks and receipts as arrows of their own, or folded", "Acks"),
    Key(("f4", "f"), "findings", "the findings of this call", "Findings"),
    Key(("space",), "mark", "mark the stanza to compare it, or take the mark away", "Mark"),
    Key(("d", "f6"), "compare", "what differs between the marked stanza and this one", "Compare"),
    Key(("right", "n"), "turn(1)", "the next call of the list", "Next"),
    Key(("left", "N"), "turn(-1)", "the call before"),
    BACK,
)
STANZA = (
    Key(("right", "n"), "turn(1)", "the next stanza of the call", "Next"),
    Key(("left", "N"), "turn(-1)", "the stanza before", "Previous"),
    BACK,
)
FINDINGS = (Key(("enter",), "choose", "show the calls, or the stanza, that it is about", "Show", 0), BACK)
QUESTIONS = (BACK,)
COMPARISON = (BACK,)
LOG = (BACK,)
LIVE = (Key(("f8", "l"), "app.log", "what mitmdump prints", "Log", 4),)
"""On the list of calls of `ringback live`."""

SCREENS: dict[str, tuple[Key, ...]] = {
    "Calls": (*CALLS, *LIVE),
    "A filter": FILTER,
    "One call": CALL,
    "One stanza": STANZA,
    "Findings": FINDINGS,
    "Questions": QUESTIONS,
    "Everywhere": (*MOVING, *EVERYWHERE),
}
"""What the help shows, screen by screen."""
