"""The benchmarks measure what their page says: frames, ratios, bounds; nobody is held to a time."""

from __future__ import annotations

import hashlib
import re
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from benchmarks import callgrind, corpus, frames, jobs, live, offline, run, screens, sides, table
from benchmarks.captures import write_capture
from benchmarks.corpus import Frame, large_frames, shares, small_frames
from benchmarks.pairing import Ratio, interleaved, repeated, timed
from benchmarks.recording import Recording
from benchmarks.rows import ROWS, Bound, Measured, Row
from benchmarks.table import bound_text
from ringback.wire.wabinary import decode, token_table

PAGE = Path(__file__).parents[1] / "addon/ringback/docs/benchmarks.md"
COUNT = 1000


@pytest.fixture(scope="module")
def mix() -> list[Frame]:
    return small_frames(COUNT)


def test_the_mix_has_its_shares() -> None:
    """60 % chatter, 30 % messages, 2 % compressed, 0.5 % calls, the rest queries: 19,980 in all."""
    assert shares(corpus.SMALL_FRAMES) == {
        "chatter": 11_988,
        "message": 5_994,
        "compressed": 400,
        "call": 100,
        "query": 1_498,
    }
    assert sum(shares(corpus.SMALL_FRAMES).values()) == 19_980


def test_frames_are_of_their_kind(mix: list[Frame]) -> None:
    """Each has the size of its kind, is compressed where it says so, and holds the stanza that it names."""
    assert Counter(frame.kind for frame in mix) == shares(COUNT)
    for frame in mix:
        least, most = corpus.SIZES[frame.kind]
        assert least <= frame.size <= most
        decoded = decode(frame.plaintext, token_table(3))
        assert decoded.compressed == (frame.kind == "compressed")
        assert decoded.node.tag == frame.tag
        assert (frame.tag == "call") == (frame.kind == "call")


def test_no_two_frames_are_the_same(mix: list[Frame]) -> None:
    """A cache of what was seen before gains nothing."""
    assert len({frame.plaintext for frame in mix}) == COUNT


def test_large_frames_are_compressed_and_no_call() -> None:
    """One to two million bytes, the flag of compression set."""
    (frame,) = large_frames(1)
    assert 1_000_000 <= frame.size <= 2_000_000
    assert frame.plaintext[0] == 2
    assert frame.tag == "iq"


def test_the_same_seed_gives_the_same_frames(mix: list[Frame]) -> None:
    """On every machine, under every Python; another seed gives others. What zlib makes may differ."""
    stanzas = [repr(decode(frame.plaintext, token_table(3)).node) for frame in mix]
    assert hashlib.sha256("".join(stanzas).encode()).hexdigest()[:16] == "dbaeebc93eeff6bf"
    assert small_frames(50) == small_frames(50)
    assert small_frames(50, seed=1) != small_frames(50)


def test_the_second_row_is_about_every_chatter_frame(mix: list[Frame]) -> None:
    """Messages of 44 to 153 bytes carry frames of 41 to 150."""
    assert {frame.message_bytes in frames.TINY_BYTES for frame in mix if frame.kind == "chatter"} == {True}


def test_every_frame_is_opened_and_every_call_read(mix: list[Frame]) -> None:
    """What is timed does its work: sides of ringback's run over a whole recording."""
    recording = Recording.seal("test", mix)
    sides.check_inspection(recording)
    for side in (sides.bare_decryption, sides.inspection, sides.full_decode):
        assert side(recording)() > 0


def test_a_frame_that_is_not_opened_is_told(mix: list[Frame]) -> None:
    """A recording that is not what it says cannot be measured."""
    recording = Recording.seal("test", mix[:10])
    recording.messages[-1] = recording.messages[-1][:-1] + b"\0"
    with pytest.raises(AssertionError, match="only 9 of 10 frames were opened"):
        sides.check_inspection(recording)


def test_a_capture_is_read_alike_by_both_commands(tmp_path: Path) -> None:
    """`ringback replay` and `mitmdump -r` find the same in the recordings that they are timed on."""
    flows = tmp_path / "mix.flows"
    assert write_capture(flows, 2, frames=400) == 2 * (400 + 3)
    assert write_capture(tmp_path / "other.flows", 1, frames=200, seed=1) == 203
    assert (tmp_path / "other.keys").read_text() not in flows.with_suffix(".keys").read_text()
    offline.check_findings(offline.Commands(flows, tmp_path), tmp_path)


def test_captures_are_read_alike_by_one_process_and_two(tmp_path: Path) -> None:
    """`--jobs 1` and `--jobs 2` print the same of what they are timed on."""
    jobs.write_captures(tmp_path, 2, 1, frames=400)
    jobs.check_same(tmp_path)


def test_a_command_that_fails_is_not_timed() -> None:
    """Its output is told."""
    with pytest.raises(AssertionError, match="--no-such-option"):
        offline.process([sys.executable, "-m", "ringback", "--no-such-option"])()


def test_sides_take_turns() -> None:
    """A B, A B, ...: the first round is not counted, ratios are taken within a round."""
    ran: list[str] = []

    def side(name: str, seconds: float) -> float:
        ran.append(name)
        return seconds * len(ran)

    times = interleaved({"a": lambda: side("a", 1), "b": lambda: side("b", 2)}, 2)
    assert ran == ["a", "b"] * 3
    assert times == {"a": [3, 5], "b": [8, 12]}
    assert Ratio.of(times["b"], times["a"]) == Ratio((8 / 3 + 12 / 5) / 2, 12 / 5, 8 / 3)


