"""The filter as an option of a command."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from ringback.cli.options import filter_option
from ringback.commands.usage import ArgumentError
from ringback.filters import Filter


@click.command()
@filter_option
def command(chosen: Filter) -> None:
    click.echo(repr((chosen.text, chosen.is_empty)))


def test_without_the_option_everything_is_let_through() -> None:
    assert CliRunner().invoke(command, []).output == "('', True)\n"


def test_the_command_gets_a_filter() -> None:
    assert (
        CliRunner().invoke(command, ["--filter", "code=ack-missing"]).output
        == "('code=ack-missing', False)\n"
    )


def test_an_error_is_one_of_the_command_line_and_shows_the_place() -> None:
    """It ends with the exit code of a command line that is not understood."""
    ran = CliRunner().invoke(command, ["--filter", "code=ack-mising"])
    assert isinstance(ran.exception, ArgumentError)
    with pytest.raises(
        ArgumentError, match=r"(?s)^--filter: code is never .*\n  code=ack-mising\n {7}\^{10}$"
    ):
        raise ran.exception
