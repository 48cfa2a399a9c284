"""Which keys the preload writes, and under whose name."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.preload import IMPORTERS, candidate, entries, handshake, named, run_client, truths


@pytest.mark.parametrize("importer", IMPORTERS)
def test_writes_the_keys_of_a_session(importer: str, log: Path) -> None:
    """However the client imports crypto, its three keys are written once each, under its ephemeral key."""
    finished = run_client(
        """
        const session = await new Session(functions).shakeHands();
        for (let frame = 0; frame < 3; frame++) (await session.receive()).send();
        show(session);
        """,
        log,
        importer=importer,
    )
    assert entries(log) == named(truths(finished)[0])
    assert finished.stderr == ""


def test_a_key_is_in_the_file_when_its_first_frame_is_opened(log: Path) -> None:
    """The file is written before the client's own call returns: whoever follows it waits for nothing else."""
    finished = run_client(
        """
        const { readFileSync } = await import('node:fs');
        const { RINGBACK_KEYLOGFILE: path } = process.env;
        const session = await new Session(functions).shakeHands();
        await session.receive();
        const then = readFileSync(path, 'utf8');
        process.stdout.write(JSON.stringify([session.truth, { then }]));
        """,
        log,
    )
    truth, seen = truths(finished)
    assert seen["then"].splitlines()[1:] == named(truth)[:2]


@pytest.mark.parametrize("dictionary", [2, 3, 9])
def test_the_dictionary_version_does_not_matter(dictionary: int, log: Path) -> None:
    """The prologue is part of the transcript and differs between client versions."""
    finished = run_client(
        f"""
        const session = await new Session(functions, {{ dictionary: {dictionary} }}).shakeHands();
        (await session.receive()).send();
        show(session);
        """,
        log,
    )
    assert entries(log) == named(truths(finished)[0])


def test_sessions_after_one_another_are_named(log: Path) -> None:
    """A reconnect is a session of its own; frames of the old one do not disturb."""
    finished = run_client(
        """
        const first = await new Session(functions).shakeHands();
        (await first.receive()).send();
        const second = await new Session(functions).shakeHands();
        first.send();
        second.send();
        await first.receive();
        await second.receive();
        show(first, second);
        """,
        log,
    )
    first, second = truths(finished)
    assert entries(log) == [*named(first), handshake(second), named(second)[2], named(second)[1]]


def test_handshakes_at_the_same_time_are_told_apart(log: Path) -> None:
    """The transcript hash says whose handshake key it is, however the handshakes interleave."""
    finished = run_client(
        """
        const sessions = Array.from({ length: 5 }, () => new Session(functions));
        await Promise.all(sessions.map((each) => each.shakeHands()));
        show(...sessions);
        """,
        log,
    )
    assert sorted(entries(log)) == sorted(handshake(truth) for truth in truths(finished))


def test_transport_keys_of_sessions_at_the_same_time_are_candidates(log: Path) -> None:
    """Two sessions wait for their keys: nothing in a first frame says whose it is, so no guess is written."""
    finished = run_client(
        """
        const [first, second] = [new Session(functions), new Session(functions)];
        await Promise.all([first.shakeHands(), second.shakeHands()]);
        await second.receive();
        first.send();
        await first.receive();
        second.send();
        show(first, second);
        """,
        log,
    )
    first, second = truths(finished)
    assert entries(log)[2:] == [
        candidate(second, "server"),
        candidate(first, "client"),
        candidate(first, "server"),
        candidate(second, "client"),
    ]


def test_a_session_that_died_early_makes_candidates_of_later_ones(log: Path) -> None:
    """A session that never sent a frame still waits for its key: the next client key could be either's."""
    finished = run_client(
        """
        const dead = await new Session(functions).shakeHands();
        await dead.receive();
        const alive = await new Session(functions).shakeHands();
        (await alive.receive()).send();
        show(dead, alive);
        """,
        log,
    )
    dead, alive = truths(finished)
    assert entries(log) == [*named(dead)[:2], *named(alive)[:2], candidate(alive, "client")]


def test_a_session_without_a_handshake_is_a_candidate(log: Path) -> None:
    """A client whose handshake does not show (another hash function, say) still gives usable keys."""
    finished = run_client("show(await new Session(functions).send().receive());", log)
    (truth,) = truths(finished)
    assert entries(log) == [candidate(truth, "client"), candidate(truth, "server")]


