"""One whole conversation for each Baileys, which all tests here look at."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.conversation import Conversation, action_of
from support.encounter import Encounter, records
from support.npm_ci import node_modules
from support.stage import Stage, Way

HERE = Path(__file__).parent
WAYS = {"baileys7": Way.COMMAND_LINE, "baileys6": Way.ENVIRONMENT}
"""By version, so that both documented ways of starting are gone."""


@pytest.fixture(scope="session", params=WAYS)
def met(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Encounter:
    """What the conversation left behind. Needs the npm registry where the packages are not cached yet."""
    version: str = request.param
    folder = tmp_path_factory.mktemp(version)
    with Stage(folder, node_modules(HERE / version), WAYS[version]) as stage:
        conversation = Conversation(stage)
        conversation.play()
        rung = conversation.pre_accepts_on_the_wire()
        stage.proxy.wait_until(lambda: reported(stage.events) == rung, "report of every pre-accept")
        live = records(stage.events)
        conversation.leave()
        stage.end()
        return Encounter.after(version, stage, live)


def reported(events: Path) -> int:
    """How many pre-accepts, sent or delivered, stand in an event file."""
    return sum(
        record["type"] == "stanza" and action_of(record["node"]) == "preaccept" for record in records(events)
    )
