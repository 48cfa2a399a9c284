"""YAML as a located tree: what is read, and what is refused in which line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.events import Event

from ringback.errors import SpecError
from ringback.spec.document import MAX_DEPTH, Fields, Items, Scalar, parse_document
from support.specfiles import STANZA

FILE = Path("some.yaml")


def test_every_node_knows_its_line_and_kind() -> None:
    """Lines are counted from 1, kinds are those of YAML 1.2: `yes` and quoted numbers are text."""
    document = parse_document("a: 1\nb:\n  - yes\n  - '2'\n  - true\n  -\n  - 2026-11-22\nc: {d: e}\n", FILE)
    assert document == Fields(
        {
            "a": Scalar("1", "number", 1),
            "b": Items(
                (
                    Scalar("yes", "text", 3),
                    Scalar("2", "text", 4),
                    Scalar("true", "truth value", 5),
                    Scalar("", "nothing", 6),
                    Scalar("2026-11-22", "date", 7),
                ),
                3,
            ),
            "c": Fields({"d": Scalar("e", "text", 8)}, {"d": 8}, 8),
        },
        {"a": 1, "b": 2, "c": 8},
        1,
    )


def test_folded_and_literal_text_is_read_asyaml_says() -> None:
    """`>` joins lines, `|` keeps them; the line is where the text starts."""
    document = parse_document("a: >\n  one\n  two\nb: |\n  one\n  two\n", FILE)
    assert isinstance(document, Fields)
    assert document.values["a"] == Scalar("one two\n", "text", 1)
    assert document.values["b"] == Scalar("one\ntwo\n", "text", 4)


REFUSED = [
    ("", 1, "empty"),
    ("# only a comment\n", 1, "empty"),
    ("a: [1\nb: 2\n", 2, "not YAML: expected ',' or ']'"),
    ("a: 1\n\tb: 2\n", 2, "not YAML: "),
    ("a: b: c\n", 1, "not YAML: mapping values are not allowed here"),
    ("a: 1\nb: 'x\n", 3, "not YAML: found unexpected end of stream"),
    ("a: 1\nb: \x01\n", 2, "not YAML: character U\\+0001"),
    ('a: 1\nb: "\\x1b[31m"\n', 2, "character U\\+001B: expected text that can be printed"),
    ('a: "\\ud800"\n', 1, "character U\\+D800"),
    ('a: 1\nb: "\\U00110000"\n', 2, "not YAML: "),
    ('a: 1\nb: "\\UFFFFFFFF"\n', 2, "not YAML: the parser stopped"),
    ("%YAML 1." + "9" * 5000 + "\n---\na: 1\n", 1, "not YAML: "),
    ("a: 1\nb: 2\na: 3\n", 3, "key 'a' is given twice, first in line 1"),
    ("a: {b: 1,\n  b: 2}\n", 2, "key 'b' is given twice, first in line 1"),
    ("? [a]\n: 1\n", 1, "expected a word"),
    ("a: 1\nb: {? {c: 1} : 2}\n", 2, "expected a word"),
    ("a: &x 1\nb: *x\n", 2, "alias \\*x: write the value out"),
    ("a: &x [*x]\n", 1, "alias \\*x"),
    ("a: !!python/object/apply:os.system [date]\n", 1, "tag tag:yaml.org,2002:python/object/apply:os.system"),
    ("a: !!str 5\n", 1, "tag tag:yaml.org,2002:str: expected a plain value"),
    ("a: !mine {b: 1}\n", 1, "tag !mine"),
    ("a: 1\n---\nb: 1\n", 2, "a second document"),
    ("%YAML 2.0\n---\na: 1\n", 1, "not YAML: found incompatible YAML document"),
]


@pytest.mark.parametrize(("text", "line", "reason"), REFUSED)
def test_what_no_specification_file_needs_is_refused_in_its_line(text: str, line: int, reason: str) -> None:
    """Broken YAML, several documents, repeated keys, aliases, tags and unprintable characters."""
    with pytest.raises(SpecError, match=reason) as caught:
        parse_document(text, FILE)
    assert (caught.value.file, caught.value.line) == (FILE, line)


def test_a_bomb_of_aliases_is_refused_at_its_first_alias() -> None:
    """Billion laughs: nine aliases of nine aliases and so on are never expanded."""
    bomb = "a0: &a0 lol\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
    with pytest.raises(SpecError, match=re.escape("some.yaml:2: alias *a0")):
        parse_document(bomb, FILE)


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("{a: ", "}")])
def test_nesting_is_read_up_to_its_limit(opening: str, closing: str) -> None:
    """At the limit, one past it, and far past it where a parser that recurses would run out of stack."""
    levels = MAX_DEPTH - 1
    assert parse_document(opening * levels + "1" + closing * levels, FILE).line == 1
    for deep in (MAX_DEPTH, 100_000):
        with pytest.raises(SpecError, match="nested deeper than 64 levels"):
            parse_document(opening * deep + "1" + closing * deep, FILE)


yaml_like = st.text(st.sampled_from(list("ab:- \n'\"[]{},&*!|>%#?\\\t0x~@`")), max_size=60) | st.text(
    max_size=40
)


def refusal(text: str) -> SpecError | None:
    """What is wrong with the text, None where it is a document."""
    try:
        parse_document(text, FILE)
    except SpecError as error:
        return error
    return None


@given(yaml_like)
@example("---\n...\n---\n")
@example("a: !<")
@example("- - - \n -")
def test_any_text_is_a_tree_or_refused_with_a_line(text: str) -> None:
    """Nothing but our error leaves the parser, and it always names a line of the file."""
    error = refusal(text)
    assert error is None or (error.line is not None and 1 <= error.line <= len(text) + 1)


escapes = st.builds("\\U{:08X}".format, st.integers(0, 0xFFFFFFFF)) | st.builds(
    "\\{}".format, st.sampled_from('0abtnvfre xuUNLP_\n"/')
)


@given(st.lists(escapes, max_size=5))
def test_any_escape_is_a_character_or_refused_in_its_line(written: list[str]) -> None:
    """Quoted text may spell any number as a character; one that is none is our error."""
    error = refusal('a: 1\nb: "' + "".join(written) + '"\n')
    assert error is None or error.line is not None


@pytest.mark.parametrize("failure", [RecursionError("deep"), MemoryError(), KeyError("x"), IndexError()])
def test_whatever_theyaml_library_raises_is_refused(
    failure: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also what it was never seen to raise; the line is that of the event read last."""

    def events(yaml: YAML, text: str) -> Iterator[Event]:
        yield from islice(whole(yaml, text), 5)
        raise failure

    whole = YAML.parse
    monkeypatch.setattr(YAML, "parse", events)
    error = refusal("a: 1\nb: 2\n")
    assert error is not None
    assert error.line == 1
    assert type(failure).__name__ in error.reason


@given(st.integers(0, len(STANZA)), st.integers(0, 5), st.text(max_size=3))
def test_a_damaged_file_is_a_tree_or_refused(at: int, gone: int, new: str) -> None:
    """The same for a real file with a few characters lost or put in."""
    error = refusal(STANZA[:at] + new + STANZA[at + gone :])
    assert error is None or error.line is not None
