"""XML that wants to read something else, or to grow: through every way that XML comes in."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from lxml import etree

from ringback.cli import main
from ringback.errors import RingbackError
from ringback.sources.documents import iter_xml
from ringback.stanza import from_text
from ringback.stanza.xml import safe_parser

ENTITY = '<!DOCTYPE call [<!ENTITY x SYSTEM "{address}">]>\n<call id="P-1"><x>&x;</x></call>'
PARAMETER = '<!DOCTYPE call [<!ENTITY % x SYSTEM "{address}"> %x;]>\n<call id="P-1"/>'
OUTSIDE = '<!DOCTYPE call SYSTEM "{address}">\n<call id="P-1"/>'
INCLUDED = (
    '<call id="P-1" xmlns:xi="http://www.w3.org/2001/XInclude">'
    '<x><xi:include href="{address}" parse="text"/></x></call>'
)
LAUGHS = "<!DOCTYPE call [{entities}]>\n<call><x>&e9;</x></call>".format(
    entities="".join(
        f'<!ENTITY e{number} "{f"&e{number - 1};" * 10 if number else "ha"}">' for number in range(10)
    )
)
BLOWN_UP = '<!DOCTYPE call [<!ENTITY e "{text}">]>\n<call><x>{uses}</x></call>'.format(
    text="x" * 100_000, uses="&e;" * 100_000
)
ATTACKS = {
    "external entity": ENTITY,
    "parameter entity": PARAMETER,
    "external DTD": OUTSIDE,
    "xinclude": INCLUDED,
    "billion laughs": LAUGHS,
    "quadratic blow-up": BLOWN_UP,
}
SECRET = "root-of-all-secrets"


@contextmanager
def listening() -> Iterator[tuple[str, list[object]]]:
    """An address on the loopback, and who has called."""
    called: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        over = threading.Event()

        def accept() -> None:
            while not over.is_set():
                try:
                    connection, peer = server.accept()
                except TimeoutError:
                    continue
                called.append(peer)
                connection.close()

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/x", called
        finally:
            over.set()
            thread.join()


def by_stanza(text: str) -> list[str]:
    return [repr(from_text(text))]


def by_document(text: str) -> list[str]:
    return [repr(each) for each in iter_xml(text.encode())]


def by_any_parser(text: str) -> list[str]:
    return [etree.tostring(etree.fromstring(text, safe_parser()), encoding="unicode", method="text")]


def outcome(reading: Callable[[str], list[str]], text: str) -> str:
    """What is read, or why it is refused."""
    try:
        return "".join(reading(text))
    except (RingbackError, etree.XMLSyntaxError) as error:
        return f"refused: {error}"


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("reading", [by_stanza, by_document, by_any_parser])
def test_xml_reads_nothing_else_and_grows_no_further(
    tmp_path: Path, attack: str, reading: Callable[[str], list[str]]
) -> None:
    """Each way that XML comes in: no file, no address, no more than was written."""
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    with listening() as (address, called):
        for place in (address, secret.as_uri(), str(secret)):
            told = outcome(reading, ATTACKS[attack].replace("{address}", place))
            assert SECRET not in told
            assert len(told) < 1000
            assert attack == "xinclude" or reading is by_any_parser or told.startswith("refused: ")
    assert called == []


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_xml_file_as_a_source(tmp_path: Path, capsys: pytest.CaptureFixture[str], attack: str) -> None:
    """Through the whole command: told with its line, nothing of another file in any output."""
    secret, source, out = tmp_path / "secret", tmp_path / "stanzas.xml", tmp_path / "report.json"
    secret.write_text(SECRET)
    source.write_text(ATTACKS[attack].replace("{address}", secret.as_uri()))
    main(["report", "--format", "json", "--out", str(out), str(source)])
    told = "".join(capsys.readouterr())
    assert SECRET not in told
    assert not out.exists() or SECRET not in out.read_text("utf-8")
    assert attack == "xinclude" or re.search(r"line 1: a document type is refused|:1: ", told)
