"""A real Baileys client behind a real proxy, and an edge that it talks to, as three processes."""

from __future__ import annotations

import enum
import os
import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from support.actor import Actor
from support.certificate import make_certificate
from support.documented import Command, documented
from support.mitm import ADDON, SCRIPT, Mitmdump, Proxy
from support.npm_pack import tool

_APP = Path(__file__).parents[1] / "e2e" / "app"


@dataclass(frozen=True)
class Account:
    """A registered test account: made-up numbers, too short to be anybody's."""

    name: str
    user: str
    device: int
    lid_user: str
    prekeys: int
    """How many one-time keys the edge says it still has; 0 makes the client upload some."""

    @property
    def lid(self) -> str:
        """The address that calls use."""
        return f"{self.lid_user}{self._device}@lid"

    @property
    def me(self) -> dict[str, str]:
        """The account as Baileys keeps it in its login data."""
        address = f"{self.user}{self._device}@s.whatsapp.net"
        return {"id": address, "lid": self.lid, "name": f"{self.name} Example"}

    @property
    def _device(self) -> str:
        return f":{self.device}" if self.device else ""


class Way(enum.Enum):
    """How client and proxy are started; the value is the number of the documented command."""

    COMMAND_LINE = 0
    """The preload by `node --import`, the key log by option."""
    ENVIRONMENT = 1
    """The preload by `NODE_OPTIONS`, the key log by `RINGBACK_KEYLOGFILE`."""


class Stage:
    """The three processes and the files that they leave. A context manager: none of them outlives it."""

    def __init__(self, folder: Path, node_modules: Path, way: Way, proxy: type[Proxy] = Mitmdump) -> None:
        """Files go to `folder`; nothing runs yet. Another `proxy` gets mitmdump's documented arguments."""
        self._kind = proxy
        self.folder = folder
        self.flows = folder / "mine.flows"
        self.keylog = folder / "mine.keys"
        self.events = folder / "mine.jsonl"
        self._way = way
        self._app = folder / "app"
        self._stack = ExitStack()
        shutil.copytree(_APP, self._app)
        (self._app / "node_modules").symlink_to(node_modules)
        (self._app / "addon").symlink_to(ADDON)

    def __enter__(self) -> Self:
        with self._stack as stack:
            self.proxy = stack.enter_context(self._start_proxy())
            self.edge = stack.enter_context(self._start_edge())
            self.client = stack.enter_context(self._start_client())
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def logs(self) -> tuple[Path, ...]:
        """The trace log of each client."""
        return tuple(sorted(self._app.glob("*.log")))

    def admit(self, *accounts: Account) -> None:
        """Let these accounts log in at the edge."""
        known = {
            f"{each.user}:{each.device}": {"name": each.name, "lid": each.lid, "prekeys": each.prekeys}
            for each in accounts
        }
        self.edge.ask("accounts", accounts=known)

    def connect(self, *accounts: Account, times: int = 1) -> None:
        """Connect these accounts at once and wait until all are open, for the `times`th time."""
        for account in accounts:
            self.client.ask("connect", account=account.name, me=account.me)
        for account in accounts:
            self.client.expect("open", account=account.name, times=times)

    def disconnect(self, account: Account) -> None:
        """Close the account's connection so that no frame is under way when it closes.

        The edge falls silent first; when the client has its last frame, the client closes, and what it sent
        until then reaches the edge before the end of the connection does.
        """
        self.edge.ask("mute", account=account.name)
        last = {"tag": "ib", "attrs": {"id": f"last-{len(self.edge.events)}"}, "content": None}
        closed = len(self.edge.told("closed", account=account.name))
        self.push(account, last)
        self.client.expect("received", account=account.name, node=last)
        self.client.ask("close", account=account.name)
        self.edge.expect("closed", account=account.name, times=closed + 1)

    def push(self, account: Account, *nodes: dict[str, Any], **manner: object) -> None:
        """Have the edge send `nodes` to the account's client in one stream; manner: `cuts`, `compressed`."""
        self.edge.ask("push", account=account.name, nodes=nodes, **manner)

    def end(self) -> None:
        """Let all three end by themselves, the proxy as after Ctrl-C."""
        assert self.client.finish() == 0
        assert self.edge.finish() == 0
        self.proxy.stop()
        assert self.proxy.process.returncode == 0

    def _start_proxy(self) -> Proxy:
        """As documented for mitmdump, on a port of its own and content with the edge's certificate."""
        command = self.documented("mitmdump")
        extra = ["--listen-host", "127.0.0.1", "--listen-port", "0", "--set", "ssl_insecure=true"]
        return self._kind(*command.arguments, *extra, confdir=self._confdir, **command.variables)

    def _start_edge(self) -> Actor:
        certificate, key = make_certificate(self.folder)
        arguments: list[str | Path] = [tool("node"), "edge.mjs", certificate, key]
        return Actor("edge", arguments, environment=_inherited(), cwd=self._app)

    def _start_client(self) -> Actor:
        command = self.documented("node")
        listening = self.edge.expect("listening")
        edge = f"wss://localhost:{listening['port']}/ws/chat"
        proxy = f"http://127.0.0.1:{self.proxy.port}"
        root = listening["root"]
        program = [tool("node"), *command.arguments]
        arguments = [*program, edge, proxy, str(root["serial"]), root["key"]]
        return Actor("client", arguments, environment={**_inherited(), **command.variables}, cwd=self._app)

    def documented(self, program: str) -> Command:
        """The documented command line of `program` for this stage's way, with this stage's files."""
        places: dict[str, Path | str] = {
            "./addon/keylog.mjs": "./addon/keylog.mjs",
            "addon/capture.py": SCRIPT,
            "captures/mine.keys": self.keylog,
            "captures/mine.jsonl": self.events,
            "captures/mine.flows": self.flows,
            "~/.mitmproxy": self._confdir,
            "/mitmproxy-ca-cert.pem": "/mitmproxy-ca-cert.pem",
            "app.mjs": "client.mjs",
        }
        commands = documented(program)
        return commands[min(self._way.value, len(commands) - 1)].on(places)

    @property
    def _confdir(self) -> Path:
        return self.folder / ".mitmproxy"


def _inherited() -> dict[str, str]:
    """This process's environment without what would change the processes under test."""
    unwanted = {"NODE_OPTIONS", "NODE_EXTRA_CA_CERTS", "RINGBACK_KEYLOGFILE"}
    return {name: value for name, value in os.environ.items() if name not in unwanted}
