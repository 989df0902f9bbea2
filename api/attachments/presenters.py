"""Rows of attachments as the HTTP contract shows them."""

from __future__ import annotations

from api.attachments.schemas import Attachment
from domain.base import china
from infra.database.tables.attachments import AttachmentRow
from infra.records.attachments import TAKEN


def present_attachment(row: AttachmentRow) -> Attachment:
    """A file's particulars."""
    return Attachment(
        attachment_id=row.attachment_id,
        name=row.sealed["name"],
        sha256=row.sha256,
        media_type=row.media_type,
        size=row.size,
        at=china(row.at),
        by=row.sealed["by"],
        pending=row.state != TAKEN,
        thumbnail=row.sealed.get("small", False),
    )
