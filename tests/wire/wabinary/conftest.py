"""The published Baileys packages that the tables were taken from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ringback.wire.wabinary import KNOWN_DICTIONARIES
from support.baileys import Baileys, running_baileys
from support.npm_pack import npm_pack

VERSIONS = {2: "6.17.16", 3: "7.0.0-rc13"}
"""npm version by the dictionary that it speaks."""


@pytest.fixture(scope="session")
def baileys_by_dictionary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, Baileys]]:
    """A running Baileys for each known dictionary. Needs the npm registry."""
    packages = {
        dictionary: npm_pack("baileys", VERSIONS[dictionary], tmp_path_factory.mktemp("npm"))
        for dictionary in KNOWN_DICTIONARIES
    }
    with running_baileys(packages[2]) as six, running_baileys(packages[3]) as seven:
        yield {2: six, 3: seven}


@pytest.fixture
def baileys(baileys_by_dictionary: dict[int, Baileys]) -> Baileys:
    """The Baileys that speaks dictionary 3."""
    return baileys_by_dictionary[3]
