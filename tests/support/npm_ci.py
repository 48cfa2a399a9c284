"""Installs the npm packages of a lock file, once for each state of that file."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from filelock import FileLock

from support.npm_pack import tool

_MANIFEST = ("package.json", "package-lock.json", ".npmrc")
_TIMEOUT_S = 600.0


def node_modules(manifest: Path) -> Path:
    """The `node_modules` of the manifest in the folder `manifest`, installed below the user's cache folder.

    No script of any package is run.

    Raises:
        AssertionError: npm failed; tells what it printed.
    """
    home = _cache() / _digest(manifest)
    home.parent.mkdir(parents=True, exist_ok=True)
    # Tests run in several processes: one of them installs, the others wait for it.
    with FileLock(home.with_suffix(".lock"), timeout=_TIMEOUT_S):
        if not home.is_dir():
            with tempfile.TemporaryDirectory(dir=home.parent) as folder:
                fresh = Path(folder) / "install"
                _install(manifest, fresh)
                fresh.rename(home)
    return home / "node_modules"


def _cache() -> Path:
    given = os.environ.get("XDG_CACHE_HOME")
    return (Path(given) if given else Path.home() / ".cache") / "ringback-e2e"


def _digest(manifest: Path) -> str:
    content = b"\0".join((manifest / name).read_bytes() for name in _MANIFEST)
    return hashlib.sha256(sys.platform.encode() + b"\0" + content).hexdigest()[:16]


def _install(manifest: Path, fresh: Path) -> None:
    fresh.mkdir()
    for name in _MANIFEST:
        shutil.copy(manifest / name, fresh / name)
    npm = tool("npm")
    finished = subprocess.run(
        [npm, "ci", "--ignore-scripts"],
        cwd=fresh,
        env={**os.environ, "PATH": f"{npm.parent}{os.pathsep}{os.environ.get('PATH', '')}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=_TIMEOUT_S,
    )
    assert finished.returncode == 0, f"npm ci for {manifest.name} failed:\n{finished.stdout}{finished.stderr}"