def test_sessions_are_named_again_when_none_waits(log: Path) -> None:
    """Candidates are a matter of the moment: once each of the sessions has its key, the next one is named."""
    finished = run_client(
        """
        const [first, second, third] = [1, 2, 3].map(() => new Session(functions));
        await Promise.all([first.shakeHands(), second.shakeHands()]);
        (await first.receive()).send();
        await third.shakeHands();
        await second.receive();
        (await third.receive()).send();
        second.send();
        const fourth = await new Session(functions).shakeHands();
        (await fourth.receive()).send();
        show(first, second, third, fourth);
        """,
        log,
    )
    first, second, third, fourth = truths(finished)
    assert entries(log)[2:] == [
        candidate(first, "server"),
        candidate(first, "client"),
        handshake(third),
        *(candidate(second, "server"), candidate(third, "server")),
        *(candidate(third, "client"), candidate(second, "client")),
        *named(fourth),
    ]


def test_many_sessions_that_died_early_never_lead_to_a_guess(log: Path) -> None:
    """However many sessions never got a frame, the keys of a later one stay candidates."""
    finished = run_client(
        """
        for (let count = 0; count < 70; count++) await new Session(functions).shakeHands();
        const last = await new Session(functions).shakeHands();
        (await last.receive()).send();
        show(last);
        """,
        log,
    )
    (last,) = truths(finished)
    assert entries(log)[70:] == [handshake(last), candidate(last, "server"), candidate(last, "client")]


@pytest.mark.parametrize(("others", "kept"), [(255, True), (256, False), (300, False)])
def test_handshakes_under_way_are_remembered_up_to_a_limit(others: int, kept: bool, log: Path) -> None:
    """Of handshakes that never end the oldest are forgotten; what is forgotten is never named wrongly."""
    finished = run_client(
        f"""
        const oldest = new Session(functions);
        for (let count = 0; count < {others}; count++) new Session(functions);
        (await (await oldest.shakeHands()).receive()).send();
        show(oldest);
        """,
        log,
    )
    (oldest,) = truths(finished)
    assert entries(log) == (
        named(oldest) if kept else [candidate(oldest, "server"), candidate(oldest, "client")]
    )


@pytest.mark.parametrize("between", [10, 4095, 4096])
def test_a_key_is_written_once(between: int, log: Path) -> None:
    """The same key with counter 0 again is no news, as long as it is among the 4,096 remembered."""
    finished = run_client(
        f"""
        const seal = (key) => createCipheriv('aes-256-gcm', key, Buffer.alloc(12)).final();
        const key = Buffer.alloc(32);
        seal(key);
        for (let count = 1; count <= {between}; count++) {{
            const other = Buffer.alloc(32);
            other.writeUInt32BE(count);
            seal(other);
        }}
        seal(key);
        show();
        """,
        log,
    )
    assert finished.stderr == ""
    assert entries(log).count("CANDIDATE_KEY * " + "00" * 32) == (1 if between < 4096 else 2)


def test_keys_and_hashes_are_copied(log: Path) -> None:
    """A client may wipe or reuse the buffers it passed in; keys come as any kind of byte view."""
    finished = run_client(
        """
        const views = [Buffer.from, (k) => new Uint8Array(k), (k) => new DataView(new Uint8Array(k).buffer),
            (k) => new Uint8Array([0, 0, ...k, 0]).subarray(2, 34)];
        const iv = new Uint8Array(12);
        views.forEach((view, at) => {
            const key = view(Array(32).fill(at + 1));
            iv.fill(0);
            const cipher = createCipheriv('aes-256-gcm', key, iv);
            new Uint8Array(key.buffer, key.byteOffset, 32).fill(0xee);
            iv.fill(0xee);
            cipher.final();
        });
        createCipheriv('aes-256-gcm', new Uint8Array(Array(32).fill(9)).buffer, new ArrayBuffer(12)).final();
        show();
        """,
        log,
    )
    assert finished.stderr == ""
    assert entries(log) == [f"CANDIDATE_KEY * {f'{number:02x}' * 32}" for number in (1, 2, 3, 4, 9)]
