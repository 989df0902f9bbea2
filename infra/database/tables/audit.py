"""The access log, archived histories, and long jobs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, text
from sqlmodel import Field, SQLModel

from infra.database.columns import Sealed, instant_field

TAKEN_OUT = text(
    "what IN ('export:indicators', 'export:disputes', 'export:disputes:fetch', 'access:export', 'history',"
    " 'history:decoded')"
)
"""What is taken out of the system as a file: of very many entries a few."""


class AccessRow(SQLModel, table=True):
    """Who did, read or tried what; without a word of a case's content."""

    __tablename__ = "access"
    __table_args__ = (Index("access_taken_out", "access_id", sqlite_where=TAKEN_OUT, postgresql_where=TAKEN_OUT),)
    access_id: str = Field(primary_key=True)
    at: datetime = instant_field()
    person_id: str | None = Field(default=None, index=True)
    on_behalf_of: str | None = Field(default=None, index=True)
    """whom the person deputised for in it"""
    concerns: str | None = Field(default=None, index=True)
    """the person whose account, post or name it is about"""
    posts: str = ""
    """those in whose capacity it was done, as then held: `role@path`, with a space between"""
    session_id: str = ""
    """the beginning of the sign-in's id"""
    dispute_no: str | None = Field(default=None, index=True)
    what: str
    outcome: str
    sealed: Any = Field(sa_column=Column(Sealed("access"), nullable=False))
    """`address`, and what else is to be known: of a list what was `asked`, its `count` and the cases `shown`"""


class GlassRow(SQLModel, table=True):
    """Who has broken the glass of a case that is need-to-know, and until when he sees it; `sealed`: purpose, reason.

    Broken again, it is the same row: every time is in the access log.
    """

    __tablename__ = "glass"
    dispute_no: str = Field(primary_key=True)
    person_id: str = Field(primary_key=True)
    at: datetime = instant_field()
    until: datetime = instant_field()
    sealed: Any = Field(sa_column=Column(Sealed("glass"), nullable=False))


class ArchiveRow(SQLModel, table=True):
    """A closed run's history in the archive; the digest is kept here too, apart from the file."""

    __tablename__ = "archive"
    run_id: str = Field(primary_key=True)
    dispute_no: str = Field(index=True)
    sha256: str
    size: int
    events: int
    closed_at: datetime = instant_field(index=True)
    archived_at: datetime = instant_field()


class JobRow(SQLModel, table=True):
    """Long work that somebody asked for; `sealed` holds the request and the result."""

    __tablename__ = "job"
    job_id: str = Field(primary_key=True)
    kind: str
    person_id: str
    at: datetime = instant_field()
    state: str = Field(index=True)
    """queued, running, done, failed"""
    done: int = 0
    total: int | None = None
    holder: str | None = None
    """who works on it, or did last: a new word each time it is taken"""
    beat_at: datetime | None = instant_field(default=None)
    """the last sign of life of the process that works on it"""
    finished_at: datetime | None = instant_field(default=None)
    sealed: Any = Field(sa_column=Column(Sealed("job"), nullable=False))
