"""The doctor's work in a job's process: what can be healed safely is healed, as `santui recover` does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from temporalio.client import Client
from temporalio.service import RPCError

from api.calendar.telling import engine_of
from api.core.engine import Engine
from api.intake.next_run import recover
from domain.errors import Unavailable
from infra.database.engine import Database
from infra.health.doctor.examination import Piece, examine, pieces
from infra.health.doctor.records import last_began
from infra.records.calendars.editions import Calendars
from infra.runtime.policy_files import read_policy
from infra.runtime.settings import Settings


@dataclass(frozen=True)
class _Surgery:
    engine: Engine
    calendars: Calendars


async def examination(
    settings: Settings, client: Client, database: Database, *, heals: bool = True
) -> tuple[int, AsyncIterator[Piece]]:
    """About how many pieces there are, and what is looked at as it is. What is found is put on record.

    Raises:
        Unavailable: the engine does not answer. So may each piece.
        StoreUnavailable
    """
    surgery = _Surgery(engine_of(settings, client), Calendars(database, read_policy(settings.playbook).calendar))

    async def heal(number: str) -> bool:
        return await recover(surgery, number)

    try:
        total = await pieces(client, database, await last_began(database))
    except RPCError as error:
        raise Unavailable from error
    return total, _answering(examine(client, database, heal=heal if heals else None))


async def _answering(results: AsyncIterator[Piece]) -> AsyncIterator[Piece]:
    try:
        async for piece in results:
            yield piece
    except RPCError as error:
        raise Unavailable from error
