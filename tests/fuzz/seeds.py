"""Inputs that the fuzzer starts with: valid ones, made here of nothing real."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from functools import cache

from ringback.eventrecords import record_line, records_of, start_record, summary_record
from ringback.eventschema import SCHEMA
from ringback.gate.baseline import SCHEMA as BASELINE_SCHEMA
from ringback.nodejson import node_to_json
from ringback.observations import Funnel
from ringback.sanitize import Placeholders
from ringback.stanza import Node, from_text, to_text
from ringback.wire.wabinary import encode, token_table
from support.flowfiles import FLOW
from support.flows import START, flow_bytes, websocket_flow
from support.noise_peer import NoisePair, client_payload, framed
from support.partfiles import PART
from support.partfiles import PREACCEPT as PREACCEPT_PART
from support.specfiles import HANDS, STANZA
from support.viewing import observed_call
from support.wabinary_cases import READ, WRITTEN
from support.wire_driver import CALL, CALL_ACK, IQ, MESSAGE_ACK, RECEIPT, SUCCESS

_OFFER = from_text(
    '<call from="A@lid" id="3EB0AA" t="1700000000"><offer call-id="CALLID-0001" call-creator="A:7@lid">'
    '<audio enc="opus" rate="16000"/><net medium="2"/><destination><to jid="B:1@lid"/></destination>'
    "</offer></call>"
)
_BARE = Node("receipt", {"id": "R2", "from": "s.whatsapp.net"})
_NOTICE = Node("notification", {"type": "devices"}, (Node("device", {"id": "16000"}, b"\0\1\2"),))
STANZAS = (CALL, CALL_ACK, IQ, MESSAGE_ACK, RECEIPT, SUCCESS, _OFFER, _BARE, _NOTICE)


@cache
def _bodies() -> list[bytes]:
    """Plaintexts without their flag byte, in the tables of both versions."""
    return [encode(node, token_table(dictionary))[1:] for dictionary in (3, 2) for node in STANZAS]


def _piece(data: bytes) -> bytes:
    return bytes([len(data)]) + data


def _frames() -> list[bytes]:
    stream = NoisePair().client_hello + framed(b"abc", bytes(20))
    return [b"\0" + stream, b"\2\1\7" + stream, b"\0" + NoisePair(2, b"route").client_hello]


def _openings() -> list[bytes]:
    return [NoisePair(3, route, "IK").client_hello for route in (None, b"route")]


def _handshakes() -> list[bytes]:
    scripts = []
    for pattern in ("XX", "IK", "XXfallback"):
        pair = NoisePair(pattern=pattern)
        frames = [
            (ours, content[3 + 4 * (number == 0) :]) for number, (ours, content) in enumerate(pair.handshake)
        ]
        scripts.append(b"".join(bytes([not ours]) + _piece(frame[:255]) for ours, frame in frames))
    short = [bytes.fromhex(text) for text in ("12220a20", "1a260a20", "220612010012")]
    plain = (
        b"\0" + _piece(short[0] + bytes(32)),
        b"\1" + _piece(b"\x1a\x28\x0a\x20" + bytes(32) + b"\x12\0\x1a\0"),
        b"\0" + _piece(b"\x22\x04\x0a\0\x12\0"),
    )
    return [*scripts, b"".join(plain)]


def _payloads() -> list[bytes]:
    return [client_payload(), client_payload(device=None), client_payload(username=None, push_name=None)]


def _keylogs() -> list[bytes]:
    pair = NoisePair()
    log = (pair.key_log + "# comment\nCANDIDATE_KEY * 11\n" + pair.candidate_lines).encode()
    return [b"\0" + log, b"\1\5" + b"\xef\xbb\xbf" + log.replace(b"\n", b"\r\n")]


def _wabinary() -> list[bytes]:
    spelled = [bytes.fromhex(text) for text, _ in WRITTEN + READ if len(text) < 200]
    nodes = [bytes([number // len(STANZAS)]) + b"\0" + body for number, body in enumerate(_bodies())]
    return [*nodes, *(b"\0\0\xf8\x03\x64\x08" + each for each in spelled)]


def _zlib() -> list[bytes]:
    return [b"\0\3" + body for body in _bodies()[:9]] + [b"\0\7" + zlib.compress(_bodies()[0])]


def _policies() -> list[bytes]:
    bodies = _bodies()[:9]
    mixed = b"".join(bytes([number % 2]) + _piece(body) for number, body in enumerate(bodies))
    # What may belong to a call, each in spellings enough that the names that tell so are met in all of them.
    spelled = [
        b"\0"
        + b"".join(bytes([4 + 8 * (seed % 5 == 0), seed]) + _piece(body) for seed in range(start, start + 12))
        for body in (bodies[STANZAS.index(node)] for node in (CALL, CALL_ACK, RECEIPT, SUCCESS))
        for start in range(0, 48, 12)
    ]
    old = b"".join(b"\0" + _piece(body) for body in _bodies()[9:])
    return [b"\0" + mixed, b"\2" + mixed, b"\x34\5\x11\0" + mixed, b"\1" + old, b"\3" + old, *spelled]


def _connections() -> list[bytes]:
    call, ack = _bodies()[0], _bodies()[1]
    start = b"\4\4\4"
    good = b"\x0e" + _piece(call) + b"\x8e" + _piece(ack)
    return [
        bytes([8]) + start + good + b"\x8f" + _piece(call) + b"\x0c",
        bytes([0]) + start + good + b"\6\0",
        bytes([8 | 2]) + b"\5\3\x11\5\2\x07" + good + b"\x0b\x40",
        bytes([8 | 4 | 32]) + good + b"\3\2" + good + b"\2" + _piece(call) + b"\x09\x03" + good,
        bytes([8])
        + b"\3\4"
        + good
        + b"\x8a"
        + _piece(bytes(40))
        + b"\x08\1"
        + _piece(call)
        + _piece(ack)
        + b"\2\1",
        bytes([8 | 32]) + b"\x0a" + _piece(b"ab" + framed(bytes(20))) + b"\5\0" + good + b"\x0b\x09",
        bytes([8 | 16 | 1]) + b"\0" + _piece(b"GET / HTTP/1.1\r\n") + b"\7" + _piece(b"text"),
    ]


def _xml() -> list[bytes]:
    marked = (
        b'<call xmlns:rb="urn:ringback:stanza:1" rb:text="from" from="A@lid" id="1" rb:id.2="2">'
        b'<te rb:content="bytes"/><x rb:content="text"> 1@lid </x><y rb:content="list"/>'
        b'<iq xmlns="w:p" rb:jid="to" to="a_x0040_b@lid"/></call>'
    )
    return [*(to_text(node).encode() for node in STANZAS), marked]


def _json() -> list[bytes]:
    twice = Node("call", {"id": "1"}, (), (("id", "2"),))
    return [json.dumps(node_to_json(node)).encode() for node in (*STANZAS, twice)]


def _printed() -> list[bytes]:
    return [
        b"<call from='A@lid' id='1'>\n  <preaccept call-id='C'>\n    <te>0a0b</te>\n  </preaccept>\n</call>",
        b'<ack class="call" id="1"/>',
        b'<call id="it\'s"><enc><!-- 12 bytes --></enc><x>text</x></call>',
    ]


def _names() -> list[bytes]:
    texts = (
        *(
            "1@lid",
            "A.0:7@s.whatsapp.net",
            "1-2:3@interop",
            "stream:error",
            "_x0041_",
            "xmlns",
            "",
            "\x1b[31m",
        ),
        *("c-H32-qhtzkrwbvn", "u-d14-kqfwzhtbra", "T+12", "T-100000", "\u202e", "\\x"),
    )
    return [text.encode() for text in texts] + [b"\xff\xfe"]


def _sighted() -> list[bytes]:
    bodies = _bodies()
    return [
        b"".join(bytes([number]) + _piece(body) for number, body in enumerate(bodies[:6])),
        b"\7" + _piece(bodies[6]) + b"\2" + _piece(bodies[0]) + b"\1" + _piece(bodies[1]),
    ]


def _hars() -> list[bytes]:
    messages = [
        {"type": "send", "time": 12.5, "opcode": 2, "data": "YWJj"},
        {"type": "receive", "time": 13, "opcode": 1, "data": "text"},
        {"type": "send"},
    ]
    entry = {"request": {"url": "wss://web.example.org:8443/ws"}, "_webSocketMessages": messages}
    return [json.dumps({"log": {"version": "1.2", "entries": [{}, entry]}}).encode()]


def _logs() -> list[bytes]:
    node = {"tag": "call", "attrs": {"from": "A@lid", "n": 1}, "content": [{"tag": "te", "attrs": None}]}
    contents = (
        {"hex": "0a"},
        {"$binary": {"hex": "0a"}},
        {"type": "Buffer", "data": [1]},
        {"0": 7},
        "x",
        True,
    )
    spelled = [
        {"tag": "te", "attrs": {}, "content": content, "at": "2023-11-14T22:13:20Z"} for content in contents
    ]
    diag = {"schema": "wa-voip-diag/v2", "event": "signaling", "direction": "in", "ts": 1.7e12, "tabId": 3}
    pino = {"xml": "<call id='1'/>", "msg": "recv xml", "time": 1_700_000_000_000}
    lines = [
        node,
        pino,
        {**diag, "node": node, "webVersion": "2.3000.1"},
        {"node": node, "dir": "out"},
        *spelled,
    ]
    printed = b'12:00:00.000 [Client/Recv DEBUG] <call id="1"><offer/></call>\n\x1b[36m[Send DEBUG] <ack/>'
    return [*(json.dumps(line).encode() for line in lines), printed]


def _records() -> list[bytes]:
    place = {
        "capture": "c",
        "connection": 1,
        "flow": "f",
        "direction": "client",
        "frame": 1,
        "message": 2,
        "at": 3.5,
    }
    told = [record_line(start_record())]
    for observed in observed_call():
        told += [record_line(record) for record in records_of(observed, Placeholders())]
    others = [
        {"type": "closed", "reason": "no key", "size": 3, **place},
        {"type": "gap", "skipped": 3, **place},
        {
            "type": "unread",
            "counter": 1,
            "error": {"offset": 1, "path": "", "expected": "a", "got": "b"},
            **place,
        },
        {
            "type": "client",
            "platform": "WEB",
            "version": "2.3",
            "device": 1,
            "further": {"model": "x"},
            **place,
        },
        {"type": "handshake", "pattern": "XX", **place},
        {"type": "recognised", "dictionary": 3, "table": 3, **place},
        {"type": "resumed", "counter": 3, **place},
        {"type": "ignored", "why": "x", **place},
        {"type": "lost", "records": 2},
    ]
    lines = [json.dumps({"schema": SCHEMA, **record}) + "\n" for record in others]
    return [line.encode() for line in (*told, *lines, record_line(summary_record(Funnel())))]


def _documents() -> list[bytes]:
    one, other = to_text(STANZAS[0]).encode(), to_text(STANZAS[1], pretty=False).encode()
    return [one, one + b"\n" + other, b"<?xml version='1.0'?>\n<log><!-- x -->" + one + other + b"</log>"]


def _capture_files() -> list[bytes]:
    head = (
        "id: a-capture\nsource:\n  technique: websocket-capture\nstanza_tag: call\n"
        "direction: incoming\nconfidence: probable\nsanitized: true\nraw:\n"
    )
    bodies = (
        "  format: xml\n  body: |\n    <call id='1'>\n      <preaccept/>\n    </call>\n",
        f"  format: hex\n  body: {('00' + _bodies()[0].hex())}\n",
        '  format: json\n  body: \'{"tag": "call", "attrs": {}}\'\n',
        "  format: base64\n  body: APgBZA==\n",
    )
    return [(head + body).encode() for body in bodies]


def _beginnings() -> list[bytes]:
    return [
        each[0][:200] for each in (_hars(), _records(), _documents(), _capture_files(), _logs(), _keylogs())
    ] + [
        b"SQLite format 3\0",
        b"12:9:websocket;",
        b"\x37\x7f\x06\x82",
        b"12:00:00.000 [Client/Recv DEBUG] <call/>",
    ]


@cache
def small_flow(*spoken: tuple[bool, bytes]) -> bytes:
    """A flow file of these messages, the same each time."""
    flow = websocket_flow(spoken)
    flow.id = flow.client_conn.id = flow.server_conn.id = "11111111-1111-4111-8111-111111111111"
    flow.timestamp_created = START
    return flow_bytes([flow])


def _flow_files() -> list[bytes]:
    odd = (b"\1\0\3\2\1\1", b"\1\3\x10\1\5\2\3", b"\3\3\x0f\2\1\1\1\7")
    return [b"\0" + small_flow((True, b"x")), *odd]


_SMALL = (
    STANZA[: STANZA.index("    observed_values")]
    + STANZA[STANZA.index("children:") : STANZA.index("    provenance:\n      techniques: [memory")]
)


def _stanza_files() -> list[bytes]:
    return [STANZA.encode(), _SMALL.encode()]


def _yaml() -> list[bytes]:
    odd = (
        "a: {b: [1, 0x1F, ~, yes, 2001-01-01], 'c': \"\\u0041\"}\nd: >\n  e\n  f\n? g\n: - h\n  - |\n    i\n"
    )
    return [odd.encode(), _SMALL.encode(), b"a: &x 1\nb: *x\n", b"--- !!str a\n...\n---\nb\n"]


def _filters() -> list[bytes]:
    return [
        text.encode()
        for text in (
            *(
                "severity >= warning and not code ~ ack*",
                "call = CALLID-0001 or (device:B:17@lid)",
                "preaccept",
            ),
            *(
                "question = 3 && time > 22:13",
                "time <= +2m || 'two words'",
                'text !~ "a\\"b"',
                "build ~ 2.3*",
            ),
            *(
                "time = 2023-11-14T22:13:20.5",
                "stance != silent and confidence < probable",
                "action = [a-z]*",
            ),
        )
    ]


def _baselines() -> list[bytes]:
    names = ("place", "code", "severity", "spec", "fact", "stance")
    entry = {"place": "/call/@from", "code": "attribute-type", "severity": "error", "spec": "call-preaccept"}
    whole = {**entry, "fact": "call/@from", "count": 2}
    return [
        json.dumps({"schema": BASELINE_SCHEMA, "findings": [each]}).encode()
        for each in (whole, {**entry, "count": 1}, dict.fromkeys(names, "x"))
    ]


def _row_scripts() -> list[bytes]:
    """Each value of the first rows spoiled by itself, and some together."""
    alone = [b"\1" + place.to_bytes(2, "big") + bytes([place * 7 % 32]) for place in range(0, 160, 4)]
    return [*alone, b"\0", b"\0\0\5\x80\3abc\0\x33\xc0\2ab", b"\4\0\x40\x0e\0\x41\x0f"]


SEEDS: dict[str, Callable[[], list[bytes]]] = {
    "frames": _frames,
    "opening": _openings,
    "handshake": _handshakes,
    "client-payload": _payloads,
    "keylog": _keylogs,
    "wabinary": _wabinary,
    "wabinary-zlib": _zlib,
    "policy": _policies,
    "connection": _connections,
    "stanza-xml": _xml,
    "stanza-json": _json,
    "node-text": _printed,
    "names": _names,
    "inspection": _sighted,
    "har": _hars,
    "logs": _logs,
    "events": _records,
    "document": _documents,
    "capture-file": _capture_files,
    "recognition": _beginnings,
    "flow-file": _flow_files,
    "spec-yaml": _yaml,
    "spec-stanza": _stanza_files,
    "spec-edit": lambda: [b"\0" + each for each in _stanza_files()] + [b"\x0b" + STANZA.encode()],
    "spec-flow": lambda: [FLOW.encode(), HANDS.encode()],
    "spec-part": lambda: [PART.encode(), PREACCEPT_PART.encode()],
    "template": lambda: [
        PREACCEPT_PART.partition("send it.\n")[2].encode(),
        b"<call [to] id='1'/>",
        b"<a>...</a>",
    ],
    "filter": _filters,
    "baseline": _baselines,
    "hosts": lambda: [b"*.example.org\nweb.example.org:443", b"[2001:db8::1]:80", b"192.0.2.1"],
    "ledger-file": lambda: [
        b"\1",
        b"\1\0\x64\3abcd\x10\0\7rubbish!",
        b"\2\x02\0\x0f" + bytes(16),
        b"\0SQLite format 3\0",
    ],
    "ledger-rows": _row_scripts,
    "ledger-text": lambda: [
        b'[["os version", "0.1"]]',
        b"<value>x</value>",
        b'{"code":"a","severity":"error","stance":"silent","path":["call"],"message":"m",'
        b'"fact":["s","p","probable",["t"]],"questions":["q/1"]}',
    ],
}
