"""A person's messages: listed, counted, marked as read. One about a dispute only while it is within his sight, and
without what it says where that is kept from him.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.people.organisation import Actor
from infra.database.pagination import Page, cursor_of, read_cursor, read_instant
from infra.database.tables.messages import MessageRow
from infra.database.tables.read_model import DisputeRow
from infra.read_model.disputes import KEPT, closed_to
from infra.read_model.visibility import KNOWN, Whose, in_sight, whose

GLASS = "glass"
"""That somebody has broken the glass of a case, and why: written for those who can't open it themselves, too."""
_SAID = {"text": "", "said": "有新情况", "title": KEPT}
"""What a message says beside, where its case is kept from its reader."""


async def messages_of(
    session: AsyncSession, actor: Actor, *, unread: bool | None, limit: int, cursor: str | None
) -> Page:
    """A person's messages by keyset, the newest first; only those unread, or only those read, where that is asked."""
    at, message_id = col(MessageRow.at), col(MessageRow.message_id)
    query = select(MessageRow).where(*_shown(actor))
    if unread is not None:
        query = query.where(col(MessageRow.read_at).is_(None) if unread else col(MessageRow.read_at).is_not(None))
    if cursor:
        instant, last = read_cursor(cursor, str, str)
        before = read_instant(instant)
        query = query.where(or_(at < before, and_(at == before, message_id < last)))
    found = await session.execute(query.order_by(at.desc(), message_id.desc()).limit(limit + 1))
    rows = list(found.scalars())
    more = rows[limit - 1] if len(rows) > limit else None
    return Page(
        rows=await _as_known_to(session, actor, rows[:limit]),
        next_cursor=cursor_of(more.at, more.message_id) if more else None,
    )


async def find_message(session: AsyncSession, actor: Actor, message_id: str) -> MessageRow | None:
    """A message of the person; none also where it is about a dispute that he may not see."""
    query = select(MessageRow).where(col(MessageRow.message_id) == message_id, *_shown(actor))
    row = (await session.execute(query)).scalar_one_or_none()
    return (await _as_known_to(session, actor, [row]))[0] if row else None


async def count_unread(session: AsyncSession, actor: Actor) -> int:
    """How many messages a person has not read."""
    return int((await session.execute(_unread(whose(actor)))).scalar_one())


async def mark_read(session: AsyncSession, actor: Actor, message_id: str | None = None) -> int:
    """Marks one message of the person as read, or all; answers how many were unread until now."""
    unread = [*_shown(actor), col(MessageRow.read_at).is_(None)]
    if message_id is not None:
        unread.append(col(MessageRow.message_id) == message_id)
    done = await session.execute(
        update(MessageRow).where(*unread).values(read_at=datetime.now(UTC)).returning(col(MessageRow.message_id))
    )
    return len(done.all())


async def _as_known_to(session: AsyncSession, actor: Actor, rows: list[MessageRow]) -> list[MessageRow]:
    kept = await closed_to(session, actor, {row.dispute_no for row in rows if row.dispute_no})
    return [_kept(row) if row.dispute_no in kept and row.kind != GLASS else row for row in rows]


def _kept(row: MessageRow) -> MessageRow:
    """A copy, which nobody writes back, that says who told what sort of thing of which case, and no more of it."""
    said = {name: _SAID.get(name, value) for name, value in row.sealed.items()}
    return MessageRow(**{**row.model_dump(), "sealed": said})


@lru_cache(maxsize=KNOWN)
def _shown_to(whose: Whose) -> list[ColumnElement[bool]]:
    # Asked of each message's dispute: to gather all that a station ever had took 150 ms, on every page.
    about = col(MessageRow.dispute_no)
    seen = exists().where(col(DisputeRow.dispute_no) == about, in_sight(whose.actor, each=True))
    return [col(MessageRow.person_id) == whose.actor.person_id, or_(about.is_(None), seen)]


def _shown(actor: Actor) -> list[ColumnElement[bool]]:
    return _shown_to(whose(actor))


@lru_cache(maxsize=KNOWN)
def _unread(whose: Whose) -> Select[int]:
    """Every page has it."""
    shown = _shown_to(whose)
    return select(func.count()).select_from(MessageRow).where(*shown, col(MessageRow.read_at).is_(None))
