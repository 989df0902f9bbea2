"""Who watches a dispute (关注), messages to people, and the tail of events."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, Integer
from sqlmodel import Field, SQLModel

from infra.database.columns import Sealed, instant_field


class WatcherRow(SQLModel, table=True):
    """Who watches a dispute. It gives no right: events of a dispute that he no longer sees do not reach him."""

    __tablename__ = "watcher"
    dispute_no: str = Field(primary_key=True)
    person_id: str = Field(primary_key=True, index=True)
    at: datetime = instant_field()


class MessageRow(SQLModel, table=True):
    """A message to a person: that he was mentioned, that a task was handed to him, the morning's digest."""

    __tablename__ = "message"
    __table_args__ = (Index("message_list", "person_id", "at"),)
    message_id: str = Field(primary_key=True)
    person_id: str
    at: datetime = instant_field()
    kind: str
    dispute_no: str | None = None
    read_at: datetime | None = instant_field(default=None)
    sealed: Any = Field(sa_column=Column(Sealed("message"), nullable=False))


class EventRow(SQLModel, table=True):
    """Something that happened, for those who listen: codes only. Not part of the read model: no rebuilding makes it."""

    __tablename__ = "event"
    # A number is never given twice, also after everything was trimmed: listeners resume by it.
    __table_args__ = (Index("event_at", "at"), {"sqlite_autoincrement": True})
    seq: int | None = Field(
        default=None,
        sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    )
    at: datetime = instant_field()
    kind: str
    dispute_no: str
    revision: int
    task_id: str | None = None
    posts: Any = Field(sa_column=Column(JSON, nullable=False))
    """[[role, organisation path], …]: whom it concerns"""
    persons: Any = Field(sa_column=Column(JSON, nullable=False))
    """[person id, …]: in whose hands it is"""
