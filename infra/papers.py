"""What lies beside the process: files and comments of a dispute."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from domain.organisation import Actor
from infra.database import Database
from infra.ids import new_id
from infra.messages import Told, add_messages
from infra.tables import AttachmentRow, CommentRow


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
) -> AttachmentRow:
    """Registers a file that is already on disk; `size` in bytes."""
    row = AttachmentRow(
        attachment_id=attachment_id,
        dispute_no=dispute_no,
        sha256=sha256,
        media_type=media_type,
        size=size,
        at=datetime.now(UTC),
        person_id=actor.person_id,
        sealed={"name": name[:200], "by": actor.name},
    )
    session.add(row)
    return row


async def find_attachment(database: Database, attachment_id: str) -> AttachmentRow | None:
    """A file's particulars, whoever asks: the caller checks the dispute."""
    async with database.read() as session:
        return await session.get(AttachmentRow, attachment_id)


async def add_comment(
    session: AsyncSession, dispute_no: str, actor: Actor, text: str, mentioned: dict[str, str] | None = None
) -> CommentRow:
    """Adds a remark, and tells those mentioned in it: `mentioned` holds their names by person id."""
    mentions = [{"person_id": person_id, "name": name} for person_id, name in (mentioned or {}).items()]
    row = CommentRow(
        comment_id=new_id(),
        dispute_no=dispute_no,
        at=datetime.now(UTC),
        person_id=actor.person_id,
        sealed={"text": text, "by": actor.name, "mentions": mentions},
    )
    content = {"comment_id": row.comment_id, "by": actor.name, "text": text}
    messages = [
        Told(person_id=m["person_id"], kind="mention", dispute_no=dispute_no, content=content)
        for m in mentions
        if m["person_id"] != actor.person_id
    ]
    session.add(row)
    await add_messages(session, messages, row.at)
    return row
