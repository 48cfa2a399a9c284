"""One target under atheris, in a process of its own: `python tests/fuzz/child.py TARGET LIBFUZZER-OPTION...`.

Only ringback is instrumented: what the libraries that it uses do with an input is not looked at. Started by
`tests/fuzz/run.py`, which reads what libFuzzer prints on standard error.
"""

from __future__ import annotations

import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:1] = [str(TESTS), str(TESTS.parent / "addon")]

import atheris  # noqa: E402

with atheris.instrument_imports(include=["ringback"]):
    from fuzz.targets import ALL


def main() -> None:
    """Fuzz until libFuzzer has had enough; it ends the process."""
    program, name, *options = sys.argv
    atheris.Setup([program, *options], ALL[name].run)
    atheris.Fuzz()


main()
