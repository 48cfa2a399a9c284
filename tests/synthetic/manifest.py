"""The shipped captures by name."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from synthetic import scenarios, violations
from synthetic.capture import Capture, Scene, build
from synthetic.world import World

SCENARIOS: dict[str, Callable[[World], Scene]] = {
    "single-callee": scenarios.single_callee,
    "multi-device": scenarios.multi_device,
    "early-candidates": scenarios.early_candidates,
    "violations": violations.violations,
    "split-compressed": scenarios.split_compressed,
    "no-preaccept": scenarios.no_preaccept,
    "mid-connection": scenarios.mid_connection,
}
"""Name of the capture to the function that plays it."""


@cache
def capture(name: str) -> Capture:
    """The capture as it is to be shipped.

    Raises:
        KeyError: no capture has that name.
    """
    return build(name, SCENARIOS[name], list(SCENARIOS).index(name))
