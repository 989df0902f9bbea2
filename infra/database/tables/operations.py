"""Stored answers of idempotency keys, what processes say of themselves, tries at signing in, and how often what is
remembered was changed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, text
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


class KnownKeyRow(SQLModel, table=True):
    """The id of a key that this installation has used, and the day it was first seen. Whatever names another was not
    sealed here.
    """

    __tablename__ = "known_key"
    key_id: str = Field(primary_key=True)
    since: datetime = instant_field()


class ExportsRow(SQLModel, table=True):
    """How often a person took something out in an hour of the clock, the last in which he did."""

    __tablename__ = "exports"
    person_id: str = Field(primary_key=True)
    hour: datetime = instant_field()
    """its beginning"""
    taken: int


class HeartbeatRow(SQLModel, table=True):
    """When a process was last seen alive, and what waited in it then."""

    __tablename__ = "heartbeat"
    process: str = Field(primary_key=True)
    """its name and its machine: `worker-2@host`"""
    kind: str
    """api or worker"""
    pid: int
    at: datetime = instant_field()
    waits: Any = Field(sa_column=Column(JSON, nullable=False))
    """a list of `infra.health.waiting.Waiting`"""


class CalendarRow(SQLModel, table=True):
    """A published edition of the working calendar; `sealed` holds its days, who published it and why."""

    __tablename__ = "calendar_edition"
    number: int = Field(primary_key=True)
    """the how-manieth; the last one is in effect"""
    edition: str = Field(unique=True)
    at: datetime = instant_field()
    person_id: str
    job_id: str
    """the job that tells it to the open disputes"""
    sealed: Any = Field(sa_column=Column(Sealed("calendar"), nullable=False))


class LearnedEditionRow(SQLModel, table=True):
    """What was learned from the cases confirmed by an instant, or that nothing was; never deleted."""

    __tablename__ = "learned_edition"
    number: int = Field(primary_key=True)
    at: datetime = instant_field()
    until: datetime = instant_field()
    """when the newest of its cases was confirmed"""
    cases: int
    verdict: str
    """of `domain.triage.learning.training.Comparison`"""
    serves: bool
    """at most one does"""
    switched_off: bool = False
    """of the latest: somebody switched learning off, and no edition serves until it is switched on"""
    told: Any = Field(sa_column=Column(Sealed("learned_told"), nullable=False))
    """how it compared, and who switched what and why"""
    sealed: Any = Field(default=None, sa_column=Column(Sealed("learned_edition"), nullable=True))
    """`domain.triage.learning.edition.Edition`; none where it was not better, and can't serve"""


class PlaceAliasRow(SQLModel, table=True):
    """Two names of one place, as desks had it; never deleted, since who was wrong once is not asked again."""

    __tablename__ = "place_alias"
    alias_id: str = Field(primary_key=True)
    """a keyed digest of the two names"""
    standing: str = Field(index=True)
    """gathering, serves, contradicted or withdrawn; the last two for good"""
    at: datetime = instant_field()
    """when it came to stand so"""
    sealed: Any = Field(sa_column=Column(Sealed("place_alias"), nullable=False))
    """`infra.records.learning.aliases.Told`"""


class ExaminationRow(SQLModel, table=True):
    """One look of the doctor at all runs, once it has come to its end."""

    __tablename__ = "examination"
    began: datetime = instant_field(primary_key=True)
    ended: datetime = instant_field()
    looked: int
    """at how many disputes and runs"""


class FindingRow(SQLModel, table=True):
    """Something that the doctor found; never deleted. Found again after it was gone it is another."""

    __tablename__ = "finding"
    __table_args__ = (Index("finding_standing", "gone_at", "kind"),)
    finding_id: str = Field(primary_key=True)
    digest: str = Field(index=True)
    kind: str
    found_at: datetime = instant_field(index=True)
    seen_at: datetime = instant_field()
    """when the last examination that saw it began"""
    healed_at: datetime | None = instant_field(default=None)
    gone_at: datetime | None = instant_field(default=None)
    sealed: Any = Field(sa_column=Column(Sealed("finding"), nullable=False))
    """`infra.health.doctor.findings.Found`: who starts a run that is not ours may call it what he likes"""


class SignInRow(SQLModel, table=True):
    """A try at signing in that failed, or is under way; gone after a day."""

    __tablename__ = "sign_in"
    try_id: str = Field(primary_key=True)
    username: str = Field(index=True)
    """a keyed digest: somebody may have typed a password there"""
    address: str = Field(index=True)
    """likewise"""
    at: datetime = instant_field(index=True)


class GenerationRow(SQLModel, table=True):
    """On SQLite how often a topic was changed, counted by triggers; PostgreSQL notifies instead and has no rows here.

    See `infra.wakeups`.
    """

    __tablename__ = "generation"
    topic: str = Field(primary_key=True)
    number: int
