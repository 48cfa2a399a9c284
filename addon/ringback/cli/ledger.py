"""The command line of `ringback ledger` and `ringback recheck`; `ringback.commands` does the work."""

from __future__ import annotations

from pathlib import Path

import click

from ringback.cli.manual import Manual, Manuals
from ringback.cli.options import EPILOG, PATH, help_if_alone, json_option
from ringback.commands.environment import Environment
from ringback.status import ExitCode

_ledger = click.option(
    "--ledger", metavar="PATH", type=PATH, help="The ledger. Default: the one in the user's data directory."
)


@click.group(cls=Manuals, name="ledger", epilog=EPILOG, invoke_without_command=True)
@click.pass_context
def ledger(ctx: click.Context) -> ExitCode:
    """Look after what was observed: `ringback replay --ledger` and the option ringback_ledger record it.

    A ledger holds pseudonyms in place of everything that identifies anybody, keyed by a secret of its own.
    """
    return help_if_alone(ctx)


@ledger.command(epilog=EPILOG)
@_ledger
@json_option
@click.argument("others", metavar="OTHER...", nargs=-1, required=True, type=PATH)
def merge(ledger: Path | None, as_json: bool, others: tuple[Path, ...]) -> ExitCode:
    """Take over what other ledgers hold. What was there already counts once, in whatever order.

    What was recorded under several secrets is told to be the same by the frames that both saw; what remains
    in doubt is said. One's own second machine better starts from `ringback ledger export --with-secret`.

    \b
    Example:
      ringback ledger merge --ledger all.db laptop.db desktop.db
    """
    from ringback.commands.ledger import merge_ledgers  # noqa: PLC0415 - lxml takes long to import

    return merge_ledgers(ledger, others, Environment(), as_json=as_json)


@ledger.command(epilog=EPILOG)
@_ledger
@click.option(
    "--content",
    is_flag=True,
    help="Print a name for all that it holds, too: ledgers of one name hold the same. It reads everything.",
)
@json_option
def show(ledger: Path | None, content: bool, as_json: bool) -> ExitCode:
    """Print how much the ledger holds, of which clients and captures, and what was found.

    What is said of a call counts once among the findings, however many of its stanzas show it.
    """
    from ringback.commands.ledger import show_ledger  # noqa: PLC0415 - lxml takes long to import

    return show_ledger(ledger, Environment(), as_json=as_json, content=content)


@ledger.command(epilog=EPILOG)
@_ledger
@json_option
def verify(ledger: Path | None, as_json: bool) -> ExitCode:
    """Look at every page and row of the ledger, and say what to do where something is amiss.

    A ledger of an older ringback is brought up to date first.
    """
    from ringback.commands.ledger import verify_ledger  # noqa: PLC0415 - lxml takes long to import

    return verify_ledger(ledger, Environment(), as_json=as_json)


@ledger.command(epilog=EPILOG)
@_ledger
@click.option(
    "--with-secret",
    is_flag=True,
    help="For one's own other machine: what it records has the same pseudonyms, so a call that was seen on "
    "both is one. Whoever has the secret can try phone numbers against the pseudonyms.",
)
@click.argument("copy", metavar="COPY", type=PATH)
def export(ledger: Path | None, with_secret: bool, copy: Path) -> ExitCode:
    """Make a copy to be handed over and merged elsewhere, without the secret.

    \b
    Example:
      ringback ledger export for-a-colleague.db
    """
    from ringback.commands.ledger import export_ledger  # noqa: PLC0415 - lxml takes long to import

    return export_ledger(ledger, copy, Environment(), with_secret=with_secret)


@click.command(cls=Manual, epilog=EPILOG)
@_ledger
@click.option("--spec", "new", metavar="NEW", type=PATH, required=True, help="The specification to judge by.")
@click.option(
    "--against",
    "old",
    metavar="OLD",
    type=PATH,
    help="The one it is compared with. Default: the call pre-accept file that ringback ships.",
)
@json_option
def recheck(ledger: Path | None, new: Path, old: Path | None, as_json: bool) -> ExitCode:
    """Judge what the ledger holds by another version of the specification; print the verdicts that changed.

    Either of the two is a stanza file, a folder of them, a wacrg checkout, or a spec part or folder of parts,
    whose wire formats then judge the stanzas; of calls as a whole a part says nothing.

    \b
    Examples:
      ringback recheck --spec wacrg/spec/stanzas/call-preaccept.yaml
      ringback recheck --spec wacrg/spec/signalling/call-preaccept.yaml
    """
    from ringback.commands.recheck import recheck_ledger  # noqa: PLC0415 - lxml and YAML take long to import

    return recheck_ledger(ledger, new, old, Environment(), as_json=as_json)
