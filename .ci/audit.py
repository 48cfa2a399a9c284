"""Looks the packages of locks up among known vulnerabilities, for both lines: Python 3.11 and those after.

Ends with 1 where one is found. Where the data cannot be reached it says so and ends with 0. What is known
of a release that only Python 3.11 has, since mitmproxy 11 takes no newer one, is told and no failure: the way
out is a newer Python, whose release in the same lock is mended.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.version import Version

LINES = ("3.11", "3.13")
"""A Python of each line: the one that mitmproxy 11 is for, and one that mitmproxy 12 is for."""
SERVICES = ("pypi", "osv")
PROBE = "mitmproxy==12.0.0"
"""A package that each service knows, to see whether its data can be reached at all."""
PROBE_S = 30
"""How long the probe may take."""
LINE_S = 120
"""How long one line may take."""
ACCEPTED: dict[str, str] = {}
"""Vulnerabilities that do no harm here, by their id, and why."""


@dataclass(frozen=True)
class Found:
    """One known vulnerability."""

    package: str
    version: str
    name: str
    mended_in: tuple[str, ...]


def pins(lock: Path, python: str) -> dict[str, str]:
    """Package and version of each line of a lock that is for that Python on Linux."""
    surroundings = {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "os_name": "posix",
    }
    found = {}
    for line in lock.read_text("utf-8").splitlines():
        if "==" in line and not line.startswith((" ", "#")):
            requirement = Requirement(line.rstrip("\\").strip())
            if requirement.marker is None or requirement.marker.evaluate(surroundings):
                (pinned,) = requirement.specifier
                found[requirement.name] = pinned.version
    return found


def report(packages: list[str], service: str, patience_s: float) -> list[dict[str, Any]] | None:
    """What pip-audit says of each package, None where it has no answer, or not in time."""
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "packages.txt"
        listed.write_text("\n".join(packages), "utf-8")
        command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--no-deps", "-f", "json"]
        options = ["--progress-spinner", "off", "--timeout", "10", "-s", service, "-r", str(listed)]
        try:
            done = subprocess.run(  # noqa: S603 - our own words
                [*command, *options], capture_output=True, text=True, timeout=patience_s, check=False
            )
            told: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
        except (subprocess.TimeoutExpired, ValueError, KeyError):
            return None
    return None if any("skip_reason" in each for each in told) else told


def findings(told: list[dict[str, Any]]) -> list[Found]:
    """Every vulnerability of a report."""
    return [
        Found(each["name"], each["version"], known["id"], tuple(known["fix_versions"]))
        for each in told
        for known in each["vulns"]
        if ACCEPTED.keys().isdisjoint({known["id"], *known.get("aliases", ())})
    ]


def is_mended_later(found: Found, newer: dict[str, str]) -> bool:
    """Whether the line of newer Pythons has a release without it, which this line cannot have."""
    later = newer.get(found.package)
    if later is None or Version(later) <= Version(found.version):
        return False
    return any(Version(mended) <= Version(later) for mended in found.mended_in)


def main(locks: list[Path]) -> int:
    """Print what is found; 1 where something is to be done."""
    service = next((each for each in SERVICES if report([PROBE], each, PROBE_S) is not None), None)
    if service is None:
        print("ci: the data on known vulnerabilities cannot be reached from here: not audited")  # noqa: T201
        return 0
    pinned = {
        python: {name: version for lock in locks for name, version in pins(lock, python).items()}
        for python in LINES
    }
    failed = False
    for python in LINES:
        packages = [f"{name}=={version}" for name, version in sorted(pinned[python].items())]
        told = report(packages, service, LINE_S)
        if told is None:
            print(f"ci: {service} did not answer on every package: Python {python} not audited")  # noqa: T201
            continue
        for found in findings(told):
            mended = ", ".join(found.mended_in) or "no release"
            later = python == LINES[0] and is_mended_later(found, pinned[LINES[-1]])
            note = "; use a newer Python" if later else ""
            print(f"ci: {found.package} {found.version}: {found.name}, mended in {mended}{note}")  # noqa: T201
            failed |= not later
        print(f"ci: {len(told)} packages for Python {python} audited by {service}")  # noqa: T201
    return int(failed)


if __name__ == "__main__":
    sys.exit(main([Path(name) for name in sys.argv[1:]]))
