"""Nothing that identifies anybody, and no key, leaves unasked: all output of the real commands."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest

from support.leaks import leaks, secrets_of, spellings
from support.runs import Run, decoded, dumped, replayed
from synthetic.capture import Capture
from synthetic.cast import CALLEE, CALLER, call_id
from synthetic.manifest import SCENARIOS, capture
from synthetic.rendering import SentFrame

ALL_SECRETS = frozenset(secret for name in SCENARIOS for secret in secrets_of(capture(name)))


@pytest.mark.parametrize("command", [replayed, dumped], ids=["replay", "mitmdump"])
@pytest.mark.parametrize("name", SCENARIOS)
def test_reports_leak_nothing(name: str, command: Callable[[str], Run]) -> None:
    """`ringback replay` and `mitmdump -r`: terminal, messages and event file, at the chattiest level."""
    run = command(name)
    assert run.returncode == 0
    assert run.events
    found = {where: leaks(text, secrets_of(capture(name))) for where, text in run.outputs.items()}
    assert found == {where: set() for where in run.outputs}


def test_decode_leaks_nothing() -> None:
    """`ringback decode`: every stanza of any tag, with placeholders."""
    run = decoded(*SCENARIOS)
    assert run.returncode == 0
    assert len(run.stdout.splitlines()) == sum(len(sent(capture(name))) for name in SCENARIOS)
    assert leaks(run.stdout + run.stderr, ALL_SECRETS) == set()


def test_decode_shows_identities_but_no_key_where_it_is_asked_to() -> None:
    """`ringback decode --raw` shows what the tests above look for, so they would see it; but no key."""
    run = decoded(*SCENARIOS, raw=True)
    assert run.returncode == 0
    shown = leaks(run.stdout, ALL_SECRETS)
    assert {CALLER.lid, CALLER.phone, CALLEE.lid, "198.19.44.44", "Made Up Person", "11111.22222-3"} <= shown
    for name in SCENARIOS:
        assert {call for call in capture(name).scene.expected if call} <= shown
        keys = frozenset((*capture(name).secrets, *capture(name).ephemerals.values()))
        assert leaks(run.stdout + run.stderr, keys) == set()


def sent(shown: Capture) -> list[SentFrame]:
    """The frames of a capture that can be opened and are stanzas."""
    return [frame for frame in shown.frames if frame.closed is None and frame.node is not None]


class TestTheSearchItself:
    def test_knows_every_kind_of_secret(self) -> None:
        """Users of both modes, call-ids, stanza ids, addresses, names, ciphertexts and keys are known."""
        known = secrets_of(capture("early-candidates"))
        call = call_id(1, list(SCENARIOS).index("early-candidates"))
        assert {CALLER.lid, CALLER.phone, CALLEE.lid, CALLEE.phone, call} <= known
        assert {"11111.22222-2003", "198.18.20.10", "2001:db8:ffff:20::10", "Made Up Person"} <= known
        assert set(capture("early-candidates").secrets) < known
        assert any(isinstance(secret, bytes) and secret.endswith(b"ZZZZ") for secret in known)

    @pytest.mark.parametrize("before", ["", "x", "xy"])
    def test_finds_what_is_encoded_within_something_else(self, before: str) -> None:
        """Hex in either case and base64 at any offset give the secret away."""
        secret = frozenset({CALLER.lid})
        text = f"{before}{CALLER.lid}@lid"
        assert leaks(text, secret)
        assert leaks(text.encode().hex().upper(), secret)
        assert leaks(base64.b64encode(text.encode()).decode(), secret)
        assert not leaks(f"{before}A@lid", secret)

    def test_looks_for_nothing_that_stands_anywhere(self) -> None:
        """No spelling is so short that it is found by chance."""
        assert min(len(form) for secret in ALL_SECRETS for form, _ in spellings(secret)) >= 6
