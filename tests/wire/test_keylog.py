"""The key log: any chunking, what is skipped, what is a problem, and that no key ever shows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.wire import keylog
from ringback.wire.keylog import MAX_LINE, KeyEntry, KeyLabel, KeyLog, KeyLogProblem
from support.noise_peer import NoisePair, chunks

PAIR = NoisePair()
EPHEMERAL = "ab" * 32
KEY = "0123456789abcdef" * 4
NO_EPHEMERAL = "the second field is no ephemeral public key of 64 hex digits"
NO_KEY = "the third field is no key of 64 hex digits"
LABELLED = f"CLIENT_TRANSPORT_KEY {EPHEMERAL} {KEY}"


def log_of(text: str | bytes) -> KeyLog:
    """The log that a complete file holding `text` gives."""
    log = KeyLog()
    log.feed(text.encode() if isinstance(text, str) else text)
    log.finish()
    return log


def test_labelled_keys_are_found_by_session() -> None:
    """A key is listed under its label and the client's ephemeral public key, and under nothing else."""
    log = log_of(PAIR.key_log)
    assert log.session_key(KeyLabel.CLIENT_TRANSPORT, PAIR.ephemeral) == (PAIR.client.key,)
    assert log.session_key(KeyLabel.SERVER_TRANSPORT, PAIR.ephemeral) == (PAIR.server.key,)
    assert log.session_key(KeyLabel.CLIENT_HANDSHAKE, PAIR.ephemeral) == (PAIR.handshake_key,)
    assert log.session_key(KeyLabel.CLIENT_TRANSPORT, bytes(32)) == ()
    assert log.candidates == ()
    assert log.size == 3


def test_candidates_keep_the_order_of_the_file() -> None:
    """Candidate keys belong to no session and come out as they were written."""
    log = log_of(PAIR.candidate_lines)
    assert log.candidates == (PAIR.server.key, PAIR.handshake_key, PAIR.client.key)
    assert log.since(2) == [KeyEntry(KeyLabel.CANDIDATE, None, PAIR.client.key)]
    assert not log.since(log.size)


def test_one_session_may_list_two_keys() -> None:
    """Two different keys under one label and session are both kept, in order."""
    log = log_of(
        f"CLIENT_TRANSPORT_KEY {EPHEMERAL} {'11' * 32}\nCLIENT_TRANSPORT_KEY {EPHEMERAL} {'22' * 32}\n"
    )
    assert log.session_key(KeyLabel.CLIENT_TRANSPORT, bytes.fromhex(EPHEMERAL)) == (
        b"\x11" * 32,
        b"\x22" * 32,
    )


@pytest.mark.parametrize(
    "text",
    [
        LABELLED + "\n",
        LABELLED + "\r\n",
        LABELLED,
        LABELLED + "  # told by the preload\n",
        f"\t{LABELLED}\t\n",
        f"CLIENT_TRANSPORT_KEY   {EPHEMERAL.upper()}\t{KEY.upper()}\n",
        f"\ufeff{LABELLED}\n",
        f"# comment\n\n   \n{LABELLED}\n#{LABELLED[:40]}\n",
        f"CLIENT_RANDOM {EPHEMERAL} {KEY}\nwhatever this is\n{LABELLED}\n",
        f"{LABELLED}\n{LABELLED}\n{LABELLED.replace('abab', 'ABAB')}\n",
    ],
    ids=[
        "lf",
        "crlf",
        "no newline",
        "comment",
        "tabs",
        "upper",
        "bom",
        "blank",
        "other labels",
        "duplicates",
    ],
)
def test_spellings_of_one_key(text: str) -> None:
    """Line ends, case, spacing, comments, foreign labels and repetitions change nothing."""
    log = log_of(text)
    assert log.session_key(KeyLabel.CLIENT_TRANSPORT, bytes.fromhex(EPHEMERAL)) == (bytes.fromhex(KEY),)
    assert (log.size, log.problems) == (1, [])


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("CLIENT_TRANSPORT_KEY", "CLIENT_TRANSPORT_KEY takes two fields after it, not 0"),
        (f"SERVER_TRANSPORT_KEY {KEY}", "SERVER_TRANSPORT_KEY takes two fields after it, not 1"),
        (f"{LABELLED} {KEY}", "CLIENT_TRANSPORT_KEY takes two fields after it, not 3"),
        (
            f"CLIENT_TRANSPORT_KEY {EPHEMERAL[:-1]} {KEY}",
            "the second field is no ephemeral public key of 64 hex digits",
        ),
        (f"CLIENT_HANDSHAKE_KEY * {KEY}", "the second field is no ephemeral public key of 64 hex digits"),
        (f"CLIENT_TRANSPORT_KEY {EPHEMERAL} {KEY}00", "the third field is no key of 64 hex digits"),
        (f"CLIENT_TRANSPORT_KEY {EPHEMERAL} {KEY[:-2]}zz", "the third field is no key of 64 hex digits"),
        (f"CANDIDATE_KEY * {KEY[:-2]}", "the third field is no key of 64 hex digits"),
        (f"CANDIDATE_KEY {EPHEMERAL} {KEY}", "the second field of CANDIDATE_KEY is *"),
    ],
)
def test_malformed_lines_are_problems(line: str, reason: str) -> None:
    """A line with a known label that is no key is reported with its number, and the next line is read."""
    log = log_of(f"# first\n{line}\n{LABELLED}\n")
    assert log.problems == [KeyLogProblem(2, reason)]
    assert log.size == 1


