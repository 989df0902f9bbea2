"""A job's process as one that takes reports: the services of an API process, and what of its background they need."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from temporalio.client import Client

from api.core.context import Services, assemble
from api.core.schemas import JsonObject
from api.core.workflow_client import WorkflowClient
from api.incident_import.schemas import Came
from infra.database.engine import Database
from infra.runtime.places import Places
from infra.runtime.policy_files import read_policy
from infra.runtime.settings import Settings


async def worked(
    settings: Settings,
    client: Client,
    database: Database,
    request: JsonObject,
    work: Callable[[Services, JsonObject], AsyncIterator[Came]],
) -> AsyncIterator[Came]:
    """What becomes of the rows of a request, by `tried` or `taken_in`."""
    places = Places(settings.run_dir / "places")
    services = assemble(
        settings, policy=read_policy(settings.playbook), database=database, client=client,
        engine=WorkflowClient(client, settings, places), places=places, name="job",
    )  # fmt: skip
    beside = [
        asyncio.create_task(each()) for each in (database.wakeups.keep_listening, services.revisions.keep_looking)
    ]
    try:
        async for came in work(services, request):
            yield came
    finally:
        for each in beside:
            each.cancel()
            with suppress(asyncio.CancelledError):
                await each
        await services.access.write()
        places.close()
