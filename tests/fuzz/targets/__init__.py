"""Every target by its name."""

from __future__ import annotations

from fuzz.target import Script, Target, target
from fuzz.targets import files, ledgers, sources, stanzas, wire

TARGETS: dict[str, Target] = {
    each.name: each for group in (wire, stanzas, sources, files, ledgers) for each in group.TARGETS
}


@target("every", most_bytes=2048)
def every(data: bytes) -> None:
    """The contracts of all targets, of which the first byte picks one: for a short run in one process."""
    script = Script(data)
    script.pick(tuple(TARGETS.values())).run(script.rest())


@target("broken")
def broken(data: bytes) -> None:
    """No input holds a BEL: it is there to see that a broken contract is found and told."""
    assert b"\a" not in data


ALL = {**TARGETS, every.name: every, broken.name: broken}
"""With those that test the fuzzing itself."""
