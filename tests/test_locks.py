"""The locks that CI installs from agree with pyproject.toml, name no place, and have every file's hash."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from support.npm_pack import integrity_of, locked

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


@pytest.mark.parametrize(
    "lock", sorted((ROOT / "tests").rglob("package-lock.json")), ids=lambda lock: lock.parent.name
)
def test_every_package_from_npm_has_its_hash_and_none_its_place(lock: Path) -> None:
    """As for those of Python; `npm ci` refuses a file that is another one."""
    packages = json.loads(lock.read_text("utf-8"))["packages"]
    assert len(packages) > 10
    for name, entry in packages.items():
        assert not name or entry["integrity"].startswith("sha512-"), name
        assert "resolved" not in entry, name


def test_a_package_from_npm_is_the_one_that_is_locked(tmp_path: Path) -> None:
    """Also where it is fetched alone; one byte more and it is another one."""
    hashes = locked("baileys", "7.0.0-rc13")
    assert len(hashes) == 1
    assert locked("baileys", "0.0.0") == set()
    file = tmp_path / "empty.tgz"
    file.write_bytes(b"")
    # Source: FIPS 180-4, SHA-512 of the empty message.
    assert integrity_of(file).startswith(
        "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdB"
    )
    assert integrity_of(file) not in hashes
