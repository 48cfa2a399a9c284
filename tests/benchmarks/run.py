"""Measures what ringback promises about its speed, and prints it beside the promise.

Run as `python tests/benchmarks/run.py` in the environment of the tests; not part of the test run. Baileys
comes from npm, once. Do nothing else with the machine while it runs.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS.parent / "addon")]

from benchmarks import callgrind, frames, jobs, offline, table  # noqa: E402
from benchmarks.rows import ROWS, Measured  # noqa: E402

LEAST_RUNS = 7
"""Rounds of every comparison."""
PARTS = (frames, offline, jobs, callgrind)


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    rows = "".join(f"\n  {row.name:15} {row.what}" for row in ROWS.values())
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        epilog=f"rows:{rows}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--runs",
        type=int,
        default=LEAST_RUNS,
        help=f"rounds of every comparison, {LEAST_RUNS} or more (default: %(default)s)",
    )
    parser.add_argument(
        "--only", action="append", choices=tuple(ROWS), metavar="NAME", help="this row alone; may be repeated"
    )
    parser.add_argument(
        "--callgrind", action="store_true", help="count instructions as well, which takes some minutes more"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE as JSON")
    parser.add_argument(
        "--markdown",
        type=Path,
        metavar="PAGE",
        help="put the tables into PAGE, between the markers of the running Python",
    )
    parsed = parser.parse_args(arguments)
    if parsed.runs < LEAST_RUNS:
        parser.error(f"--runs {parsed.runs}: the median of fewer than {LEAST_RUNS} rounds says little")
    return parsed


def main() -> None:
    """Measure, print, write."""
    arguments = parse()
    names = arguments.only or [name for name in ROWS if arguments.callgrind or name not in callgrind.NAMES]
    if arguments.markdown:
        table.check_places(arguments.markdown, names)
    if set(names) & set(callgrind.NAMES) and not callgrind.is_possible():
        sys.exit(
            f"instructions cannot be counted: install {' and '.join(callgrind.TOOLS)}, or leave them out"
        )
    results: list[Measured] = []
    for part in PARTS:
        wanted = [name for name in names if name in part.NAMES]
        for measured in part.measure(wanted, arguments.runs) if wanted else ():
            results.append(measured)
            print(table.line(measured), flush=True)
    around = table.surroundings()
    if arguments.json:
        arguments.json.write_text(table.to_json(results, around), encoding="utf-8")
    if arguments.markdown:
        table.write_into(arguments.markdown, results, around)


if __name__ == "__main__":
    main()
