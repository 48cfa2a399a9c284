"""The locks that CI installs from agree with pyproject.toml, name no place, and have every file's hash."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCKS = sorted((ROOT / ".ci").glob("*.txt"))
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
ADVICE = "run .ci/renew-locks"


def surroundings(python: str) -> dict[str, str]:
    """What markers see on Linux under that Python."""
    return {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "os_name": "posix",
        "extra": "",
    }


def entries(lock: Path) -> dict[str, list[str]]:
    """Each requirement of a lock with its hashes."""
    found: dict[str, list[str]] = {}
    for line in lock.read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        if not line.startswith(" "):
            found[line.rstrip("\\").strip()] = []
        else:
            list(found.values())[-1].append(line.rstrip("\\").strip())
    return found


def pinned(lock: str, python: str) -> dict[str, str]:
    """The version of each package that a lock has for that Python."""
    versions: dict[str, str] = {}
    for line in entries(ROOT / ".ci" / lock):
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate(surroundings(python)):
            (only,) = requirement.specifier
            assert requirement.name not in versions, f"{requirement.name} stands in {lock} twice"
            versions[requirement.name] = only.version
    return versions


def lacking(asked: list[str], versions: dict[str, str], python: str) -> list[str]:
    """What is asked for and not in the lock as it is asked for."""
    missing = []
    for each in map(Requirement, asked):
        version = versions.get(canonicalize_name(each.name))
        is_needed = each.marker is None or each.marker.evaluate(surroundings(python))
        if is_needed and (version is None or not each.specifier.contains(version, prereleases=True)):
            missing.append(str(each))
    return missing


def test_there_are_locks() -> None:
    """Of the tests, of what builds packages, and of the tools of CI."""
    assert [lock.name for lock in LOCKS] == ["build.txt", "tests.txt", "tools.txt"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_file_has_its_hash_and_none_its_place(lock: Path) -> None:
    """Exact versions, SHA-256, no option, no address, no path: any index with the same files will do."""
    assert entries(lock)
    for requirement, hashes in entries(lock).items():
        assert re.fullmatch(r"[a-z0-9.-]+==[\w.!+]+( ; [^:/@]+)?", requirement), requirement
        assert hashes, requirement
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", each) for each in hashes), requirement
    assert not re.search(r"://|^\s*-(?!-hash=)|index", lock.read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("python", PYTHONS)
def test_it_has_what_the_project_asks_for(python: str) -> None:
    """Also of every extra, in a version that is allowed."""
    project = PROJECT["project"]
    extras = project["optional-dependencies"].values()
    asked = [*project["dependencies"], *(each for extra in extras for each in extra)]
    assert lacking(asked, pinned("tests.txt", python), python) == [], ADVICE
    assert lacking(PROJECT["build-system"]["requires"], pinned("build.txt", python), python) == [], ADVICE
    assert lacking(["pip-audit", "uv"], pinned("tools.txt", python), python) == [], ADVICE


@pytest.mark.parametrize(("python", "line"), [("3.11", "11"), ("3.12", "12"), ("3.13", "12"), ("3.14", "12")])
def test_each_python_has_its_mitmproxy(python: str, line: str) -> None:
    """One lock for both lines."""
    assert pinned("tests.txt", python)["mitmproxy"].startswith(f"{line}.")


@pytest.mark.parametrize("python", PYTHONS)
def test_the_locks_agree(python: str) -> None:
    """What builds and what is built lie in one environment."""
    builders, built = pinned("build.txt", python), pinned("tests.txt", python)
    assert {name: built[name] for name in builders.keys() & built.keys()} == {
        name: builders[name] for name in builders.keys() & built.keys()
    }
