"""`ringback codes`: what the code of a finding means."""

from __future__ import annotations

import textwrap

from ringback.check.codes import CODES, Code
from ringback.check.examples import Example
from ringback.commands.environment import Environment
from ringback.commands.usage import ArgumentError
from ringback.status import ExitCode

_WIDTH = 100


def list_codes(environment: Environment) -> ExitCode:
    """Print every code with its severity and what it means."""
    widest = max(map(len, CODES))
    for code in CODES.values():
        start = f"{code.code.ljust(widest)}  {code.severity_rule.value.ljust(7)}  "
        environment.write(_wrapped(start + code.meaning, hanging=len(start)))
    return ExitCode.OK


def explain_code(name: str, environment: Environment) -> ExitCode:
    """Print all there is to say of one code, with its examples.

    Raises:
        ArgumentError: there is no such code.
    """
    code = CODES.get(name)
    if code is None:
        raise ArgumentError(f"no code {name!r}; `ringback codes` lists them")
    environment.write(_explanation(code))
    return ExitCode.OK


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
