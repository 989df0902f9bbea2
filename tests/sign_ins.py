"""Sign-ins that tests put on record themselves: hundreds of people are not hashed into the house."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from domain.people.sign_ins import Lasting
from infra.database.columns import unlock
from infra.database.engine import Database, open_database
from infra.records.signing_in.sessions import Sessions
from infra.runtime.crypto import load_keys
from infra.runtime.settings import Settings

HOUR = timedelta(hours=1)


async def token_of(database: Database, person_id: str, life: timedelta = HOUR) -> str:
    """A token of a new sign-in of somebody."""
    sessions = Sessions(database, Lasting(life=life, idle=HOUR))
    async with database.write() as session:
        return await sessions.begin(session, person_id, datetime.now(UTC), address="127.0.0.1", device="test")


def tokens_of(settings: Settings, person_ids: Collection[str], life: timedelta = HOUR) -> dict[str, str]:
    """Tokens of new sign-ins at a running instance, by person id."""

    async def made() -> dict[str, str]:
        unlock(load_keys(settings.key_file))
        database = open_database(settings)
        try:
            return {person_id: await token_of(database, person_id, life) for person_id in person_ids}
        finally:
            await database.close()

    return asyncio.run(made())
