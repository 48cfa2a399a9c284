"""How the preload is loaded, and that programs do not notice it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.preload import PRELOAD, SESSION, entries, handshake, named, run_client, run_node, truths

HERE = Path(__file__).parent


@pytest.mark.parametrize("value", [None, ""])
def test_without_a_path_it_does_nothing_and_says_so(value: str | None) -> None:
    """No path, no wrapping: Node's own functions are in place, and one line tells why there are no keys."""
    finished = run_client(
        """
        const { types } = await import('node:util');
        await new Session(functions).shakeHands();
        console.log([createHash, createCipheriv, createDecipheriv].some(types.isProxy));
        """,
        value,
    )
    assert finished.stdout == "false\n"
    assert finished.stderr == "ringback keylog: RINGBACK_KEYLOGFILE is not set: no keys are written\n"


def test_loaded_by_node_options(log: Path) -> None:
    """Where the command line cannot be changed, the environment loads it."""
    finished = run_client(
        "show(await new Session(functions).shakeHands());",
        log,
        preload=False,
        environment={"NODE_OPTIONS": f"--import={PRELOAD.as_uri()}"},
    )
    assert entries(log) == [handshake(truths(finished)[0])]


def test_loaded_twice_it_writes_once(log: Path, tmp_path: Path) -> None:
    """By environment and command line, even from two copies: still one line a key."""
    copy = tmp_path / "copy.mjs"
    copy.write_text(PRELOAD.read_text())
    finished = run_client(
        "show((await (await new Session(functions).shakeHands()).receive()).send());",
        log,
        environment={"NODE_OPTIONS": f"--import={copy.as_uri()}"},
    )
    assert entries(log) == named(truths(finished)[0])


@pytest.mark.parametrize("keylog", [True, False])
def test_worker_threads_write_too(keylog: bool, log: Path, tmp_path: Path) -> None:
    """A worker thread has crypto functions of its own: the preload is there too, and silent."""
    worker = tmp_path / "worker.cjs"
    worker.write_text(
        f"""
        const {{ parentPort }} = require('node:worker_threads');
        const functions = require('node:crypto');
        import({json.dumps(SESSION)}).then(async ({{ Session }}) =>
            parentPort.postMessage((await new Session(functions).shakeHands()).truth));
        """
    )
    client = tmp_path / "client.mjs"
    client.write_text(
        """
        import { Worker } from 'node:worker_threads';
        const worker = new Worker(new URL('worker.cjs', import.meta.url));
        worker.once('message', (truth) => console.log(JSON.stringify([truth])));
        """
    )
    finished = run_node(["--import", str(PRELOAD), str(client)], log if keylog else None)
    (truth,) = truths(finished)
    assert (entries(log) == [handshake(truth)]) if keylog else not log.exists()
    assert len(finished.stderr.splitlines()) == (0 if keylog else 1)


def test_programs_see_no_difference(log: Path) -> None:
    """Results, errors, names, lengths, properties, chaining and streams are those of Node itself."""
    program = str(HERE / "transparency.mjs")
    plain = run_node([program], log)
    assert not log.exists()
    observed = run_node(["--import", str(PRELOAD), program], log)
    assert observed.stdout == plain.stdout
    assert observed.stderr == plain.stderr
    assert log.exists()
