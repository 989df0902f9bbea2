"""Drill: moving one dispute's clock forward in the engine, and sending the day's digests early."""

from __future__ import annotations

from datetime import UTC, datetime

from api.core.context import Services
from api.disputes.access import visible_dispute
from api.disputes.presenters import present_dispute
from api.operations.schemas import Advance, Advanced, Digested, FiguresJudged
from api.oversight.raising import month_of, raise_for
from domain.base import china
from domain.errors import DisputeClosed, NotEntitled
from domain.people.organisation import Actor
from domain.people.permissions import DRILL_LEADERS
from infra.database.engine import Session
from infra.read_model.digests import send_digests
from infra.read_model.disputes import dispute_row


async def advance(services: Services, session: Session, actor: Actor, asked: Advance) -> Advanced:
    """Moves a dispute's clock, and answers when what fell due has been done.

    Raises:
        NotFound: no such dispute for this person.
        NotEntitled: the role does not lead drills.
        FieldsInvalid: no duration, or one out of bounds.
        DisputeClosed
        Conflict: the clock is being moved already.
        Unavailable: the clock may have been moved, or be moved yet.
    """
    row = await visible_dispute(services, session, actor, asked.dispute_no)
    if not actor.has_role(*DRILL_LEADERS):
        raise NotEntitled("只有督查员可以推进演练时间")
    length = asked.duration()
    if row.closed_at is not None:
        raise DisputeClosed
    await session.close()
    revision = await services.engine.advance(asked.dispute_no, length)
    published = await services.revisions.published(asked.dispute_no, revision)
    async with services.database.resume(session):
        now = await dispute_row(session, asked.dispute_no)
    return Advanced(
        dispute=present_dispute(now),
        advanced_by=asked.by,
        published=published,
        opened_at=china(now.opened_at),
    )


async def digest(services: Services, session: Session, actor: Actor) -> Digested:
    """Sends today's digests to whom has not got today's yet.

    Raises:
        NotEntitled: the role does not lead drills.
    """
    if not actor.has_role(*DRILL_LEADERS):
        raise NotEntitled("只有督查员可以在演练中发送待办提要")
    await session.close()
    return Digested(people=await send_digests(services.database, datetime.now(UTC)))


async def judge_figures(services: Services, session: Session, actor: Actor) -> FiguresJudged:
    """Judges the figures of this month as if it had closed.

    Raises:
        NotEntitled: the role does not lead drills.
    """
    if not actor.has_role(*DRILL_LEADERS):
        raise NotEntitled("只有督查员可以在演练中提前评判指标")
    await session.close()
    return FiguresJudged(raised=await raise_for(services, month_of(datetime.now(UTC))))
