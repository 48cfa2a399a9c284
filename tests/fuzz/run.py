"""Fuzz the parsers: `python tests/fuzz/run.py [TARGET...]`; `--help` says the rest. Needs atheris.

Never part of the test run, but for a short one of fixed seed and length in `tests/fuzz/test_fuzz.py`.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS.parent / "addon")]

from fuzz.corpus import CORPORA, keep  # noqa: E402
from fuzz.minimising import minimise  # noqa: E402
from fuzz.record import RECORD, add_to_record, write_table  # noqa: E402
from fuzz.running import Budget, Figures, Fuzzing  # noqa: E402
from fuzz.targets import ALL, TARGETS  # noqa: E402
from ringback.wording import counted  # noqa: E402

_ROW = "{:15} {:>11} {:>7} {:>7} {:>8} {:>7} {:>7}"
_EPILOG = """\
Each target runs in a child process; ringback alone is instrumented. An input that breaks a target's contract
is saved, and the exit code is 1. Ctrl-C ends all and prints what was done by then.

To see such an input fail: python tests/fuzz/run.py --input FILE TARGET
To keep what was found: fix it, then python tests/fuzz/run.py --keep FILE TARGET
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; gives the exit code."""
    options = _parser().parse_args(arguments)
    unknown = [name for name in options.targets if name not in ALL]
    if unknown:
        print(f"no such target: {', '.join(unknown)}; there are {', '.join(TARGETS)}", file=sys.stderr)
        return 2
    names = options.targets or list(TARGETS)
    if options.list:
        print("\n".join(f"{name:15} {ALL[name].rule}" for name in names))
        return 0
    if options.input is not None:
        ALL[names[0]].run(options.input.read_bytes())
        return 0
    if options.keep is not None:
        print(keep(names[0], options.keep.read_bytes()))
        return 0
    if options.markdown is not None and not options.targets and options.executions is options.seconds is None:
        write_table(options.markdown, options.record or RECORD)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        corpora = options.corpus or Path(folder)
        if options.minimise:
            for name in names:
                print(f"{name:15} {minimise(ALL[name], corpora / name, CORPORA / name)}", flush=True)
            return 0
        return _fuzz(names, corpora, options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python tests/fuzz/run.py",
        description="Fuzz ringback's parsers with atheris.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="those to fuzz; all if none is named")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--seconds", type=float, metavar="N", help="of each target; 10 if nothing is said")
    length.add_argument("--executions", type=int, metavar="N", help="of each target")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="targets at one time; default: 1")
    parser.add_argument("--seed", type=int, metavar="N", help="of the fuzzer's choices; any if not given")
    parser.add_argument(
        "--corpus", type=Path, metavar="DIR", help="keep new inputs in DIR, and start with those there"
    )
    parser.add_argument(
        "--crashes", type=Path, default=Path("crashes"), metavar="DIR", help="default: crashes"
    )
    parser.add_argument("--record", type=Path, metavar="FILE", help="add the figures to those in FILE, JSON")
    parser.add_argument(
        "--markdown", type=Path, metavar="PAGE", help="write the table of all that is recorded into PAGE"
    )
    parser.add_argument(
        "--minimise", action="store_true", help="choose the corpora of the repository anew, with those of DIR"
    )
    parser.add_argument("--input", type=Path, metavar="FILE", help="run one input, without atheris")
    parser.add_argument(
        "--keep", type=Path, metavar="FILE", help="make an input one that every test run tries"
    )
    parser.add_argument("--list", action="store_true", help="print the targets with their contracts")
    return parser


def _fuzz(names: list[str], corpora: Path, options: argparse.Namespace) -> int:
    fuzzing = Fuzzing(corpora, options.crashes)
    budget = Budget(options.executions, 10.0 if options.seconds is None else options.seconds, options.seed)
    print(_ROW.format("target", "executions", "per s", "places", "features", "inputs", "crashes"))
    done: dict[str, Figures] = {}

    def run(name: str) -> None:
        done[name] = fuzzing.fuzz(ALL[name], budget)
        _print(name, done[name])
        if options.record is not None:
            add_to_record(name, done[name], options.record)

    # As an exception Ctrl-C could come where it is not waited for.
    signal.signal(signal.SIGINT, lambda _number, _frame: fuzzing.stop())
    with ThreadPoolExecutor(max_workers=max(1, options.jobs)) as pool:
        running = [pool.submit(run, name) for name in names]
    for each in running:
        each.result()
    with suppress(OSError):
        # Only an empty one goes.
        options.crashes.rmdir()
    total = sum(figures.executions for figures in done.values())
    crashes = [path for figures in done.values() for path in figures.crashes]
    print(f"{total:,} executions, {counted(len(done), 'target')}, crashes: {len(crashes)}")
    if options.markdown is not None:
        write_table(options.markdown, options.record or RECORD)
    return 130 if fuzzing.is_stopped else int(bool(crashes))


def _print(name: str, figures: Figures) -> None:
    rate = figures.executions / figures.seconds if figures.seconds else 0
    told = (
        f"{each:,}" for each in (figures.coverage, figures.features, figures.corpus, len(figures.crashes))
    )
    print(
        _ROW.format(name, f"{figures.executions:,}", f"{rate:,.0f}", *told),
        *figures.log,
        *(f"saved: {path}" for path in figures.crashes),
        sep="\n",
        flush=True,
    )


if __name__ == "__main__":
    raise SystemExit(main())
