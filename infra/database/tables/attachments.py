"""What people add to a dispute: files and comments."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from infra.database.columns import Sealed, instant_field


class AttachmentRow(SQLModel, table=True):
    """A file of a dispute; the bytes lie encrypted in the state directory under the id."""

    __tablename__ = "attachment"
    attachment_id: str = Field(primary_key=True)
    dispute_no: str = Field(index=True)
    sha256: str = Field(index=True)
    media_type: str
    size: int
    at: datetime = instant_field()
    person_id: str = Field(index=True)
    state: str = Field(default="pending", index=True)  # sent, taken: see infra.records.attachments
    sealed: Any = Field(sa_column=Column(Sealed("attachment"), nullable=False))


class CommentRow(SQLModel, table=True):
    """A remark on a dispute, beside the process."""

    __tablename__ = "comment"
    comment_id: str = Field(primary_key=True)
    dispute_no: str = Field(index=True)
    at: datetime = instant_field()
    person_id: str
    sealed: Any = Field(sa_column=Column(Sealed("comment"), nullable=False))
