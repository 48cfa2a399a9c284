"""Runs Node programs under the key-log preload, with a client's side of Noise sessions at hand."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import TypeAlias

from support.npm_pack import tool

ROOT = Path(__file__).parents[2]
PRELOAD = ROOT / "addon" / "keylog.mjs"
SESSION = (ROOT / "tests" / "preload" / "session.mjs").as_uri()
TIMEOUT_S = 60

Truth: TypeAlias = dict[str, str]

_FUNCTIONS = "{ createHash, createCipheriv, createDecipheriv }"
IMPORTERS = {
    "esm-named": ("module", f"import {_FUNCTIONS} from 'node:crypto';"),
    "esm-bare": ("module", f"import {_FUNCTIONS} from 'crypto';"),
    "esm-default": ("module", f"import crypto from 'crypto'; const {_FUNCTIONS} = crypto;"),
    "esm-star": ("module", f"import * as crypto from 'crypto'; const {_FUNCTIONS} = crypto;"),
    "cjs": ("commonjs", f"const {_FUNCTIONS} = require('crypto');"),
    "cjs-node": ("commonjs", f"const {_FUNCTIONS} = require('node:crypto');"),
}
"""Kind of module and its first line, for each way in which a client may get at the functions."""


def run_node(
    arguments: list[str],
    log: Path | str | None,
    *,
    environment: dict[str, str] | None = None,
    cwd: Path | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run node with the key log at `log`; None leaves the variable unset. The program must end well."""
    unwanted = {"NODE_OPTIONS", "RINGBACK_KEYLOGFILE"}
    inherited = {name: value for name, value in os.environ.items() if name not in unwanted}
    path = {} if log is None else {"RINGBACK_KEYLOGFILE": str(log)}
    finished = subprocess.run(
        [tool("node"), *arguments],
        env={**inherited, **path, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_S,
        cwd=cwd,
    )
    assert finished.returncode == 0, finished.stderr
    return finished


def run_client(
    program: str,
    log: Path | str | None,
    *,
    importer: str = "esm-named",
    preload: bool = True,
    environment: dict[str, str] | None = None,
    cwd: Path | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run `program` below the imports of `importer`; `Session`, `functions` and `show` are at hand."""
    kind, imports = IMPORTERS[importer]
    source = f"""{imports}
        const functions = {_FUNCTIONS};
        import({json.dumps(SESSION)}).then(async ({{ Session }}) => {{
            const show = (...sessions) => console.log(JSON.stringify(sessions.map((each) => each.truth)));
            {program}
        }});"""
    flags = ["--import", str(PRELOAD)] if preload else []
    return run_node([*flags, f"--input-type={kind}", "-e", source], log, environment=environment, cwd=cwd)


def truths(finished: subprocess.CompletedProcess[str]) -> list[Truth]:
    """The sessions that the program showed, each a mapping from role to hex."""
    shown: list[Truth] = json.loads(finished.stdout)
    return shown


def entries(log: Path) -> list[str]:
    """The lines of the key log that are no comment."""
    return [line for line in log.read_text().splitlines() if not line.startswith("#")]


def named(truth: Truth) -> list[str]:
    """The three lines that name a session, in the order in which a session uses its keys."""
    return [
        f"CLIENT_HANDSHAKE_KEY {truth['ephemeral']} {truth['handshake']}",
        f"SERVER_TRANSPORT_KEY {truth['ephemeral']} {truth['server']}",
        f"CLIENT_TRANSPORT_KEY {truth['ephemeral']} {truth['client']}",
    ]


def handshake(truth: Truth) -> str:
    """The line of the key that seals ClientFinish.payload."""
    return named(truth)[0]


def candidate(truth: Truth, role: str) -> str:
    """The line of a key that could be any session's."""
    return f"CANDIDATE_KEY * {truth[role]}"
