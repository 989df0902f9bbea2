"""Stored answers of idempotency keys, what workers say of themselves, and how often what is remembered was changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, text
from sqlmodel import Field, SQLModel

from infra.database.columns import Sealed, instant_field


class AnswerRow(SQLModel, table=True):
    """The answer once given to a write, by the digest of (person, what, idempotency key); before that, of a decision
    on its way to the engine, the intent to send it.
    """

    __tablename__ = "answer"
    __table_args__ = (
        Index("answer_intents", "at", sqlite_where=text("seen IS NOT NULL"), postgresql_where=text("seen IS NOT NULL")),
    )
    answer_id: str = Field(primary_key=True)
    digest: str
    """of the content, so that the same key with other content is an error"""
    at: datetime = instant_field(index=True)
    status: int | None = None
    sealed: Any = Field(default=None, sa_column=Column(Sealed("answer"), nullable=True))
    dispute_no: str | None = None
    """of an intent"""
    seen: int | None = None
    """of an intent: the revision of the dispute that its sender had; none once it is ended"""


class HeartbeatRow(SQLModel, table=True):
    """When a worker was last seen alive, and how many cases' images it could not write then."""

    __tablename__ = "heartbeat"
    worker: str = Field(primary_key=True)
    at: datetime = instant_field()
    unpublished: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    unpublished_since: datetime | None = instant_field(default=None)


class GenerationRow(SQLModel, table=True):
    """On SQLite how often a topic was changed, counted by triggers; PostgreSQL notifies instead and has no rows here.

    See `infra.wakeups`.
    """

    __tablename__ = "generation"
    topic: str = Field(primary_key=True)
    number: int
