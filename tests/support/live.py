"""A shipped capture said once more, live, through a running proxy."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Any, Self, TypeVar

from support.loopback import Loopback, Pipe
from support.mitm import PATIENCE_S, Proxy
from support.recorded import in_order, websocket_flows

T = TypeVar("T")
P = TypeVar("P", bound=Proxy)


@asynccontextmanager
async def reverse_proxy(
    kind: type[P], *arguments: str | Path, confdir: Path, **variables: str
) -> AsyncIterator[tuple[P, Loopback]]:
    """A proxy in front of a WebSocket server of the test."""
    async with Loopback() as loopback:
        mode = ("--mode", f"reverse:http://127.0.0.1:{loopback.port}")
        listen = ("--listen-host", "127.0.0.1", "--listen-port", "0")
        with kind(*mode, *listen, *arguments, confdir=confdir, **variables) as proxy:
            yield proxy, loopback


async def play(
    name: str, loopback: Loopback, port: int, said: Callable[[], None] = lambda: None
) -> list[Pipe]:
    """Say everything of a shipped capture over connections of its own, in order of time."""
    pipes: dict[str, Pipe] = {}
    for flow, message in in_order(websocket_flows(name)):
        if flow.id not in pipes:
            pipes[flow.id] = await loopback.connect(port)
        await pipes[flow.id].say([(message.from_client, message.content)])
        said()
    return list(pipes.values())


class Background:
    """An event loop in a thread of its own, for tests whose own thread belongs to a browser."""

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @contextmanager
    def entered(self, manager: AbstractAsyncContextManager[T]) -> Iterator[T]:
        """An asynchronous context manager, entered and left in the other thread."""
        stack = AsyncExitStack()
        try:
            yield self.run(stack.enter_async_context(manager))
        finally:
            self.run(stack.aclose())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """What `work` gives, in the other thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_S)
