"""`.ci/run`: what of it can be looked at without an hour of work."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

RUN = Path(__file__).parents[1] / ".ci" / "run"
FAKE = """#!/bin/sh
case "$2" in *print*) echo "$0" ;; esac
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no bash")


def second_round(bin_folder: Path, default: Path) -> str:
    """What the script says or does about a newer Python, its tests being one word."""
    lines = RUN.read_text("utf-8").splitlines()
    begin = lines.index("find_newer_python() {")
    newer = lines.index("newer_python=$(find_newer_python)")
    end = newer + lines[newer:].index("fi") + 1
    function = lines[begin : begin + lines[begin:].index("}") + 1]
    script = ["set -euo pipefail", 'run_tests() { echo "tests under $2"; }', f"default_python={default}"]
    done = subprocess.run(
        ["bash", "-c", "\n".join([*script, *function, *lines[newer:end]])],
        env={"PATH": f"{bin_folder}:/usr/bin:/bin", "HOME": str(bin_folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_one_interpreter_is_tested_once(tmp_path: Path) -> None:
    """Under whichever of its names it is found; another one has its turn."""
    newest, default, other = (tmp_path / name for name in ("python3.14", "python3", "other"))
    newest.write_text(FAKE)
    newest.chmod(0o755)
    default.symlink_to(newest)
    other.write_text(FAKE)
    assert second_round(tmp_path, default) == "ci: python3 is that interpreter already"
    assert second_round(tmp_path, other) == f"tests under {newest}"
