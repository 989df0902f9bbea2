"""Reopening a closed dispute: its workflow is over, so the rule is applied to what the read model keeps of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from api.core.context import Services
from api.disputes.brief import brief_of
from domain.errors import NotEntitled
from domain.people.organisation import Actor
from domain.transitions.actions import Act, capacity_to_act
from domain.transitions.reopening import check_reopen
from infra.database.tables.read_model import DisputeRow
from infra.read_model.disputes import dispute_line, paths_of

Reopen = Callable[..., Awaitable[None]]


async def reopen_closed(
    services: Services, actor: Actor, row: DisputeRow, message: Act, reopen: Reopen
) -> dict[str, Any]:
    """Starts the next run of a closed dispute for somebody entitled to it.

    Raises:
        ActionNotAllowed, NotEntitled, FieldsInvalid, Unavailable
    """
    async with services.database.read() as session:
        paths = await paths_of(session, row.dispute_no)
    try:
        check_reopen(message, paths, closed=row.closed_at is not None)
    except NotEntitled as refusal:
        services.access.note(actor.person_id, row.dispute_no, "act:reopen", refusal.code)
        raise
    by = capacity_to_act("reopen", paths, actor)
    await reopen(services, row.dispute_no, reopened=message.model_copy(update={"actor": by}))
    seen = await services.revisions.published(row.dispute_no, row.revision + 1)
    async with services.database.read() as session:
        now = await dispute_line(session, row.dispute_no)
    return {"action": "reopen", "dispute": brief_of(now).model_dump(), **({} if seen else {"published": False})}
