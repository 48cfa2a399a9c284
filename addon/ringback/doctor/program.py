"""The programs that ringback is made of: their versions, whether mitmproxy takes the add-on, a dry run."""

from __future__ import annotations

import asyncio
import platform
import tempfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from ringback.doctor.model import Diagnosis, ok, problem, shown
from ringback.faults import describe
from ringback.status import ExitCode

if TYPE_CHECKING:
    from ringback.commands.gathering import Gathered

SAMPLE = Path(__file__).parent / "data" / "sample.flows"
"""A synthetic recording of one call; its key log lies beside it."""
_PREACCEPTS = 1
_PACKAGES = ("ringback", "mitmproxy", "lxml", "rich")


def versions() -> Iterator[Diagnosis]:
    """Python and the packages that matter most."""
    yield ok("python", f"{platform.python_version()} ({platform.python_implementation()})")
    for package in _PACKAGES:
        try:
            yield ok(package, metadata.version(package))
        except metadata.PackageNotFoundError:
            yield problem(
                package, "is not installed as a package", "run `pip install .` in ringback's folder"
            )


def mitmproxy_api() -> Diagnosis:
    """Whether the mitmproxy that is installed takes the add-on with its options."""
    name = "mitmproxy API"
    try:
        added = asyncio.run(_load())
    except Exception as error:  # noqa: BLE001 - whatever another version of mitmproxy does
        told = describe(error)
        return problem(
            name, f"the add-on does not load: {shown(told)}", "run `pip install 'mitmproxy>=11.0.2,<13'`"
        )
    return ok(name, f"the add-on loads, with {added} options")


async def _load() -> int:
    from mitmproxy import hooks, options  # noqa: PLC0415 - it takes long to import
    from mitmproxy.master import Master  # noqa: PLC0415

    from ringback.addon import Ringback  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        settings = options.Options(confdir=folder)
        master = Master(settings, event_loop=asyncio.get_running_loop())
        addon = Ringback()
        master.addons.add(addon)  # type: ignore[no-untyped-call]
        names = set(settings.keys())  # type: ignore[no-untyped-call]
        own = {name for name in names if name.startswith("ringback_")}
        try:
            addon.configure(own)
            return len(own)
        finally:
            await master.addons.trigger_event(hooks.DoneHook())  # type: ignore[no-untyped-call]


def dry_run(sample: Path = SAMPLE) -> Diagnosis:
    """A shipped recording, from the flow file to the findings."""
    name, advice = "dry run", "install ringback anew"
    try:
        gathered = _gathered(sample)
    except Exception as error:  # noqa: BLE001 - whatever is amiss with what was installed
        return problem(name, shown(describe(error)), advice)
    funnel = gathered.casebook.funnel
    told = f"{funnel.opened} of {funnel.frames} frames opened, {funnel.preaccepts} pre-accept found"
    as_expected = funnel.opened == funnel.frames and funnel.preaccepts == _PREACCEPTS
    if gathered.status is ExitCode.OK and as_expected:
        return ok(name, f"{told} in the shipped recording")
    return problem(name, f"{told} in the shipped recording", advice)


def _gathered(sample: Path) -> Gathered:
    from ringback.commands.environment import Environment  # noqa: PLC0415 - mitmproxy takes long to import
    from ringback.commands.gathering import gather  # noqa: PLC0415
    from ringback.commands.recorded import Recording  # noqa: PLC0415

    return gather(Recording((sample,)), None, Environment(stderr=None))
