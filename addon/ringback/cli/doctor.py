"""The command line of `ringback doctor`; `ringback.commands.doctor` does the work."""

from __future__ import annotations

from pathlib import Path

import click

from ringback.cli.manual import Manual
from ringback.cli.options import EPILOG, PATH, json_option, keylog_option, spec_option
from ringback.commands.environment import Environment
from ringback.status import ExitCode


@click.command(cls=Manual, epilog=EPILOG)
@keylog_option
@click.option(
    "--wait",
    "wait_s",
    metavar="SECONDS",
    type=click.FloatRange(min=0, max=3600),
    default=0.0,
    help="Wait so long for more keys to come; with it a key log that does not grow is a problem.",
)
@click.option(
    "--confdir",
    metavar="FOLDER",
    type=PATH,
    help="mitmproxy's folder, where its certificate authority lies. Default: ~/.mitmproxy.",
)
@spec_option
@click.option(
    "--ledger", metavar="PATH", type=PATH, help="The ledger. Default: the one in the user's data directory."
)
@json_option
def doctor(  # noqa: PLR0917 - click passes them by name
    keylog: Path | None,
    wait_s: float,
    confdir: Path | None,
    spec: Path | None,
    ledger: Path | None,
    as_json: bool,
) -> ExitCode:
    """Look at everything that a capture needs, and say what to do where something is amiss.

    Versions, whether mitmproxy takes the add-on, the certificate authority, the specification, a shipped
    recording from the flow file to its findings, the ledger and the key log. Nothing is changed, and no key
    and no name of a home folder is printed. The exit code is 3 where anything is a problem.

    \b
    Examples:
      ringback doctor
      ringback doctor --keylog captures/mine.keys --wait 30
    """
    from ringback.commands.doctor import Patient  # noqa: PLC0415 - lxml takes long to import
    from ringback.commands.doctor import doctor as run  # noqa: PLC0415
    from ringback.doctor.surroundings import DEFAULT_CONFDIR  # noqa: PLC0415

    patient = Patient(keylog, wait_s, confdir or DEFAULT_CONFDIR, spec, ledger)
    return run(patient, Environment(), as_json=as_json)
