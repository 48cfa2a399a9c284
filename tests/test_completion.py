"""What a shell is told when the user presses Tab."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.shell_completion import ShellComplete

from ringback.check.codes import CODES
from ringback.cli import cli, main
from ringback.cli.completion import SHELLS, VARIABLE
from ringback.filters import KEYS
from ringback.spec.load import SHIPPED
from ringback.status import ExitCode
from support.specfiles import write

PROGRAM = Path(sys.executable).parent / "ringback"


def completed(*words: str) -> list[str]:
    """What the last of the words may become; what it is where that is a file."""
    *arguments, incomplete = words
    found = ShellComplete(cli, {}, "ringback", VARIABLE).get_completions(arguments, incomplete)
    return [item.value if item.type == "plain" else f"<{item.type}>" for item in found]


def test_commands_and_options() -> None:
    assert completed("do") == ["docs", "doctor"]
    assert completed("ledger", "ver") == ["verify"]
    assert "--write-baseline" in completed("check", "--")
    assert completed("check", "--fail-on", "w") == ["warning"]


@pytest.mark.parametrize(
    "command", [("check",), ("replay",), ("report",), ("check", "--spec"), ("show", "--from")]
)
def test_sources_are_files(command: tuple[str, ...]) -> None:
    assert completed(*command, "cap") == ["<file>"]


def test_codes() -> None:
    assert completed("codes", "") == list(CODES)
    assert completed("codes", "attribute-m") == ["attribute-missing"]


def test_stanzas_of_the_named_specification(tmp_path: Path) -> None:
    """And none of one that does not load."""
    text = SHIPPED.read_text(encoding="utf-8").replace("call-preaccept", "call-mine")
    own = str(write(tmp_path, "call-mine.yaml", text))
    assert completed("spec", "show", "") == ["call-preaccept"]
    assert completed("spec", "rng", "--spec", own, "") == ["call-mine"]
    assert completed("spec", "show", "--spec", str(tmp_path / "none.yaml"), "") == []


def test_keys_of_filters() -> None:
    """The last word of the expression."""
    assert completed("check", "--filter", "") == list(KEYS)
    assert completed("show", "--filter", "code = x and sever") == ["code = x and severity"]


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_has_a_script(capsys: pytest.CaptureFixture[str], shell: str) -> None:
    assert main(["completion", shell]) == ExitCode.OK
    script = capsys.readouterr().out
    assert f"{VARIABLE}={shell}_complete" in script
    assert "%(" not in script


def test_bash_completes_with_it() -> None:
    """The real script in a real shell, which asks the real program."""
    bash: Any = shutil.which("bash")
    asked = (
        f'eval "$({PROGRAM} completion bash)"\n'
        "COMP_WORDS=(ringback codes attribute-r); COMP_CWORD=2\n"
        f"_ringback_completion {PROGRAM}\n"
        'echo "${COMPREPLY[@]}"\n'
    )
    ran = subprocess.run([bash, "-c", asked], capture_output=True, text=True, check=True)
    assert ran.stdout == "attribute-repeated\n"
    assert ran.stderr == ""
