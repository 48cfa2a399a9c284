"""What the preload does not write."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.preload import entries, named, run_client, truths

OTHER_USES = {
    "random-iv": "seal('aes-256-gcm', zeros(12, 9))",
    "later-counter": "seal('aes-256-gcm', Buffer.from('000000000000000000000001', 'hex'))",
    "long-iv": "seal('aes-256-gcm', zeros(16))",
    "short-aad": "seal('aes-256-gcm', zeros(12), Buffer.from('a media id'))",
    "text-aad": "seal('aes-256-gcm', zeros(12), 'a media id')",
    "aad-like-a-hash": "seal('aes-256-gcm', zeros(12), zeros(32, 5))",
    "aad-in-two-parts": "seal('aes-256-gcm', zeros(12), zeros(0), Buffer.from('late'))",
    "other-cipher": "seal('aes-256-ctr', zeros(16))",
    "other-mode": "seal('chacha20-poly1305', zeros(12))",
    "other-size": "createCipheriv('aes-128-gcm', zeros(16), zeros(12)).final()",
    "no-data": "createCipheriv('aes-256-gcm', zeros(32), zeros(12)).setAAD(zeros(0))",
    "decrypted-with-aad": "open().setAAD(zeros(32)).update('')",
    "refused": "try { createCipheriv('aes-256-gcm', zeros(32), zeros(12)).setAAD(5) } catch {}",
}


@pytest.mark.parametrize("use", OTHER_USES)
def test_other_uses_are_not_written(use: str, log: Path) -> None:
    """Whatever is not a Noise message by IV and AAD stays out of the file, also while a session waits."""
    finished = run_client(
        f"""
        const session = await new Session(functions).shakeHands();
        const zeros = Buffer.alloc;
        const open = () => createDecipheriv('aes-256-gcm', zeros(32), zeros(12));
        const seal = (algorithm, iv, ...aads) => {{
            const cipher = createCipheriv(algorithm, zeros(32, 3), iv, {{ authTagLength: 16 }});
            for (const aad of aads) cipher.setAAD(aad);
            return cipher.update('plain') + cipher.final();
        }};
        {OTHER_USES[use]};
        (await session.receive()).send();
        show(session);
        """,
        log,
    )
    assert entries(log) == named(truths(finished)[0])
    assert finished.stderr == ""


TRANSCRIPTS = {
    "as-noise-does": ("h().update(both).digest()", True),
    "in-two-parts": ("h().update(start).update(ephemeral).digest()", False),
    "with-more-behind": ("h().update(both).update('x').digest()", False),
    "as-text": ("Buffer.from(h().update(both).digest('hex'), 'hex')", False),
    "of-other-length": ("h().update(Buffer.concat([both, zeros(1)])).digest()", False),
    "with-other-prologue": ("h().update(Buffer.concat([longer, ephemeral])).digest()", False),
    "by-another-hash": ("createHash('sha512').update(both).digest().subarray(0, 32)", False),
    "never-digested": ("h().update(both).copy().digest()", False),
}


@pytest.mark.parametrize("use", TRANSCRIPTS)
def test_only_the_shape_of_a_transcript_begins_a_session(use: str, log: Path) -> None:
    """A hash that is not taken as Noise takes it names no session, so a key is never filed under a guess."""
    aad, is_transcript = TRANSCRIPTS[use]
    finished = run_client(
        f"""
        const zeros = Buffer.alloc;
        const h = () => createHash('sha256');
        const ephemeral = zeros(32, 4);
        const name = Buffer.concat([Buffer.from('Noise_XX_25519_AESGCM_SHA256'), zeros(4)]);
        const start = h().update(Buffer.concat([name, Buffer.from([0x57, 0x41, 6, 3])])).digest();
        const longer = h().update(Buffer.concat([name, Buffer.from([0x57, 0x41, 6, 3, 0])])).digest();
        const both = Buffer.concat([start, ephemeral]);
        createCipheriv('aes-256-gcm', zeros(32), zeros(12)).setAAD({aad}).final();
        show();
        """,
        log,
    )
    assert entries(log) == ([f"CLIENT_HANDSHAKE_KEY {'04' * 32} {'00' * 32}"] if is_transcript else [])
    assert finished.stderr == ""
