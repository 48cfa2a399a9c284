"""Writes the shipped captures: `python tests/synthetic/generate.py [--check] [--into FOLDER]`.

The files are the same bytes on every run, every machine and under every supported mitmproxy. `--check` writes
nothing and tells which files are not what they should be; its exit code is 1 then.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if __package__ in {None, ""}:  # run as a script: neither the tests nor the add-on are on the path yet
    sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "addon")]

from synthetic.manifest import SCENARIOS, capture  # noqa: E402 - the path is set above
from synthetic.readme import render_readme  # noqa: E402

CAPTURES = ROOT / "captures"


def files(folder: Path = CAPTURES) -> dict[Path, bytes]:
    """Every generated file below `folder`: its path and what is to stand in it."""
    generated = {folder / "README.md": render_readme().encode()}
    for name in SCENARIOS:
        generated[folder / "synthetic" / f"{name}.flows"] = capture(name).flows
        generated[folder / "synthetic" / f"{name}.keys"] = capture(name).keys.encode()
    return generated


def stale(folder: Path = CAPTURES) -> list[Path]:
    """The files that are missing, differ, or stand beside the generated ones without being generated."""
    wanted = files(folder)
    found = {path for path in (folder / "synthetic").glob("*") if path.is_file()}
    differing = {path for path, data in wanted.items() if not path.is_file() or path.read_bytes() != data}
    return sorted(differing | (found - set(wanted)))


def main(arguments: list[str]) -> int:
    """Writes or checks; the exit code."""
    parser = argparse.ArgumentParser(description="Write the synthetic captures.")
    parser.add_argument("--check", action="store_true", help="write nothing, compare with what is there")
    parser.add_argument("--into", type=Path, default=CAPTURES, metavar="FOLDER", help="instead of captures/")
    chosen = parser.parse_args(arguments)
    if chosen.check:
        wrong = stale(chosen.into)
        for path in wrong:
            print(f"not as generated: {path}")
        return 1 if wrong else 0
    (chosen.into / "synthetic").mkdir(parents=True, exist_ok=True)
    for path, data in files(chosen.into).items():
        path.write_bytes(data)
        print(f"{len(data):>8} {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
