"""The `ringback` command line, a module a group of commands; what they do is in `ringback.commands`."""

from ringback.cli.entry import cli, main

__all__ = ["cli", "main"]
