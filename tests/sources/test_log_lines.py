"""Lines of clients' logs."""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.errors import StanzaError
from ringback.nodejson import node_to_json
from ringback.sources.log_lines import maybe_parse_line, read_node
from ringback.sources.logged import LoggedStanza
from ringback.stanza import Jid, Node
from support.nodes import any_node
from support.printed_nodes import BAILEYS, PREACCEPT, WHATSMEOW

BLOB = bytes.fromhex("0105f709e4bb13")


def parsed(record: object) -> LoggedStanza | None:
    return maybe_parse_line(record if isinstance(record, str) else json.dumps(record), 7)


def node_in(content: object) -> dict[str, Any]:
    """The pre-accept with its capability's bytes spelled so."""
    node: dict[str, Any] = node_to_json(PREACCEPT)
    node["content"][0]["content"][1]["content"] = content
    return node


PINO = {"level": 10, "time": "2026-05-14T12:00:00.250Z", "xml": BAILEYS, "msg": "xml send"}
DIAG = {
    "schema": "wa-voip-diag/v2",
    "event": "signaling",
    "direction": "out",
    "ts": 1_778_760_000_250,
    "tabId": 12,
    "webVersion": "2.3000.1000000001",
    "node": node_in({"$binary": {"byteLength": 7, "hex": BLOB.hex(), "base64": ""}}),
}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (PINO, LoggedStanza(PREACCEPT, 7, True, 1_778_760_000.25)),
        (
            PINO | {"msg": "recv xml", "time": 1_778_760_000_250},
            LoggedStanza(PREACCEPT, 7, False, 1_778_760_000.25),
        ),
        (DIAG, LoggedStanza(PREACCEPT, 7, True, 1_778_760_000.25, "tab 12", "2.3000.1000000001")),
        (node_to_json(PREACCEPT), LoggedStanza(PREACCEPT, 7)),
        (
            {"n": 1, "dir": "server", "conn": 2, "at": 1_778_760_000.25, "node": node_to_json(PREACCEPT)},
            LoggedStanza(PREACCEPT, 7, False, 1_778_760_000.25, "2"),
        ),
        (
            f"01:00:01.500 [Main/Client/Send DEBUG] {WHATSMEOW}",
            LoggedStanza(PREACCEPT, 7, True, 3601.5, "Main/Client"),
        ),
        (
            f"\x1b[36m[Client/Recv DEBUG] {WHATSMEOW}\x1b[0m",
            LoggedStanza(PREACCEPT, 7, False, None, "Client"),
        ),
    ],
    ids=["pino sent", "pino received", "diag", "node", "decode", "whatsmeow", "whatsmeow in colour"],
)
def test_each_writer_is_recognised(line: object, expected: LoggedStanza) -> None:
    """One stanza in every form: who sent it, when, and whose it is, as far as the line tells."""
    assert parsed(line) == expected


def test_a_time_that_is_none_leaves_the_stanza() -> None:
    """JSON has numbers that are larger than any time."""
    assert parsed(DIAG | {"ts": 10**400}) == LoggedStanza(
        PREACCEPT, 7, True, None, "tab 12", "2.3000.1000000001"
    )


@pytest.mark.parametrize(
    "line",
    [
        "",
        "connected to WA",
        "[]",
        {"level": 30, "msg": "connected to WA"},
        {"tag": "v1.2", "commit": "abc"},
        DIAG | {"event": "ice"},
        DIAG | {"direction": "internal"},
        "12:00:00.000 [Client/Socket DEBUG] Frame is 12 bytes",
    ],
)
def test_other_lines_are_passed_over(line: object) -> None:
    """Logs hold much else; a stanza between two parts of one client is on the wire as well."""
    assert parsed(line) is None


@pytest.mark.parametrize(
    "content",
    [
        {"hex": BLOB.hex()},
        {"$binary": {"hex": BLOB.hex()}},
        {"type": "Buffer", "data": base64.b64encode(BLOB).decode()},
        {"type": "Buffer", "data": list(BLOB)},
        {str(index): byte for index, byte in enumerate(BLOB)},
    ],
)
def test_bytes_are_read_however_they_are_spelled(content: object) -> None:
    """As ringback, meowcaller, Baileys' BufferJSON, Node's Buffer and a bare Uint8Array are serialised."""
    assert read_node(node_in(content)) == PREACCEPT


@pytest.mark.parametrize(
    "content",
    [
        {"hex": "0"},
        {"type": "Buffer", "data": [256]},
        {"type": "Buffer"},
        {"0": "x"},
        {"1": 1},
        [{"attrs": {}}],
    ],
)
def test_what_are_no_bytes_is_refused(content: object) -> None:
    with pytest.raises(StanzaError):
        read_node(node_in(content))


def test_numbers_stand_for_texts() -> None:
    """A script may have written `"t": 5`; what is null is not there."""
    node = read_node({"tag": "call", "attrs": {"t": 5, "e": True, "x": None, "to": "A@lid"}, "content": 3})
    assert node == Node("call", {"t": "5", "e": "true", "to": Jid("A", "lid")}, "3")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"tag": "call", "attrs": [], "content": null}', "the attributes of a node are an object of texts"),
        ('{"tag": "call", "attrs": 0}', "the attributes of a node are an object of texts"),
        ('{"tag": "call", "attrs": {}, "content": {}}', "content is null, a text, bytes, or a list of nodes"),
        (
            '{"tag": "call", "attrs": {"n": 1%s}}' % ("0" * 5_000),
            "it holds a number larger than any of a stanza",
        ),
        ('{"tag": "call", "content": %s' % ("[" * 100_000), "it is nested deeper than a stanza can be"),
    ],
    ids=["list", "number", "nothing", "large", "deep"],
)
def test_what_is_nearly_a_stanza_is_refused_in_plain_words(line: str, told: str) -> None:
    """Nothing is taken for empty that is not, and no message tells of the parser's inside."""
    with pytest.raises(StanzaError) as refused:
        parsed(line)
    assert str(refused.value) == told


@pytest.mark.parametrize("line", ['{"tag": "call", "attrs": {}', PINO | {"xml": "<call"}, DIAG | {"node": 1}])
def test_a_line_that_should_tell_a_stanza_and_does_not_is_refused(line: object) -> None:
    with pytest.raises(StanzaError):
        parsed(line)


@given(
    any_node.map(node_to_json)
    | st.recursive(
        st.none() | st.text() | st.integers(),
        lambda inner: st.dictionaries(
            st.sampled_from(["tag", "attrs", "content", "node", "msg", "xml", "hex", "type", "data"]), inner
        ),
    )
)
def test_any_json_gives_a_stanza_or_a_refusal(record: object) -> None:
    """Nothing but StanzaError is raised, whatever the line holds."""
    with suppress(StanzaError):
        parsed(record)
