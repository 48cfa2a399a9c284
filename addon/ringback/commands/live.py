"""`ringback live`: mitmdump with the add-on, and the live view of it in one terminal."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from ringback.commands.environment import Environment
from ringback.commands.usage import ArgumentError
from ringback.commands.watch import make_app, require_terminal, run
from ringback.filters import Filter
from ringback.sources.notice import Notice, Urgency
from ringback.spec.load import load_specification
from ringback.view.visible import visible
from ringback.watch.proxy import Proxy

_TOLD_LINES = 20
"""Lines of a mitmdump that failed which are told."""
_OURS = re.compile(r"(?:--set=)?ringback_(events|spec)(?:=|$)")


@dataclass(frozen=True, slots=True)
class Proxying:
    """How mitmdump is run."""

    arguments: tuple[str, ...]
    """Its own, as they were given."""
    events: Path | None = None
    """The event file to keep; None for one that is removed at the end."""
    spec: Path | None = None
    """None: the specification that ringback ships."""


def live(proxying: Proxying, chosen: Filter, environment: Environment) -> int:
    """Run mitmdump until the user quits, and show what passes through it; gives the exit code.

    Raises:
        ArgumentError: there is no terminal, or an argument is for mitmdump that has to be for live.
        SpecError: the specification cannot be used.
    """
    require_terminal("live", "mitmdump -s addon/capture.py prints without one")
    ours = next(filter(None, map(_OURS.match, proxying.arguments)), None)
    if ours is not None:
        raise ArgumentError(f"live sets ringback_{ours[1]} itself: give it --{ours[1]} instead")
    specification = load_specification(proxying.spec)
    with TemporaryDirectory(prefix="ringback-") as name:
        folder = Path(name)
        events = folder / "events.jsonl" if proxying.events is None else proxying.events.absolute()
        options = [f"ringback_events={events}"]
        if proxying.spec is not None:
            options.append(f"ringback_spec={proxying.spec}")
        proxy = Proxy(proxying.arguments, options, folder)
        try:
            title = f"live: mitmdump {' '.join(proxying.arguments)}"
            app = make_app(
                events,
                specification,
                chosen,
                color=environment.color,
                name=title,
                log=proxy,
                ended=proxy.failed,
            )
            code = run(app)
        finally:
            failed = proxy.failed()
            proxy.stop()
        if failed is not None:
            _tell_failure(failed, proxy, environment)
        return code


def _tell_failure(code: int, proxy: Proxy, environment: Environment) -> None:
    environment.tell(Notice(f"mitmdump has ended with {code}; its last lines:", Urgency.ERROR))
    for line in list(filter(str.strip, proxy.last_lines()))[-_TOLD_LINES:]:
        environment.tell(Notice(visible(line), Urgency.INFO))
