"""Comments: what people say of a dispute beside the process."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.people.organisation import Actor
from infra.database.ids import new_id
from infra.database.tables.attachments import CommentRow
from infra.records.attachments import check_there, take_attachments
from infra.records.messages import NewMessage, add_messages


async def add_comment(
    session: AsyncSession,
    dispute_no: str,
    actor: Actor,
    text: str,
    mentioned: dict[str, str] | None = None,
    files: list[str] | None = None,
) -> CommentRow:
    """Adds a remark with its `files`, attachment ids, and tells those mentioned in it: `mentioned` holds their names by
    person id.

    Raises:
        FieldsInvalid: a file was removed meanwhile.
    """
    mentions = [{"person_id": person_id, "name": name} for person_id, name in (mentioned or {}).items()]
    row = CommentRow(
        comment_id=new_id(),
        dispute_no=dispute_no,
        at=datetime.now(UTC),
        person_id=actor.person_id,
        sealed={"text": text, "by": actor.name, "mentions": mentions, "attachments": files or []},
    )
    content = {"comment_id": row.comment_id, "by": actor.name, "text": text}
    messages = [
        NewMessage(person_id=m["person_id"], kind="mention", dispute_no=dispute_no, content=content)
        for m in mentions
        if m["person_id"] != actor.person_id
    ]
    session.add(row)
    await take_attachments(session, dispute_no, files or [])
    await check_there(session, files or [])
    await add_messages(session, messages, row.at)
    return row


async def comments_of(session: AsyncSession, dispute_no: str) -> list[CommentRow]:
    """A dispute's comments, oldest first."""
    return list(
        (
            await session.execute(
                select(CommentRow).where(col(CommentRow.dispute_no) == dispute_no).order_by(col(CommentRow.comment_id))
            )
        ).scalars()
    )
