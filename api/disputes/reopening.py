"""Reopening a closed dispute: its workflow is over, so the rule is applied to what the read model keeps of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import ValidationError

from api.core.context import Services
from api.disputes.brief import brief_of
from domain.errors import ActionNotAllowed, FieldsInvalid, NotEntitled
from domain.people.organisation import Actor
from domain.policy.catalogue import ACTIONS
from domain.transitions.actions import Act, actions_open, capacity_to_act
from domain.validation_messages import field_errors
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
    if row.closed_at is None:
        raise ActionNotAllowed("纠纷尚未办结")
    async with services.database.read() as session:
        paths = await paths_of(session, row.dispute_no)
    if "reopen" not in actions_open(["reopen"], paths, actor):
        services.access.note(actor.person_id, row.dispute_no, "act:reopen", NotEntitled.code)
        raise NotEntitled
    try:
        ACTIONS["reopen"].form.model_validate(message.fields)
    except ValidationError as error:
        raise FieldsInvalid(errors=field_errors(error)) from error
    by = capacity_to_act("reopen", paths, actor)
    await reopen(services, row.dispute_no, reopened=message.model_copy(update={"actor": by}))
    seen = await services.revisions.published(row.dispute_no, row.revision + 1)
    async with services.database.read() as session:
        now = await dispute_line(session, row.dispute_no)
    return {"action": "reopen", "dispute": brief_of(now).model_dump(), **({} if seen else {"published": False})}
