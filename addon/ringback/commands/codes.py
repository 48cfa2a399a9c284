"""`ringback codes`: what the code of a finding means."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import TypedDict

from ringback.check.codes import CODES, Code
from ringback.check.examples import Example
from ringback.commands.environment import Environment
from ringback.commands.usage import ArgumentError
from ringback.status import ExitCode

_WIDTH = 100


SCHEMA = "ringback-codes/1"


class ShownLine(TypedDict):
    """One stanza of an example."""

    connection: int
    direction: str
    text: str


class ShownCode(TypedDict):
    """One code as `ringback codes --json` prints it."""

    code: str
    severity: str
    stances: list[str]
    meaning: str
    next_step: str
    shows_it: list[ShownLine]
    does_not: list[ShownLine]


def list_codes(environment: Environment, *, as_json: bool) -> ExitCode:
    """Print every code with its severity and what it means."""
    if as_json:
        return _as_json(CODES.values(), environment)
    widest = max(map(len, CODES))
    for code in CODES.values():
        start = f"{code.code.ljust(widest)}  {code.severity_rule.value.ljust(7)}  "
        environment.write(_wrapped(start + code.meaning, hanging=len(start)))
    return ExitCode.OK


def explain_code(name: str, environment: Environment, *, as_json: bool) -> ExitCode:
    """Print all there is to say of one code, with its examples.

    Raises:
        ArgumentError: there is no such code.
    """
    code = CODES.get(name)
    if code is None:
        raise ArgumentError(f"no code {name!r}; `ringback codes` lists them")
    if as_json:
        return _as_json([code], environment)
    environment.write(_explanation(code))
    return ExitCode.OK


def _as_json(codes: Iterable[Code], environment: Environment) -> ExitCode:
    environment.write_json({"schema": SCHEMA, "codes": [_shown(code) for code in codes]})
    return ExitCode.OK


def _shown(code: Code) -> ShownCode:
    return {
        "code": code.code,
        "severity": code.severity_rule.value,
        "stances": [stance.value for stance in code.stances],
        "meaning": code.meaning,
        "next_step": code.next_step,
        "shows_it": _shown_lines(code.failing),
        "does_not": _shown_lines(code.passing),
    }


def _shown_lines(example: Example) -> list[ShownLine]:
    return [
        {"connection": line.connection, "direction": line.direction.value, "text": line.text}
        for line in example.lines
    ]


def _explanation(code: Code) -> str:
    stances = ", ".join(stance.value for stance in code.stances)
    return (
        f"{code.code}\nseverity: {code.severity_rule.value}; stance: {stances}\n\n"
        + _wrapped(f"{code.meaning} {code.next_step}")
        + f"\nShows it:\n{_lines(code.failing)}\nDoes not:\n{_lines(code.passing)}"
    )


def _lines(example: Example) -> str:
    """Each stanza with the connection that saw it and who sent it."""
    return "".join(
        f"  connection {line.connection}, {line.direction.value}: {line.text}\n" for line in example.lines
    )


def _wrapped(text: str, *, hanging: int = 0) -> str:
    return textwrap.fill(text, _WIDTH, subsequent_indent=" " * hanging, break_long_words=False) + "\n"
