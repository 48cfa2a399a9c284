"""`ringback.sources.hosts`: which connections a narrowing to hosts lets through."""

from __future__ import annotations

import pytest

from ringback.errors import SourceError
from ringback.sources.hosts import HostFilter


def test_no_pattern_allows_everything() -> None:
    """Where nothing was narrowed, a connection without any name is looked at too."""
    assert HostFilter().allows([], 443)


@pytest.mark.parametrize(
    ("pattern", "name", "port", "allowed"),
    [
        ("web.example.org", "web.example.org", 443, True),
        ("web.example.org", "WEB.Example.org.", 443, True),
        ("web.example.org", "web.example.org.evil.example", 443, False),
        ("web.example.org", "webXexample.org", 443, False),
        ("example.org", "web.example.org", 443, False),
        ("*.example.org", "web.example.org", 443, True),
        ("*.example.org", "example.org", 443, False),
        ("w?b.example.org", "web.example.org", 443, True),
        ("localhost:8443", "localhost", 8443, True),
        ("localhost:8443", "localhost", 443, False),
        ("192.0.2.1", "192.0.2.1", 443, True),
        ("[2001:db8::1]", "2001:db8::1", 443, True),
        ("[2001:db8::1]:8443", "[2001:DB8::1]", 8443, True),
        ("[2001:db8::1]:8443", "[2001:db8::1]", 443, False),
        (" web.example.org ", "web.example.org", 443, True),
    ],
)
def test_pattern(pattern: str, name: str, port: int, allowed: bool) -> None:
    """A name is compared as a whole, without regard to case; `*` and `?` are the only wildcards."""
    assert HostFilter([pattern]).allows([name], port) is allowed


def test_any_name_and_any_pattern_will_do() -> None:
    """A connection goes by several names (server name, header, address), a filter has several patterns."""
    hosts = HostFilter(["a.example", "b.example"])
    assert hosts.allows(["192.0.2.1", "b.example"], 443)
    assert not hosts.allows(["192.0.2.1", "c.example"], 443)


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        " ",
        "https://web.example.org",
        "web.example.org/ws",
        "a b",
        "host:",
        "host:0",
        "host:65536",
        "host:x",
        "2001:db8::1",
        "^(",
        "[a-z]",
    ],
)
def test_not_a_pattern(pattern: str) -> None:
    """What cannot be a host is refused with what to write instead; it would never match."""
    with pytest.raises(SourceError, match=r"not a host pattern: .*; write a name such as"):
        HostFilter([pattern])