def test_calls_have_their_share_of_the_instructions() -> None:
    """What is counted apart is put together as it is mixed, window by window."""
    assert callgrind.Count([100.0, 200.0], 1000.0).mixed(0.5) == [550, 600]
    assert callgrind.Count([100.0, 200.0], 1000.0).mixed(0) == [100, 200]
    counts = [callgrind.Count([number], number * 10) for number in (3.0, 1.0, 2.0)]
    assert callgrind.Count.joined(counts) == callgrind.Count([3.0, 1.0, 2.0], 20.0)


def test_a_short_pass_is_repeated() -> None:
    """The seconds of all its passes are one figure."""
    seconds = iter((1.0, 2.0, 4.0))
    assert repeated(lambda: next(seconds), 3)() == 7


def test_preparation_is_not_timed() -> None:
    """What makes a fresh connection runs before the clock does, once for each pass."""
    order: list[str] = []

    def prepare() -> object:
        order.append("prepare")
        return lambda: order.append("work")

    side = timed(prepare)  # type: ignore[arg-type]
    side()
    side()
    assert order == ["prepare", "work"] * 2


@pytest.mark.parametrize(
    ("bound", "figure", "holds"),
    [
        (Bound(least=16), 16.0, True),
        (Bound(least=16), 15.99, False),
        (Bound(most=1.3), 1.3, True),
        (Bound(most=1.3), 1.31, False),
    ],
)
def test_a_bound_is_kept_or_not(bound: Bound, figure: float, holds: bool) -> None:
    assert bound.holds(figure) is holds


def test_the_page_has_a_place_for_each_python(tmp_path: Path) -> None:
    """`--markdown` replaces what stands between the markers of the running Python and nothing else."""
    page = tmp_path / "page.md"
    text = PAGE.read_text(encoding="utf-8")
    for version in ("3.11", "3.13"):
        assert f"<!-- speed {version} -->" in text
        assert f"<!-- instructions {version} -->" in text
    mark, other = table.block("name"), table.block("instructions")
    kept = f"<!-- {other} -->\nkept\n<!-- end of {other} -->\n"
    page.write_text(f"before\n<!-- {mark} -->\nold\n<!-- end of {mark} -->\nafter\n{kept}", encoding="utf-8")
    row = Row("name", "what it is", "x", Bound(least=2), Bound(least=2))
    table.write_into(page, [Measured(row, Ratio(1.5, 1.25, 2.0), {"one": "1 us"})], {"python": "3"})
    written = page.read_text(encoding="utf-8")
    assert written.startswith(f"before\n<!-- {mark} -->\n\n| what ")
    assert "| what it is | 1.50x | 1.25 to 2.00 | at least 2x | no | one 1 us |" in written
    assert written.endswith(f"\n<!-- end of {mark} -->\nafter\n{kept}")
    assert "old" not in written


def test_what_it_was_measured_with_is_told() -> None:
    """Versions of all that takes part, and nothing that names the machine."""
    around = table.surroundings()
    assert list(around) == ["Python", "mitmproxy", "cryptography", "Node", "Baileys", "processor"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+\S*", around[name]) for name in list(around)[:-1])
    assert around["Baileys"] in PAGE.read_text(encoding="utf-8")


def test_a_page_without_a_place_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("nothing", encoding="utf-8")
    with pytest.raises(ValueError, match=r"page\.md has no markers <!-- speed"):
        table.check_places(page, ["mix-baileys"])


def test_the_page_tells_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    """The page's command line has all that `--help` lists, and `--help` every row."""
    with pytest.raises(SystemExit, match="0"):
        run.parse(["--help"])
    told = capsys.readouterr().out
    options = set(re.findall(r"^  (--\w+)", told, re.MULTILINE))
    assert options == set(re.findall(r"\[(--\w+)", PAGE.read_text(encoding="utf-8")))
    assert set(re.findall(r"^  ([a-z][a-z-]*) ", told, re.MULTILINE)) == set(ROWS)


def test_fewer_rounds_than_are_promised_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """What `--help` says of `--runs` holds."""
    assert run.parse(["--runs", "7"]).runs == 7
    with pytest.raises(SystemExit, match="2"):
        run.parse(["--runs", "6"])
    assert "--runs 6: the median of fewer than 7 rounds says little" in capsys.readouterr().err


def test_the_page_has_every_bound() -> None:
    """What is promised stands beside each row, for either Python, measured or not."""
    promised = [
        f"| `{row.name}` | {row.what} | {' | '.join(bound_text(each, row.unit) for each in bounds)} |"
        for row, bounds in ((row, (row.older, row.newer)) for row in ROWS.values())
    ]
    told = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert told == promised


@pytest.mark.parametrize("benchmark", [live, screens])
def test_help_measures_nothing(benchmark: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    """It tells what would be, and ends; so does an argument that there is not."""
    for arguments, code in ((["--help"], "0"), (["--surprise"], "2")):
        with pytest.raises(SystemExit, match=code):
            benchmark.parse(arguments)
    assert "usage: " in capsys.readouterr().out


def test_the_help_of_live_tells_its_warm_up(capsys: pytest.CaptureFixture[str]) -> None:
    """Few messages are no short run."""
    with pytest.raises(SystemExit, match="0"):
        live.parse(["--help"])
    assert "20,000 messages pass that are not in it" in " ".join(capsys.readouterr().out.split())


def test_every_row_is_measured_by_one_part() -> None:
    assert [name for part in run.PARTS for name in part.NAMES] == list(ROWS)
