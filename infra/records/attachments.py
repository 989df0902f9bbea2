"""Files of disputes in the database: each its sender's own until an answer takes it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.base import china
from domain.errors import FieldsInvalid, QuotaReached, TooLarge
from domain.people.organisation import Actor
from infra.database.engine import Database
from infra.database.statements import Statement, among
from infra.database.tables.attachments import AttachmentRow
from infra.database.transactions import Work, within

PENDING, SENT, TAKEN = "pending", "sent", "taken"
"""A file's states: its sender's own, with an answer on its way, part of the case."""
PENDING_FOR = timedelta(hours=48)
"""A form that was begun is sent by then, or its files are chosen again."""
SENT_FOR = timedelta(days=30)
"""An answer left while no worker answers takes effect, or is refused, once there is one."""

_TAKE = Statement(
    lambda dialect: (
        update(AttachmentRow)
        .where(
            among(col(AttachmentRow.attachment_id), "ids", dialect),
            col(AttachmentRow.dispute_no) == bindparam("number"),
            col(AttachmentRow.state) != TAKEN,
        )
        .values(state=TAKEN)
    )
)


async def add_attachment(
    session: AsyncSession,
    attachment_id: str,
    dispute_no: str,
    actor: Actor,
    *,
    name: str,
    sha256: str,
    media_type: str,
    size: int,
    small: bool = False,
) -> AttachmentRow:
    """Registers a file that is already on disk; `size` in bytes, `small`: a small picture lies beside it."""
    row = AttachmentRow(
        attachment_id=attachment_id,
        dispute_no=dispute_no,
        sha256=sha256,
        media_type=media_type,
        size=size,
        at=datetime.now(UTC),
        person_id=actor.person_id,
        state=PENDING,
        sealed={"name": name[:200], "by": actor.name, "small": small},
    )
    session.add(row)
    return row


async def check_room(
    session: AsyncSession, person_id: str, dispute_no: str, size: int, *, of_day: int, of_case: int, promised: int = 0
) -> None:
    """Whether a file of `size` bytes finds room in what a person may send in a day (of China's calendar, `of_day`
    bytes; `promised` are under way already) and in what a case may have (`of_case`), of what is there.

    Raises:
        QuotaReached: says when the next day begins.
        TooLarge: the case has too much.
    """
    now = china(datetime.now(UTC))
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    sent = col(AttachmentRow.person_id) == person_id, col(AttachmentRow.at) >= day.astimezone(UTC)
    if await _bytes(session, *sent) + promised + size > of_day:
        after = int((day + timedelta(days=1) - now).total_seconds()) + 1
        raise QuotaReached(f"今日上传已达上限（{of_day // 2**20}MB），请明日再传", after=after)
    if await _bytes(session, col(AttachmentRow.dispute_no) == dispute_no) + size > of_case:
        raise TooLarge(f"本案附件总量已达上限（{of_case // 2**20}MB）")


async def _bytes(session: AsyncSession, *of: ColumnElement[bool]) -> int:
    return int(
        (await session.execute(select(func.coalesce(func.sum(col(AttachmentRow.size)), 0)).where(*of))).scalar_one()
    )


async def find_attachment(session: AsyncSession, attachment_id: str, person_id: str) -> AttachmentRow | None:
    """A file's particulars; of one that no answer has, only for its sender. The caller checks the dispute."""
    row = await session.get(AttachmentRow, attachment_id)
    return row if row and shows(row, person_id) else None


def shows(row: AttachmentRow, person_id: str) -> bool:
    """Whether everybody who sees the dispute sees the file: before an answer names it, only its sender does."""
    return row.state == TAKEN or row.person_id == person_id


async def send_attachments(database: Database, ids: list[str]) -> list[str]:
    """An answer with these files goes on its way: until its outcome is known they are neither removed nor swept.
    Answers which of them went with it: others are part of the case, or on their way with another answer.

    What is taken is known when the case is published (`infra.read_model.writer`), however late the answer takes effect.

    Raises:
        FieldsInvalid: one was removed meanwhile; then none goes.
    """
    if not ids:
        return []
    async with database.write() as session:
        moved = await _move(session, ids, PENDING, SENT)
        await check_there(session, ids)
    return moved