def test_feed_counts_the_keys_added() -> None:
    """What `feed` and `finish` return is how many keys are new, so a caller knows when to try again."""
    log = KeyLog()
    assert log.feed(PAIR.client_line.encode()) == 1
    assert log.feed(PAIR.client_line.encode()) == 0
    assert log.feed(PAIR.server_line.rstrip().encode()) == 0
    assert log.finish() == 1
    assert log.finish() == 0


def test_byte_by_byte() -> None:
    """A key is there with the byte that ends its line, not before."""
    log = KeyLog()
    text = (PAIR.client_line + "CANDIDATE_KEY *\r\n" + PAIR.server_line).encode()
    added = [place for place, byte in enumerate(text) if log.feed(bytes([byte]))]
    assert added == [len(PAIR.client_line) - 1, len(text) - 1]
    assert [problem.line for problem in log.problems] == [2]


@given(st.lists(st.integers(0, 2000)))
def test_any_chunking_gives_the_same_log(cuts: list[int]) -> None:
    """However the file is split, keys, candidates and problems are the same."""
    text = (
        f"\ufeff{PAIR.key_log}CANDIDATE_KEY {KEY}\r\n# {'x' * 50}\n{PAIR.candidate_lines}{LABELLED}".encode()
    )
    whole = log_of(text)
    split = KeyLog()
    for chunk in chunks(text, cuts):
        split.feed(chunk)
    split.finish()
    assert (split.since(0), split.problems) == (whole.since(0), whole.problems)
    assert (split.size, len(split.problems)) == (7, 1)


@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=4))
def test_any_bytes_raise_nothing(data: bytes, cuts: list[int]) -> None:
    """A file that is no key log gives no key and no exception."""
    log = KeyLog()
    assert [log.feed(chunk) for chunk in chunks(data, cuts)] + [log.finish()] == [0] * (
        len(chunks(data, cuts)) + 1
    )


def test_a_line_at_the_limit_and_past_it() -> None:
    """A line of the greatest length is read; a longer one is one problem, however long."""
    at_limit = LABELLED.ljust(MAX_LINE)
    assert log_of(at_limit + "\n").size == 1
    for length in (MAX_LINE + 1, 50 * MAX_LINE):
        log = KeyLog()
        for _ in range(2):
            for chunk in chunks(LABELLED.ljust(length).encode(), range(0, length, 1000)):
                log.feed(chunk)
            assert log.feed(b"\n") == 0
        assert log.problems == [KeyLogProblem(line, f"longer than {MAX_LINE} bytes") for line in (1, 2)]
        assert log.feed(f"{LABELLED}\n".encode()) == 1


def test_the_rest_of_a_long_line_is_not_kept() -> None:
    """A file without newlines costs no memory."""
    log = KeyLog()
    for _ in range(100):
        log.feed(b"x" * 10_000)
    assert len(log._partial) == 0
    assert log.problem_count == 1


def test_restart_forgets_the_partial_line_only() -> None:
    """After a rotation the new file starts at a line's beginning, and keys of the old one still count."""
    log = KeyLog()
    log.feed((PAIR.client_line + "CANDIDATE_KEY * 00\n" + PAIR.server_line[:70]).encode())
    log.restart()
    assert log.feed(("CANDIDATE_KEY\n" + PAIR.handshake_line).encode()) == 1
    assert log.size == 2
    assert [problem.line for problem in log.problems] == [2, 1]


def test_a_full_log_counts_what_it_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the cap keys are counted, not kept; those held already are no overflow."""
    monkeypatch.setattr(keylog, "MAX_KEYS", 2)
    log = log_of(PAIR.candidate_lines + PAIR.candidate_lines)
    assert (log.size, log.overflow) == (2, 2)
    assert log.candidates == (PAIR.server.key, PAIR.handshake_key)


def test_problems_are_bounded_and_counted() -> None:
    """A file full of malformed lines keeps the first ones and counts the rest."""
    log = log_of("CANDIDATE_KEY\n" * (keylog.MAX_PROBLEMS + 5))
    assert len(log.problems) == keylog.MAX_PROBLEMS
    assert log.problem_count == keylog.MAX_PROBLEMS + 5


def test_no_key_shows() -> None:
    """Neither the log nor an entry nor a problem shows key bytes, not even of a malformed line."""
    log = log_of(f"{LABELLED}\nCLIENT_TRANSPORT_KEY {EPHEMERAL} {KEY}ff\nCANDIDATE_KEY {KEY}\n")
    shown = f"{log!r} {log!s} {log.since(0)!r} {log.problems!r}"
    assert KEY[:16] not in shown
    assert repr(bytes.fromhex(KEY))[2:-1] not in shown
    assert repr(log) == "<KeyLog: 1 keys, 2 problems>"
