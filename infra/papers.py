"""What lies beside the process: files and comments of a dispute."""

from __future__ import annotations

from datetime import UTC, datetime

from domain.organisation import Actor
from infra.database import Database
from infra.ids import new_id
from infra.tables import AttachmentRow, CommentRow


async def add_attachment(
    database: Database,
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
    async with database.write() as session:
        session.add(row)
    return row


async def find_attachment(database: Database, attachment_id: str) -> AttachmentRow | None:
    """A file's particulars, whoever asks: the caller checks the dispute."""
    async with database.read() as session:
        return await session.get(AttachmentRow, attachment_id)


async def add_comment(database: Database, dispute_no: str, actor: Actor, text: str) -> CommentRow:
    """Adds a remark."""
    row = CommentRow(
        comment_id=new_id(),
        dispute_no=dispute_no,
        at=datetime.now(UTC),
        person_id=actor.person_id,
        sealed={"text": text, "by": actor.name},
    )
    async with database.write() as session:
        session.add(row)
    return row
