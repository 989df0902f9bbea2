"""A dispute, if the person may see it."""

from __future__ import annotations

from api.core.context import Services
from domain.errors import NeedToKnow, NotFound
from domain.people.organisation import Actor
from infra.database.engine import Session
from infra.database.tables.read_model import DisputeRow
from infra.read_model.disputes import find_dispute, within_sight
from infra.records.access_log.asking import seen_as


async def visible_dispute(services: Services, session: Session, actor: Actor, dispute_no: str) -> DisputeRow:
    """A dispute that the person may see and open: every way to what a case says leads through here.

    Raises:
        NotFound: there is none, or not for this person; the attempt is noted in the access log.
        NeedToKnow: he sees that it is, and it is kept from him; noted too.
    """
    row = await find_dispute(session, actor, dispute_no)
    if row is None:
        raise await refused(services, session, actor, dispute_no, "read")
    if actor.deputises and (capacity := await _capacity(session, actor, dispute_no)):
        seen_as(dispute_no, capacity)
    return row


async def refused(
    services: Services, session: Session, actor: Actor, dispute_no: str, what: str
) -> NotFound | NeedToKnow:
    """Why somebody is not shown a dispute, put on record: there is none in his sight, or it is kept from him."""
    kept = await within_sight(session, actor, [dispute_no])
    refusal = NeedToKnow(dispute_no=dispute_no) if kept else NotFound("没有这个纠纷")
    services.access.note(actor.person_id, dispute_no, what, refusal.code)
    return refusal


async def _capacity(session: Session, actor: Actor, dispute_no: str) -> Actor | None:
    """In whose name somebody sees a dispute, his own first."""
    for capacity in actor.capacities:
        if await find_dispute(session, capacity, dispute_no):
            return capacity
    return None