async def return_attachments(database: Database, ids: list[str]) -> None:
    """The answer that these went with was refused: the files are its sender's own again."""
    if ids:
        async with database.write() as session:
            await _move(session, ids, SENT, PENDING)


def attachments_taken(dispute_no: str, ids: Iterable[str]) -> Work[None]:
    """An answer has these files: they are part of the case."""
    if wanted := sorted(set(ids)):
        yield _TAKE, {"number": dispute_no, "ids": wanted}


async def take_attachments(session: AsyncSession, dispute_no: str, ids: Iterable[str]) -> None:
    """The same in a session's transaction."""
    await within(session, attachments_taken(dispute_no, ids))


async def check_there(session: AsyncSession, ids: Collection[str]) -> None:
    """Whether files that an answer was given in this transaction are there: they may have been removed since they were
    looked at, and from here on they can't be.

    Raises:
        FieldsInvalid: one is not.
    """
    query = select(col(AttachmentRow.attachment_id)).where(col(AttachmentRow.attachment_id).in_(ids))
    if ids and set((await session.execute(query)).scalars()) != set(ids):
        raise no_such_file()


def no_such_file() -> FieldsInvalid:
    """The refusal of an attachment id that does not exist for this person."""
    return FieldsInvalid(errors=[{"field": "attachments", "message": "附件不存在，或不属于该纠纷"}])


async def drop_attachment(database: Database, attachment_id: str) -> bool:
    """Forgets a file that no answer has; false where one has it, or had it in the meantime."""
    mine = col(AttachmentRow.attachment_id) == attachment_id, col(AttachmentRow.state) == PENDING
    async with database.write() as session:
        query = delete(AttachmentRow).where(*mine).returning(col(AttachmentRow.attachment_id))
        return (await session.execute(query)).first() is not None


async def sweep_attachments(database: Database, now: datetime) -> list[str]:
    """Forgets the files that no answer took in time; answers their ids."""
    late = or_(
        *(
            and_(col(AttachmentRow.state) == state, col(AttachmentRow.at) < now - kept)
            for state, kept in ((PENDING, PENDING_FOR), (SENT, SENT_FOR))
        )
    )
    async with database.write() as session:
        query = delete(AttachmentRow).where(late).returning(col(AttachmentRow.attachment_id))
        return list((await session.execute(query)).scalars())


async def known_attachments(database: Database, ids: Iterable[str]) -> set[str]:
    """Those of the ids that are registered."""
    found: set[str] = set()
    async with database.read() as session:
        for some in batched(ids):
            query = select(col(AttachmentRow.attachment_id)).where(col(AttachmentRow.attachment_id).in_(some))
            found |= set((await session.execute(query)).scalars())
    return found


def batched(ids: Iterable[str], size: int = 500) -> Iterator[list[str]]:
    """The ids in lists that a statement can name."""
    rest = iter(ids)
    while some := list(islice(rest, size)):
        yield some


async def used_before(session: AsyncSession, digests: Collection[str], but: Collection[str]) -> list[AttachmentRow]:
    """Files of these digests that answers have or take, of whatever dispute, oldest first; not those in `but`."""
    kept = col(AttachmentRow.state) != PENDING, col(AttachmentRow.attachment_id).not_in(but)
    query = select(AttachmentRow).where(col(AttachmentRow.sha256).in_(digests), *kept)
    return list((await session.execute(query.order_by(col(AttachmentRow.attachment_id)).limit(10))).scalars())


async def _move(session: AsyncSession, ids: list[str], before: str, after: str) -> list[str]:
    these = col(AttachmentRow.attachment_id).in_(ids), col(AttachmentRow.state) == before
    query = update(AttachmentRow).where(*these).values(state=after).returning(col(AttachmentRow.attachment_id))
    return list((await session.execute(query)).scalars())


async def attachments_of(session: AsyncSession, dispute_no: str, person_id: str) -> list[AttachmentRow]:
    """A dispute's files as a person sees them, oldest first: those that answers took, and his own others."""
    theirs = or_(col(AttachmentRow.state) == TAKEN, col(AttachmentRow.person_id) == person_id)
    query = select(AttachmentRow).where(col(AttachmentRow.dispute_no) == dispute_no, theirs)
    return list((await session.execute(query.order_by(col(AttachmentRow.attachment_id)))).scalars())
