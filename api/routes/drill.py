"""演练: one dispute's clock moved forward in the engine, the morning's digests now. Exists only where drill is on."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BeforeValidator, TypeAdapter, ValidationError
from temporalio.client import WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from api.context import Services
from api.deps import ActorDep, ServicesDep
from api.engine import handle, published
from api.routes.disputes import seen
from api.views import dispute_item, moment
from domain.base import Strict
from domain.errors import DisputeClosed, FieldsInvalid, NotEntitled, Unavailable
from infra.digests import send_digests
from infra.queries import dispute_row
from workflows.dispute import DisputeWorkflow

router = APIRouter(prefix="/v1/drill", tags=["drill"])
LONGEST = timedelta(days=400)
PATIENCE = 110.0
"""Seconds after which an answer is better than none: the engine passes about one timer a second."""
_DURATION = TypeAdapter(timedelta)


class Advance(Strict):
    """How far: an ISO 8601 duration of at most 400 days (`P3D`, `PT2H`)."""

    dispute_no: str
    by: Annotated[str, BeforeValidator(str)]

    def duration(self) -> timedelta:
        """The duration.

        Raises:
            FieldsInvalid: it is none, not positive, or too long.
        """
        try:
            length = _DURATION.validate_python(_months_as_days(self.by))
        except ValidationError as error:
            raise FieldsInvalid(errors=[{"field": "by", "message": "应为ISO 8601时长，例如P3D"}]) from error
        if not timedelta(0) < length <= LONGEST:
            raise FieldsInvalid(errors=[{"field": "by", "message": "应大于零且不超过400天"}])
        return length


def _months_as_days(text: str) -> str:
    """`P1M` has no fixed length; in a drill a month is 31 days, so that every monthly deadline has passed."""
    match = re.fullmatch(r"P(\d+)M(?:(\d+)D)?", text)
    return f"P{int(match[1]) * 31 + int(match[2] or 0)}D" if match else text


@router.post("/advance")
async def post_advance(services: ServicesDep, actor: ActorDep, advance: Advance) -> dict[str, Any]:
    """Moves a dispute's clock forward and answers when what fell due has been done."""
    row = await seen(services, actor, advance.dispute_no)
    if not actor.has_role("supervisor", "leader", "admin_system"):
        raise NotEntitled("只有督查员可以推进演练时间")
    length = advance.duration()
    if row.closed_at is not None:
        raise DisputeClosed
    try:
        async with asyncio.timeout(PATIENCE):
            await services.drill.fast_forward(handle(services, advance.dispute_no), length)
            revision = await _at_rest(services, advance.dispute_no)
    except TimeoutError as error:
        raise Unavailable("推进后的事项尚未处理完，请稍后查看") from error
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise DisputeClosed from error
        raise Unavailable from error
    visible = await published(services, advance.dispute_no, revision)
    async with services.database.read() as session:
        now = await dispute_row(session, advance.dispute_no)
    return {
        "dispute": dispute_item(now),
        "advanced_by": advance.by,
        "published": visible,
        "opened_at": moment(now.opened_at),
    }


@router.post("/digest")
async def post_digest(services: ServicesDep, actor: ActorDep) -> dict[str, int]:
    """Sends today's digests now instead of at eight in the morning; whoever has today's already gets no second."""
    if not actor.has_role("supervisor", "leader", "admin_system"):
        raise NotEntitled("只有督查员可以在演练中发送待办提要")
    return {"people": await send_digests(services.database, datetime.now(UTC))}


async def _at_rest(services: Services, dispute_no: str) -> int:
    """The revision once everything that fell due is published."""
    while True:
        try:
            revision, seen_revision = await handle(services, dispute_no).query(
                DisputeWorkflow.progress, rpc_timeout=timedelta(seconds=20)
            )
        except WorkflowQueryFailedError as error:
            raise Unavailable from error
        if revision == seen_revision:
            return int(revision)
        await asyncio.sleep(0.02)
