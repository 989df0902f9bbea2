"""The tables of intake: what was reported, by what it is found again, and the numbers given out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from infra.database.columns import Sealed, instant_field


class IncidentRow(SQLModel, table=True):
    """A report received, whatever becomes of it; `delivered` once the engine has it."""

    __tablename__ = "incident"
    __table_args__ = (
        UniqueConstraint("source", "source_no", "nth"),
        Index("incident_place", "place_key", "reported_at"),
        Index("incident_reported", "reported_at"),
        Index("incident_reporter", "received_by", "joined", "dispute_no"),
        Index("incident_waits", "delivered", "next_try_at"),
    )
    incident_id: str = Field(primary_key=True)
    source: str
    source_no: str
    nth: int = 1
    """the how-manieth report under this source's number: from the second on its content is another's"""
    digest: str
    """of the content, however it was written, so that the same number with other content is noticed"""
    occurred_at: datetime = instant_field()
    reported_at: datetime = instant_field()
    received_at: datetime = instant_field()
    received_by: str
    place_key: str
    """a keyed digest of the normalised address"""
    category: str
    dispute_no: str = Field(index=True)
    joined: bool = False
    apart_from: str | None = None
    """the dispute that it had joined by mistake: a person has said that it is another matter"""
    own_no: str | None = None
    """the number that it has, or will have, as a dispute of its own once it is taken out of that one"""
    delivered: bool = False
    attempts: int = 0
    """how often it could not be delivered, the engine being there"""
    next_try_at: datetime | None = instant_field(default=None)
    failure: str | None = None
    """why not, the last time: a code"""
    sealed: Any = Field(sa_column=Column(Sealed("incident"), nullable=False))
    """what was reported and the triage made of it"""


class IncidentTokenRow(SQLModel, table=True):
    """By what a report is found again among all others: who is named in it, its place, its rarest words, as keyed
    digests of 64 bits. Ids grow with time, so the newest of a token are read off the key's own order."""

    __tablename__ = "incident_token"
    __table_args__ = {"sqlite_with_rowid": False}
    token: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    incident_id: str = Field(primary_key=True)


class NumberRow(SQLModel, table=True):
    """The last number given out of a series: `D2026`, or a cell's `D330784-2026`."""

    __tablename__ = "number"
    series: str = Field(primary_key=True)
    last: int
