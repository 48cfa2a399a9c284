"""What ringback finds on the machine: key log, certificate authority, specification, ledger."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

from ringback.doctor.model import Diagnosis, State, ok, problem, shown
from ringback.errors import LedgerError, SpecError
from ringback.ledger import StoredLedger, default_path
from ringback.ledger.failure import OutdatedError
from ringback.sources.keylog_file import KEYLOG_VARIABLE, KeyLogFile
from ringback.sources.notice import Notice, Urgency, of_enums
from ringback.spec.load import load_specification
from ringback.wire.keylog import KeyLog
from ringback.wording import counted

CERTIFICATE = "mitmproxy-ca-cert.pem"
DEFAULT_CONFDIR = Path("~/.mitmproxy")
_KEY_LOG = "key log"
_POLL_S = 0.1
_PRELOAD = "start the client with `--import ./addon/keylog.mjs` and that name in RINGBACK_KEYLOGFILE"


def key_log(
    path: Path | None, wait_s: float = 0.0, *, sleep: Callable[[float], None] = time.sleep
) -> Diagnosis:
    """Whether keys come out of the key log; with `wait_s`, whether more come within so many seconds."""
    if path is None:
        advice = f"name it with --keylog or {KEYLOG_VARIABLE} to have it looked at"
        return Diagnosis(_KEY_LOG, State.SKIPPED, "none is named", advice)
    told: list[Notice] = []
    keys = KeyLog()
    file = KeyLogFile(path, keys, told.append)
    file.read_whole()
    is_there = os.path.exists(path)  # noqa: PTH110 - Path.exists raises without permission
    if wait_s and is_there:
        return _growth(file, keys, wait_s, sleep)
    troubles = [notice.text for notice in told if notice.urgency is not Urgency.INFO or not is_there]
    if troubles:
        return problem(_KEY_LOG, shown("; ".join(troubles)), _PRELOAD)
    return ok(_KEY_LOG, f"{shown(path)}: {_held(keys)}, last written {_age(path)}")


def _growth(file: KeyLogFile, keys: KeyLog, wait_s: float, sleep: Callable[[float], None]) -> Diagnosis:
    before, left, path = keys.size, wait_s, file.path
    while left > 0:
        sleep(min(_POLL_S, left))
        left -= _POLL_S
        if file.poll():
            return ok(_KEY_LOG, f"{shown(path)}: {counted(keys.size - before, 'key')} more, {_held(keys)}")
    told = f"{shown(path)}: no key came within {wait_s:g} s, {_held(keys)}"
    return problem(_KEY_LOG, told, f"{_PRELOAD}, and let it connect while the doctor waits")


def _held(keys: KeyLog) -> str:
    return f"{counted(keys.sessions, 'session')} and {counted(len(keys.candidates), 'candidate')}"


def _age(path: Path) -> str:
    seconds = max(0.0, time.time() - path.stat().st_mtime)
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            return f"{counted(int(seconds // size), unit)} ago"
    return f"{counted(int(seconds), 'second')} ago"


def authority(confdir: Path = DEFAULT_CONFDIR) -> Diagnosis:
    """Whether mitmproxy's certificate authority is there, which a client has to trust."""
    name = "certificate authority"
    path = confdir.expanduser() / CERTIFICATE
    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
    except FileNotFoundError:
        advice = "start mitmdump once, which makes it; a folder of its own is named with --confdir"
        return problem(name, f"{shown(path)} is not there", advice)
    except OSError as error:
        return problem(name, f"{shown(path)} cannot be read ({error.strerror})", "make it readable")
    except ValueError:
        return problem(name, f"{shown(path)} is no certificate", "move it away and start mitmdump once")
    ends = certificate.not_valid_after_utc
    if ends <= datetime.now(UTC):
        advice = "move the files mitmproxy-ca* away and start mitmdump once, which makes new ones"
        return problem(name, f"{shown(path)} was valid until {ends:%Y-%m-%d}", advice)
    return ok(name, f"{shown(path)}, valid until {ends:%Y-%m-%d}")


def specification(path: Path | None) -> Diagnosis:
    """Whether the specification loads, and what it holds."""
    name = "specification"
    try:
        loaded = load_specification(path)
    except SpecError as error:
        return problem(name, shown(error), "mend the file at that line, or name another with --spec")
    facts = sum(1 for spec in loaded.stanzas.values() for _ in spec.facts())
    parts = [
        counted(len(loaded.stanzas), "stanza file"),
        counted(facts, "fact"),
        counted(len(loaded.flows), "flow"),
    ]
    where = "the shipped one" if path is None else shown(path)
    remarks = [notice.text for notice in of_enums(loaded.unloaded_enums)]
    return ok(name, "; ".join([f"{where}: {', '.join(parts)}", *remarks]))


def ledger(path: Path | None) -> Diagnosis:
    """Whether what is observed can be kept."""
    name, named = "ledger", path or default_path()
    advice = "name one that you may write with --ledger"
    if os.path.lexists(named):
        return _existing(name, named, advice)
    folder = named.absolute().parent
    if path is None:  # its folders are made
        folder = next(each for each in (folder, *folder.parents) if os.path.exists(each))  # noqa: PTH110
    if not os.path.isdir(folder):  # noqa: PTH112 - Path.is_dir raises without permission
        return problem(
            name, f"{shown(named)} cannot be made: its folder does not exist", "make the folder first"
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        return problem(name, f"{shown(named)} cannot be made: {shown(folder)} cannot be written", advice)
    return ok(name, f"{shown(named)} is not there yet and can be made")


def _existing(name: str, path: Path, advice: str) -> Diagnosis:
    try:
        stats = StoredLedger(path).stats()
    except OutdatedError as error:
        return problem(name, shown(error), "run `ringback ledger verify`")
    except LedgerError as error:
        return problem(name, shown(error), advice)
    if not (os.access(path, os.W_OK) and os.access(path.absolute().parent, os.W_OK)):
        return problem(name, f"{shown(path)} or its folder cannot be written", advice)
    return ok(name, f"{shown(path)}: {counted(stats.stanzas, 'stanza')}, can be written")
