"""The real embedded server: what it is told at every start, and that it still knows after a kill."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.client import Client

from infra.runtime.processes import Child, ChildSpec
from infra.runtime.settings import Settings
from infra.temporal import embedded
from infra.temporal.embedded import EngineError, listed, prepare_namespace, retention, server_command, typed
from tests.infra.support import around, free_port, read_pid, until

ATTRIBUTES = typed({"Stage": "Keyword", "NextDue": "Datetime", "Overdue": "Bool", "Round": "Int"})


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An instance whose path has what paths in the field have: spaces and Chinese."""
    var = tmp_path / "三推 var"
    return Settings(var=var, http_port=free_port(), temporal_port=free_port(), temporal_ui_port=free_port())


@pytest_asyncio.fixture
async def server(settings: Settings) -> AsyncIterator[Child]:
    """The embedded server, kept alive and prepared as `santui up` does it."""

    async def prepare() -> None:
        await prepare_namespace(settings.temporal_target, settings.temporal_namespace, 3650, ATTRIBUTES)

    child = Child(ChildSpec("temporal", server_command(settings), prepare=prepare), around(settings.var, print))
    yield child
    await child.stop(asyncio.Event())


async def client_of(settings: Settings) -> Client:
    return await Client.connect(settings.temporal_target, namespace=settings.temporal_namespace)


async def test_histories_are_kept_for_years_and_the_attributes_are_known(server: Child, settings: Settings) -> None:
    await server.prepared()
    client = await client_of(settings)
    assert await retention(client) == timedelta(days=3650)
    assert ATTRIBUTES.items() <= (await listed(client)).items()


async def test_a_killed_server_is_back_with_all_it_was_told(server: Child, settings: Settings) -> None:
    await server.prepared()
    first = read_pid(settings.var, "temporal")
    os.kill(first, signal.SIGKILL)
    await until(lambda: read_pid(settings.var, "temporal") not in (0, first))
    await prepare_namespace(settings.temporal_target, settings.temporal_namespace, 3650, ATTRIBUTES)
    client = await client_of(settings)
    assert await retention(client) == timedelta(days=3650)
    assert ATTRIBUTES.items() <= (await listed(client)).items()


async def test_an_attribute_that_came_with_a_new_edition_is_added_to_an_old_file(
    server: Child, settings: Settings
) -> None:
    await server.prepared()
    later = {**ATTRIBUTES, **typed({"Colour": "Keyword"})}
    await prepare_namespace(settings.temporal_target, settings.temporal_namespace, 3650, later)
    assert later.items() <= (await listed(await client_of(settings))).items()


async def test_an_attribute_of_another_type_is_refused(server: Child, settings: Settings) -> None:
    await server.prepared()
    with pytest.raises(EngineError, match="Stage with another type"):
        await prepare_namespace(settings.temporal_target, settings.temporal_namespace, 3650, typed({"Stage": "Int"}))


async def test_a_namespace_that_is_missing_is_made(server: Child, settings: Settings) -> None:
    await server.prepared()
    await prepare_namespace(settings.temporal_target, "another-county", 365, ATTRIBUTES)
    client = await Client.connect(settings.temporal_target, namespace="another-county")
    assert await retention(client) == timedelta(days=365)
    assert ATTRIBUTES.items() <= (await listed(client)).items()


async def test_a_refusal_that_waiting_does_not_mend_is_told_at_once(server: Child, settings: Settings) -> None:
    await server.prepared()
    with pytest.raises(EngineError, match="refused to prepare the namespace"):
        await prepare_namespace(settings.temporal_target, "another-county", 0, ATTRIBUTES)


async def test_a_server_that_does_not_answer_is_told(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "ANSWER_WITHIN", 0.3)
    with pytest.raises(EngineError, match="was not ready within"):
        await prepare_namespace(settings.temporal_target, "santui", 3650, ATTRIBUTES)


def test_the_server_listens_on_this_machine_only_and_keeps_one_file(settings: Settings) -> None:
    command = server_command(settings)
    assert command[command.index("--ip") + 1] == "127.0.0.1"
    assert command[command.index("--db-filename") + 1] == str(settings.var / "temporal.db")
    assert {"journal_mode=WAL", "synchronous=NORMAL", "frontend.WorkflowTimeSkippingEnabled=true"} <= set(command)


def test_an_unknown_type_of_attribute_is_an_error() -> None:
    with pytest.raises(ValueError, match="INDEXED_VALUE_TYPE_COLOUR"):
        typed({"Stage": "Colour"})
