"""The gate in front of every publication."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import json
import textwrap
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ringback.errors import LeakError
from ringback.export.leakscan import Leak, LeakKind, checked, scan
from ringback.sanitize.keep import is_protocol_word

NUMBER = "15550" + "001234"
HEX_32 = "c0ffee" * 10 + "ab12"
REAL_V4 = "8.8.4.4"
REAL_V6 = "2600:1f18::17"

LEAKS = [
    ("digits", NUMBER, LeakKind.DIGITS),
    ("seven digits", "x1234567y", LeakKind.DIGITS),
    ("digits of another script", "٠١٢٣٤٥٦", LeakKind.DIGITS),
    ("number with a plus", "+1 (555) 000-12", LeakKind.DIGITS),
    ("phone address", "u-k@s.whatsapp.net", LeakKind.PERSON),
    ("pseudonym", "u-d14-kabcdefg:7@lid", LeakKind.PERSON),
    ("percent address", "bob%40lid", LeakKind.PERSON),
    ("mail", "somebody@example.com", LeakKind.PERSON),
    ("escaped address", "bob&#64;lid", LeakKind.PERSON),
    ("lower-case letter", "a:7@lid", LeakKind.PERSON),
    ("v4", REAL_V4, LeakKind.IP),
    ("v4 with port", f"{REAL_V4}:3478", LeakKind.IP),
    ("private v4", "192.168.1.10", LeakKind.IP),
    ("next to the documentation range", "192.0.3.1", LeakKind.IP),
    ("v6", REAL_V6, LeakKind.IP),
    ("v6 with port", f"[{REAL_V6}]:3478", LeakKind.IP),
    ("v6 at the end of a sentence", f"It was {REAL_V6}.", LeakKind.IP),
    ("local v6", "fe80::1", LeakKind.IP),
    ("packed v4", '<te priority="1">08080404d9c6</te>', LeakKind.IP),
    ("packed v6", f"<rte>{ipaddress.ip_address(REAL_V6).packed.hex()}d9c6</rte>", LeakKind.IP),
    ("packed v4 in a sentence", "sent to 08080404d9c6, it said", LeakKind.IP),
    ("packed v4 in an outline", "te (priority=1): 6 bytes 08080404d9c6", LeakKind.IP),
    ("packed v4 in pairs", "08 08 04 04 d9 c6", LeakKind.IP),
    ("packed v4 in escapes", r"b'\x08\x08\x04\x04\xd9\xc6'", LeakKind.IP),
    ("packed v6 in a sentence", f"to {ipaddress.ip_address(REAL_V6).packed.hex()}d9c6.", LeakKind.RUN),
    ("32 bytes in hex", HEX_32, LeakKind.RUN),
    ("bytes as numbers", ", ".join(map(str, bytes.fromhex(HEX_32))), LeakKind.RUN),
    ("16 bytes in C", ", ".join(f"0x{byte:02x}" for byte in bytes.fromhex(HEX_32)[:16]), LeakKind.RUN),
    ("hex with a break", f"{HEX_32[:20]}\n{HEX_32[20:50]}", LeakKind.RUN),
    ("32 bytes in capitals", HEX_32.upper(), LeakKind.RUN),
    ("spaced hex", " ".join(HEX_32[i : i + 2] for i in range(0, 64, 2)), LeakKind.RUN),
    ("call-id of 16 bytes", "c0ffee" * 5 + "ab", LeakKind.RUN),
    ("32 bytes in base64", base64.b64encode(bytes.fromhex(HEX_32)).decode(), LeakKind.RUN),
    ("32 bytes in base64url", base64.urlsafe_b64encode(bytes(range(200, 232))).decode(), LeakKind.RUN),
    ("UUID", "c0ffeeab-c0fe-4bad-babe-c0ffeec0ffee", LeakKind.RUN),
    ("key log", f"CLIENT_TRANSPORT_KEY {HEX_32} {HEX_32}", LeakKind.KEY_LOG),
    ("candidate key", f"CANDIDATE_KEY * {HEX_32}", LeakKind.KEY_LOG),
    ("seconds", "t = 1795000000", LeakKind.TIME),
    ("milliseconds", "1795000000123", LeakKind.TIME),
    ("grouped seconds", "1,795,000,000", LeakKind.TIME),
    ("microseconds", "1795000000123456", LeakKind.TIME),
    ("moment", "2026-11-22T10:31", LeakKind.TIME),
    ("hour of a day", "2026-11-22T10Z", LeakKind.TIME),
    ("moment in words", "2026-11-22 at 9:31", LeakKind.TIME),
    ("moment of a mail", "Sun, 22 Nov 2026 10:31:45 +0000", LeakKind.TIME),
    ("moment of a log", "Nov 22 10:31", LeakKind.TIME),
    ("moment with a month last", "at 10:31 on 22 November", LeakKind.TIME),
    ("moment in slashes", "11/22/2026, 10:31", LeakKind.TIME),
    ("second of a day", "at 10:31:45", LeakKind.TIME),
    ("digits in entities", "".join(f"&#{ord(digit)};" for digit in NUMBER), LeakKind.DIGITS),
    ("digits in escapes", "".join(f"\\u{ord(digit):04x}" for digit in NUMBER), LeakKind.DIGITS),
    ("digits in percent", "".join(f"%{ord(digit):02X}" for digit in NUMBER), LeakKind.DIGITS),
    ("digits in hex", NUMBER.encode().hex(), LeakKind.DIGITS),
    ("digits in base64", base64.b64encode(NUMBER.encode()).decode(), LeakKind.DIGITS),
    ("address in base64", base64.b64encode(b"somebody@lid").decode(), LeakKind.PERSON),
    ("address in JSON", r"bob\u0040lid", LeakKind.PERSON),
    ("address escaped twice", "bob&amp;#64;lid", LeakKind.PERSON),
]

HARMLESS = [
    "six digits 123456 and 16000 and 3478",
    "A@s.whatsapp.net B.0:7@s.whatsapp.net AB:17@lid CALLID-0001@call GROUP-0002@g.us OTHER@lid",
    "CALLID0001@call, @s.whatsapp.net, 12-A:3@interop",
    "192.0.2.1 198.51.100.254:3478 203.0.113.20 2001:db8::1 [2001:db8::ffff]:3478",
    "call/preaccept/destination/te/@port call-preaccept#call/@from",
    "/call/preaccept/destination/te[2]/@port spec/signalling/call-preaccept/and-so-on/and-so-forth",
    "CIPHERTEXT-PLACEHOLDER-120-BYTES TEXT-PLACEHOLDER-12-CHARS T+12",
    "0105f709e4bb07 and 01 05 f7 09 e4 bb 07",
    '<capability ver="1">0105f709e4bb</capability> capability (ver=1): 6 bytes 0105f709e4bb',
    "te: 6 bytes cb00710a0d96, CB 00 71 0A 0D 96",
    "12, 15, 20, 33, 40, 60 ms; | 12 | 33 | 16000 | 0.95 |",
    "a May call at 12:30, 0:40 long; in March; 3.1.2026; 1:2:3 and 16,000,000 bytes",
    "100 % of 10%, C:\\new, a &amp; b, <te\\[2\\]/> and T+12 T-3",
    '<te priority="1">cb00710a0d96</te>',
    "captured on 2026-11-22, 0.33..0.44 s, 12:30, ringback@0.1.0",
    "the CANDIDATE_KEY lines of a key log; CLIENT_TRANSPORT_KEY too",
    "note: this:: is no address; std::vector neither",
]


@pytest.mark.parametrize(("text", "kind"), [leak[1:] for leak in LEAKS], ids=[leak[0] for leak in LEAKS])
def test_what_could_identify_is_found_at_its_place(text: str, kind: LeakKind) -> None:
    """Each kind is found, once, with line and column, wherever the text begins."""
    (leak,) = scan(f"fine\n  see {text}")
    assert (leak.kind, leak.line) == (kind, 2)
    start = leak.column - 1
    assert 6 <= start < 6 + len(text)
    assert start + leak.length <= 6 + len(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_identifies_nobody_passes(text: str) -> None:
    """Placeholders, protocol words, documentation addresses and versions may be published."""
    assert scan(text) == []
    assert checked(text, name="x") == text


@pytest.mark.parametrize("version", ["2.3000.1015901307", "2.25.37.76"])
def test_versions_are_excused_only_as_those_that_are_known(version: str) -> None:
    """Exactly the version of a client of the evidence stands: no part of it, nothing longer, no other."""
    text = f'version="{version}" WEB {version}, {version}.'
    assert scan(text, versions={version}) == []
    assert len(scan(text)) == 3
    for other in (version[:-1] + "8", f"1{version}", f"x{version}", f"{version}x"):
        assert scan(other, versions={version}), other
    for digits in ("2.3000.10159013071", "1015901307", "3.3000.1015901307", "2.3000.1015901307.1"):
        assert scan(digits, versions={version}), digits


@pytest.mark.parametrize("run", range(5, 10))
def test_seven_digits_are_the_limit(run: int) -> None:
    """Six digits pass, seven and more do not."""
    assert bool(scan("7" * run)) is (run >= 7)


@pytest.mark.parametrize("length", [30, 31, 32, 33, 64])
def test_sixteen_bytes_of_hex_are_the_limit(length: int) -> None:
    """A capability passes, a call-id and a key do not."""
    assert bool(scan(("abcdef" * 11)[:length])) is (length >= 32)


def test_a_place_is_told_once() -> None:
    """An address with a phone number in it is one leak, told as the address."""
    assert scan(f"{NUMBER}:7@s.whatsapp.net") == [Leak(1, 1, LeakKind.PERSON, len(NUMBER) + 17)]


def test_leaks_come_in_the_order_of_the_text() -> None:
    """By line and column, whichever rule found them."""
    leaks = scan(f"{REAL_V4} {NUMBER}\n{HEX_32} {NUMBER}")
    assert [leak.kind for leak in leaks] == [LeakKind.IP, LeakKind.DIGITS, LeakKind.RUN, LeakKind.DIGITS]
    assert [(leak.line, leak.column) for leak in leaks] == [(1, 1), (1, 9), (2, 1), (2, 66)]


@given(st.text("ABCxyz019.:@-+=/<te> \n", max_size=80))
def test_any_text_is_scanned(text: str) -> None:
    """Nothing is raised, and every place lies within the text."""
    lines = text.split("\n")
    for leak in scan(text, known=("Marked Name",)):
        assert 1 <= leak.line <= len(lines)
        assert 1 <= leak.column <= len(lines[leak.line - 1])


@given(st.binary(min_size=32, max_size=64))
def test_keys_are_found_in_hex_and_base64(key: bytes) -> None:
    """32 bytes or more never pass, in either spelling."""
    assert scan(key.hex())
    assert scan(base64.b64encode(key).decode())
    assert scan(base64.urlsafe_b64encode(key).decode())


BREAKS = ("\n", "\r\n  ", " ", '" "', "'\n    '", '" +\n  "', "\\n", "\\\n", "\n> ", "\n- ", ",\n", "\n# ")


@given(st.integers(0, 9999), st.integers(10, 42), st.sampled_from(BREAKS), st.booleans())
def test_broken_keys_are_found(seed: int, width: int, separator: str, is_hex: bool) -> None:
    """A key that is broken over lines, blanks or quotes is found where it stands, among sentences."""
    key = hashlib.sha256(str(seed).encode()).digest()
    spelled = key.hex() if is_hex else base64.b64encode(key).decode()
    broken = separator.join(spelled[start : start + width] for start in range(0, len(spelled), width))
    leaks = scan(f"The key of this session:\n  {broken}\nand nothing after it.")
    assert leaks
    assert leaks[0].line == 2


def test_a_leak_in_an_encoding_is_placed_in_the_text() -> None:
    """Line, column and length are those of the spelling, not of what it means."""
    spelled = "".join(f"&#{ord(character)};" for character in NUMBER)
    assert scan(f"one &amp; two\n  {spelled} three") == [Leak(2, 3, LeakKind.DIGITS, len(spelled))]
    broken = f"{HEX_32[:20]}\n {HEX_32[20:50]}"
    assert scan(f"&lt;a&gt;\n {broken}") == [Leak(2, 2, LeakKind.RUN, len(broken))]


MARKED = "Zoë Mustermann"


@pytest.mark.parametrize(
    "spelled",
    [
        MARKED,
        MARKED.upper(),
        MARKED.swapcase(),
        f"x{MARKED}x",
        quote(MARKED),
        "".join(f"%{byte:02x}" for byte in MARKED.encode()),
        MARKED.encode().hex(),
        MARKED.encode().hex().upper(),
        MARKED.encode().hex(":"),
        str(list(MARKED.encode())),
        repr(MARKED.encode()),
        ascii(MARKED),
        json.dumps(MARKED),
        "".join(f"\\u{ord(character):04X}" for character in MARKED),
        MARKED.replace("ë", "&euml;"),
        MARKED.replace("ë", "&amp;#235;"),
        "".join(f"&#x{ord(character):x};" for character in MARKED),
        MARKED.replace("ë", "_x00EB_"),
        MARKED.replace(" ", "\n    "),
        MARKED.replace("tt", "t\\\n  t"),
        "\n".join(textwrap.wrap(MARKED.encode().hex(), 8)),
        *(base64.b64encode(b"-" * offset + MARKED.encode() + b"-" * 5).decode() for offset in range(3)),
        base64.urlsafe_b64encode(MARKED.encode()).decode(),
        "\n".join(textwrap.wrap(base64.b64encode(MARKED.encode()).decode(), 8)),
        quote(base64.b64encode(MARKED.encode()).decode()),
    ],
)
def test_known_identities_are_found_in_every_spelling(spelled: str) -> None:
    """A name that the evidence held is found plain, escaped, broken, in hex and in base64."""
    assert LeakKind.IDENTITY in {leak.kind for leak in scan(f"see {spelled} here", known={MARKED})}


@pytest.mark.parametrize(
    "spelled", ["08 08 04 04 d9 c6", "CAgEBNnG", "08080404D9c6", r"\x08\x08\x04\x04\xd9\xc6"]
)
def test_known_bytes_are_found(spelled: str) -> None:
    """A packed address of the evidence, in hex and base64."""
    assert [leak.kind for leak in scan(f"at {spelled}.", known={bytes.fromhex("08080404d9c6")})] == [
        LeakKind.IDENTITY
    ]


@given(st.text(min_size=5, max_size=40), st.text(max_size=20), st.text(max_size=20))
def test_an_identity_is_found_wherever_it_stands(identity: str, before: str, after: str) -> None:
    """At the edges of the text, of a line, and over the end of a line."""
    text = f"{before}{identity}{after}"
    assume(not is_protocol_word(identity) and not is_protocol_word(identity.lower()))
    assert scan(text, known={identity})


def test_an_address_without_a_user_is_nobodys() -> None:
    """`:0@lid` and `.1:2@lid` name a device of none; a number in front is somebody."""
    assert scan("from :0@lid to .1:2@lid") == []
    assert [leak.kind for leak in scan("from 1234:0@lid")] == [LeakKind.PERSON]


def test_short_names_must_stand_alone() -> None:
    """`Bob` is no part of `bobbin`; two letters and words of the protocol tell nobody apart."""
    assert scan("a bobbin", known={"Bob"}) == []
    assert [leak.length for leak in scan("from BOB.", known={"Bob"})] == [3]
    assert scan("A and audio", known={"A", "audio", "Audio"}) == []


def test_a_name_is_found_where_only_folding_shows_it() -> None:
    """`Strasse` is `Straße` in another case; where it stands cannot be told, that it does is."""
    assert [leak.kind for leak in scan("in STRASSE 1", known={"Straße 1"})] == [LeakKind.IDENTITY]


def test_a_leak_is_never_repeated() -> None:
    """Neither the leak nor the error that refuses the export has the value in it."""
    text = f"first\nsecond {NUMBER} {REAL_V4} {MARKED}"
    with pytest.raises(
        LeakError, match=r"a\.yaml was not written.*line 2, column 8: digit run of 11"
    ) as refused:
        checked(text, name="a.yaml", known={MARKED})
    shown = f"{refused.value} {refused.value!r} {scan(text, known={MARKED})}"
    assert not any(value in shown for value in (NUMBER, REAL_V4, MARKED))


def test_many_leaks_make_one_line() -> None:
    """The message names the first places and counts the others; all of them are in the error."""
    with pytest.raises(LeakError, match=r"and 4 more$") as refused:
        checked(f"{NUMBER}\n" * 9, name="a.yaml")
    assert len(refused.value.places) == 9
