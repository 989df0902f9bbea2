"""演练: one dispute's clock moved forward in the engine, the morning's digests now. Exists only where drill is on."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BeforeValidator, TypeAdapter, ValidationError

from api.core.deps import ActorDep, ServicesDep
from api.disputes.access import visible_dispute
from api.disputes.presenters import moment, present_dispute
from domain.base import Strict
from domain.errors import DisputeClosed, FieldsInvalid, NotEntitled
from domain.people.permissions import DRILL_LEADERS
from domain.policy.fields import Code
from infra.read_model.digests import send_digests
from infra.read_model.disputes import dispute_row

router = APIRouter(prefix="/v1/drill", tags=["drill"])
LONGEST = timedelta(days=400)
_DURATION = TypeAdapter(timedelta)


class Advance(Strict):
    """How far: an ISO 8601 duration of at most 400 days (`P3D`, `PT2H`)."""

    dispute_no: Code
    by: Annotated[Code, BeforeValidator(str)]

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
    async with services.database.read() as session:
        row = await visible_dispute(services, session, actor, advance.dispute_no)
    if not actor.has_role(*DRILL_LEADERS):
        raise NotEntitled("只有督查员可以推进演练时间")
    length = advance.duration()
    if row.closed_at is not None:
        raise DisputeClosed
    revision = await services.engine.advance(advance.dispute_no, length)
    visible = await services.revisions.published(advance.dispute_no, revision)
    async with services.database.read() as session:
        now = await dispute_row(session, advance.dispute_no)
    return {
        "dispute": present_dispute(now).model_dump(mode="json"),
        "advanced_by": advance.by,
        "published": visible,
        "opened_at": moment(now.opened_at),
    }


@router.post("/digest")
async def post_digest(services: ServicesDep, actor: ActorDep) -> dict[str, int]:
    """Sends today's digests now instead of at eight in the morning; whoever has today's already gets no second."""
    if not actor.has_role(*DRILL_LEADERS):
        raise NotEntitled("只有督查员可以在演练中发送待办提要")
    return {"people": await send_digests(services.database, datetime.now(UTC))}
