"""Which hosts' WebSockets are looked at, where the user narrows it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from ringback.errors import SourceError

_PATTERN = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[\w.*?\-]+)(?::(?P<port>[0-9]{1,5}))?")
_USE = "write a name such as web.example.org or a pattern such as *.example.org, with :port if need be"


class HostFilter:
    """Host names and patterns (`*`, `?`), each with a port or for all; none of them allows every host."""

    def __init__(self, patterns: Sequence[str] = ()) -> None:
        """Raises:
        SourceError: a pattern is no host name, no pattern and no address, such as a URL.
        """
        self._rules = tuple(_parse_rule(pattern) for pattern in patterns)

    @property
    def allows_all(self) -> bool:
        """Whether no host is left out."""
        return not self._rules

    def allows(self, names: Iterable[str], port: int) -> bool:
        """Whether a connection that goes by one of `names` (server name, Host header, address) is meant."""
        if not self._rules:
            return True
        spelled = [name.lower().rstrip(".").strip("[]") for name in names]
        return any(
            rule_port in (None, port) and any(fnmatchcase(name, host) for name in spelled)
            for host, rule_port in self._rules
        )


def _parse_rule(pattern: str) -> tuple[str, int | None]:
    found = _PATTERN.fullmatch(pattern.strip())
    port = None if found is None or found["port"] is None else int(found["port"])
    if found is None or port == 0 or (port or 0) > 0xFFFF:
        raise SourceError(f"not a host pattern: {pattern!r}; {_USE}")
    return found["host"].lower().rstrip(".").strip("[]"), port
