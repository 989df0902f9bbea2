"""The access log, for those who may read it."""

from __future__ import annotations

from api.access_log.schemas import AccessItem
from api.core.context import Services
from api.core.permissions import at_root
from api.core.schemas import Listed
from domain.base import china
from domain.people.organisation import Actor
from domain.people.permissions import ACCESS_LOG_READERS
from infra.database.engine import Session
from infra.database.pagination import cursor_of, read_cursor
from infra.records import access_log as records
from infra.records.people import person_by_username


async def accesses(
    services: Services, session: Session, actor: Actor, *, person: str | None, dispute_no: str | None, refused: bool,
    limit: int, cursor: str | None,
) -> Listed[AccessItem]:  # fmt: skip
    """A page of the access log, the latest first; `person` is a username or a person id. Noted itself.

    Raises:
        NotEntitled: not a reader of the log at the county's root; the try is noted.
    """
    await at_root(services, session, actor, ACCESS_LOG_READERS, "access")
    services.access.note(actor.person_id, dispute_no, "access")
    await session.close()
    await services.access.write()
    async with services.database.resume(session):
        found = await person_by_username(session, person) if person else None
        before = read_cursor(cursor, str)[0] if cursor else None
        rows = await records.accesses(session, person_id=found.person_id if found else person, dispute_no=dispute_no,
                                      refused=refused, limit=limit + 1, before=before)  # fmt: skip
    items = [
        AccessItem(
            access_id=row.access_id, at=china(row.at), person_id=row.person_id, name=name, username=username,
            dispute_no=row.dispute_no, what=row.what, outcome=row.outcome,
        )
        for row, name, username in rows[:limit]
    ]  # fmt: skip
    more = cursor_of(rows[limit - 1][0].access_id) if len(rows) > limit else None
    return Listed[AccessItem](items=items, next_cursor=more)
