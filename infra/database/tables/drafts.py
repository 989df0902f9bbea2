"""What people have typed and not sent yet."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from infra.database.columns import Sealed, instant_field


class DraftRow(SQLModel, table=True):
    """The fields of one form of one person, as he left them."""

    __tablename__ = "draft"
    __table_args__ = (Index("draft_saved", "saved_at"),)
    person_id: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    """which form it is: a code, of no personal data"""
    key: str
    """the form's idempotency key: what was sent under it is no draft any more"""
    saved_at: datetime = instant_field()
    sealed: Any = Field(default=None, sa_column=Column(Sealed("draft"), nullable=True))
    """pairs of name and value; none once the form was sent"""
