"""Baileys' own WABinary code as an oracle: what it reads and writes, from the published package."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from support.npm_pack import tool

_SCRIPT = Path(__file__).with_name("baileys.mjs")


class BaileysError(Exception):
    """Baileys threw at the question."""


class Baileys:
    """A running Baileys, asked one question after the other."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def constants(self) -> dict[str, Any]:
        """`tags`, `single` and `double` of lib/WABinary/constants.js."""
        answer: dict[str, Any] = self._ask("constants")
        return answer

    def encode(self, node: dict[str, Any]) -> bytes:
        """The frame that Baileys makes of a node as `ringback.nodejson` gives it."""
        return bytes.fromhex(self._ask("encode", node))

    def decode(self, plaintext: bytes) -> dict[str, Any]:
        """The node that Baileys reads, in the same form."""
        answer: dict[str, Any] = self._ask("decode", plaintext.hex())
        return answer

    def _ask(self, question: str, argument: object = None) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        print(json.dumps([question, argument]), file=self._process.stdin, flush=True)
        answer = json.loads(self._process.stdout.readline())
        if "error" in answer:
            raise BaileysError(answer["error"])
        return answer["answer"]


@contextmanager
def running_baileys(package: Path) -> Iterator[Baileys]:
    """A Baileys out of an unpacked package; ends with the context."""
    command = [tool("node"), _SCRIPT, package / "lib" / "WABinary"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Baileys(process)
        assert process.stdin
        process.stdin.close()
        assert process.wait() == 0
