"""The doctor's look at what is stuck: reports, and what the API itself could not do. Cases are examined one by one."""

from __future__ import annotations

import httpx2

from infra.database.engine import Database
from infra.health.stuck import in_the_store
from infra.runtime.settings import Settings

ANSWER_WITHIN = 5.0
OF_THE_API = ("access_backlog", "background", "missing_processes")
"""What the API's own processes know best: theirs, and what the others told them."""


async def stalled(settings: Settings, database: Database) -> list[str]:
    """What is stuck, a line each.

    Raises:
        StoreUnavailable
    """
    found = await in_the_store(database)
    lines = [waits.message() for waits in found if waits.stuck and waits.what not in OF_THE_API]
    return lines + await _of_the_api(settings)


async def _of_the_api(settings: Settings) -> list[str]:
    """What the running API says of itself; nothing where it does not run."""
    try:
        # Straight to this machine, whatever proxy the environment names.
        async with httpx2.AsyncClient(trust_env=False, timeout=ANSWER_WITHIN) as http:
            stuck = (await http.get(f"{settings.base_url}/readyz")).json()["stuck"]
    except (httpx2.HTTPError, ValueError, KeyError):
        return []
    return [each["message"] for each in stuck if each["what"] in OF_THE_API]
