"""The whole system on PostgreSQL: a story to its end, also when the database is killed in its middle."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from api.cli.client import Refusal
from api.cli.stories import STORIES, Telling, play_one
from domain.image.projection import project
from infra.database.engine import open_database
from infra.read_model.writer import write_image
from infra.runtime.settings import Settings
from infra.temporal.client import connect
from tests.instance import Instance, running
from tests.postgres import Cluster, cluster
from tests.workflows.engine import ReadModel
from tests.workflows.replayed_state import state_of

STORY = STORIES["return-until-resolved"]


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    """A PostgreSQL that may be killed."""
    with cluster() as own:
        yield own


@pytest.fixture(scope="module")
def on_postgres(server: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """A running system under Qionglai's playbook on PostgreSQL."""
    var = tmp_path_factory.mktemp("postgres") / "var"
    with running(var, "qionglai", SANTUI_DATABASE_URL=server.database()) as instance:
        yield instance


def settings_of(instance: Instance) -> Settings:
    """The instance's settings with its database."""
    return instance.settings.model_copy(update={"database_url": instance.environment["SANTUI_DATABASE_URL"]})


async def both_images(instance: Instance, number: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the read model holds of a dispute, and what one made anew from its history holds."""
    settings = settings_of(instance)
    client = await connect(settings)
    state = await state_of(client, await client.get_workflow_handle(number).fetch_history())
    database = open_database(settings)
    try:
        model = ReadModel(database)
        grown = await model.rows(number)
        assert grown["DisputeRow"][0]["revision"] == state.revision
        await model.forget(number)
        await write_image(database, project(state))
        return grown, await model.rows(number)
    finally:
        await database.close()


def check(instance: Instance, telling: Telling) -> None:
    """The read model is the image of the case as its history tells it."""
    grown, made = asyncio.run(both_images(instance, telling.number))
    assert grown == made
    assert grown["DisputeRow"][0]["stage"] == "follow_up"
    assert len(grown["TimelineRow"]) == len(telling.county.timeline(telling.number))


def test_returned_until_resolved_is_told_on_postgresql(on_postgres: Instance) -> None:
    assert not (on_postgres.var / "santui.db").exists()
    check(on_postgres, play_one(on_postgres.county, STORY, "qionglai"))


def test_while_postgresql_hangs_the_answer_is_503_and_afterwards_all_is_there(
    on_postgres: Instance, server: Cluster
) -> None:
    on_postgres.until_ready()
    with server.frozen():
        assert not on_postgres.ready()
        with pytest.raises(Refusal) as refused:
            on_postgres.county.supervisor.get("/v1/disputes")
        assert (refused.value.status, refused.value.code) == (503, "store_unavailable")
    on_postgres.until_ready()
    assert on_postgres.county.supervisor.get("/v1/disputes")["items"]


class Interrupted(Telling):
    """A telling in which PostgreSQL is killed before each of its chapters, and comes back."""

    def __init__(self, instance: Instance, server: Cluster) -> None:
        super().__init__(instance.county, "qionglai")
        self._instance, self._server = instance, server
        self.kills = 0

    def tell(self, sentence: str) -> None:
        """The last answer may still be on its way into the read model when its database dies."""
        self._server.kill()
        assert not self._instance.ready()
        self._server.start()
        self._instance.until_ready()
        self.kills += 1
        super().tell(sentence)


def test_the_story_ends_the_same_when_postgresql_is_killed_in_its_middle(
    on_postgres: Instance, server: Cluster
) -> None:
    telling = Interrupted(on_postgres, server)
    STORY.script(telling)
    assert telling.kills == 4
    check(on_postgres, telling)
