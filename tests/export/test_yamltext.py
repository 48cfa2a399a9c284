"""The YAML that captures are written in."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from ringback.export.yamltext import render_yaml


def read(text: str, version: tuple[int, int]) -> Any:
    yaml = YAML(typ="safe", pure=True)
    yaml.version = version
    return yaml.load(text)


NUMBERS = [
    "7E10",
    "00001",
    "0x1F",
    "0o17",
    "1_000",
    "12:30:45",
    "3478",
    "-1",
    "+1",
    ".5",
    ".inf",
    "1e3",
    "0b11",
]
WORDS = [
    "true",
    "no",
    "Off",
    "y",
    "null",
    "~",
    "NaN",
    ".nan",
    "2026-11-22",
    "",
    " ",
    "a: b",
    "a #b",
    "- a",
    "?",
]


@pytest.mark.parametrize("version", [(1, 1), (1, 2)])
@pytest.mark.parametrize("text", NUMBERS + WORDS)
def test_what_is_text_stays_text(text: str, version: tuple[int, int]) -> None:
    """No string is read as a number, a truth value, a date or nothing, by either version of YAML."""
    assert read(render_yaml({"key": text, "list": [text]}), version) == {"key": text, "list": [text]}


def test_numbers_stand_in_quotes() -> None:
    """Every string that could be a number is quoted, ordinary words are not."""
    assert render_yaml({"a": "7E10", "b": "opus", "c": True}) == 'a: "7E10"\nb: opus\nc: true\n'


documents = st.recursive(
    st.booleans() | st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(NUMBERS),
    lambda inner: (
        st.lists(inner.filter(lambda item: not isinstance(item, list)), max_size=3)
        | st.dictionaries(st.sampled_from("abcdef"), inner, min_size=1, max_size=3)
    ),
    max_leaves=8,
)


@pytest.mark.parametrize("version", [(1, 1), (1, 2)])
@given(document=st.dictionaries(st.sampled_from("abcdef"), documents, min_size=1, max_size=3))
@example(document={"a": "first\n  indented\n\nlast\n"})
@example(document={"a": " starts blank\n", "b": "no end", "c": "two ends\n\n"})
@example(document={"a": [{"b": "x\ny\n", "c": ["d"]}]})
def test_documents_come_back(document: dict[str, Any], version: tuple[int, int]) -> None:
    """Any tree of texts, truth values, lists and keys reads as what was written. Lists within lists and empty
    mappings, which no capture has, are left out."""
    assert read(render_yaml(document), version) == document
