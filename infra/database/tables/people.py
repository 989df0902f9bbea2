"""Organisations, people, posts, and who stands in for whom."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, text
from sqlmodel import Field, SQLModel

from infra.database.columns import Instant, Sealed, instant_field


class OrganisationRow(SQLModel, table=True):
    """An organisation; `path` is its code behind those above it."""

    __tablename__ = "organisation"
    code: str = Field(primary_key=True)
    name: str
    kind: str
    level: str
    line: str
    path: str = Field(unique=True)
    keywords: str = ""
    """place words by which an address is recognised, separated by spaces"""
    since: datetime | None = instant_field(default=None)
    """none where nobody wrote down since when"""
    closed_at: datetime | None = instant_field(default=None)
    successor: str | None = None
    """of a closed one that was merged into another: its code"""


class OrganisationWasRow(SQLModel, table=True):
    """What an organisation was called and where it stood until `until`.

    Cases go on under the path that they began with: whoever holds a post there now, or at the successor, holds it at
    the old path too (`PostRow.inherited`).
    """

    __tablename__ = "organisation_was"
    organisation_code: str = Field(primary_key=True, foreign_key="organisation.code")
    until: datetime = Field(sa_column=Column(Instant, primary_key=True))
    name: str
    path: str


class PersonRow(SQLModel, table=True):
    """Somebody who signs in."""

    __tablename__ = "person"
    person_id: str = Field(primary_key=True)
    username: str = Field(unique=True)
    name: str
    password_hash: str
    password_at: datetime | None = instant_field(default=None)
    """since when it serves; none where nobody wrote that down"""
    password_due: bool = False
    """it was given out by somebody else, and must be changed before anything else"""
    password_until: datetime | None = instant_field(default=None)
    """of a one-time code, when it serves no more"""
    active: bool = True


class PostRow(SQLModel, table=True):
    """A person's role at an organisation."""

    __tablename__ = "post"
    __table_args__ = (Index("post_role_path", "role", "path"),)
    post_id: str = Field(primary_key=True)
    person_id: str = Field(foreign_key="person.person_id", index=True)
    role: str
    organisation_code: str = Field(foreign_key="organisation.code")
    path: str
    since: datetime | None = instant_field(default=None)
    """none where nobody wrote down since when"""
    inherited: bool = False
    """it follows from another post of the person, at a path that the organisation had before"""


class FormerPostRow(SQLModel, table=True):
    """A post that somebody held until `until`; a row of `post` that was moved here, never deleted.

    Apart from those that are held: whoever asks what somebody may do can't forget to ask until when.
    """

    __tablename__ = "former_post"
    post_id: str = Field(primary_key=True)
    person_id: str = Field(foreign_key="person.person_id", index=True)
    role: str
    organisation_code: str = Field(foreign_key="organisation.code")
    path: str
    since: datetime | None = instant_field(default=None)
    until: datetime = instant_field()
    leaving_id: str
    """by which leaving it ended"""


class LeavingRow(SQLModel, table=True):
    """A person left all his posts or some of them: when, who put it on record, why."""

    __tablename__ = "leaving"
    leaving_id: str = Field(primary_key=True)
    person_id: str = Field(foreign_key="person.person_id", index=True)
    by: str
    """person id of who put it on record"""
    at: datetime = instant_field()
    sealed: Any = Field(sa_column=Column(Sealed("leaving"), nullable=False))
    """the reason, and what was said of each piece of work"""


class HandingOnRow(SQLModel, table=True):
    """What of a leaver's work a case is to be told, until the engine has it: once a case and leaving."""

    __tablename__ = "handing_on"
    __table_args__ = (
        Index("handing_on_waits", "leaving_id", "dispute_no", sqlite_where=text("delivered_at IS NULL"),
              postgresql_where=text("delivered_at IS NULL")),
    )  # fmt: skip
    leaving_id: str = Field(primary_key=True)
    dispute_no: str = Field(primary_key=True)
    delivered_at: datetime | None = instant_field(default=None)
    sealed: Any = Field(sa_column=Column(Sealed("handing_on"), nullable=False))
    """the findings (`domain.transitions.leaving.unmanned`), with person ids for people"""


class DutyRow(SQLModel, table=True):
    """Something entrusted to a person (`domain.people.duties`), from `since` until it was ended; never deleted.

    `subject` is what it is about: a beat, a township, an organisation, a qualification, a task force.
    """

    __tablename__ = "duty"
    __table_args__ = (Index("duty_subject", "kind", "subject"),)
    duty_id: str = Field(primary_key=True)
    kind: str
    subject: str
    person_id: str = Field(foreign_key="person.person_id", index=True)
    detail: str = ""
    """what exactly: a line of work, a certificate's number, a part in a task force"""
    scope: str = ""
    """of a line of work: codes of the responsibility list, separated by spaces; empty is all"""
    since: datetime = instant_field()
    until: datetime | None = instant_field(default=None)
    """its end as foreseen"""
    named_by: str
    named_at: datetime = instant_field()
    ended_by: str = ""
    ended_at: datetime | None = instant_field(default=None)


class TaskForceRow(SQLModel, table=True):
    """A task force (工作专班) of an organisation, from `since` to `until` unless it was ended before; its members are
    duties. Never deleted.
    """

    __tablename__ = "task_force"
    force_id: str = Field(primary_key=True)
    name: str
    purpose: str
    organisation_code: str = Field(foreign_key="organisation.code")
    since: datetime = instant_field()
    until: datetime = instant_field()
    formed_by: str
    formed_at: datetime = instant_field()
    ended_by: str = ""
    ended_at: datetime | None = instant_field(default=None)


class DeputyRow(SQLModel, table=True):
    """A deputyship (代班): one person stands in for another from `since` until `until`, or until it was ended.

    It is never deleted: who could act for whom at any time stays on record.
    """

    __tablename__ = "deputy"
    deputyship_id: str = Field(primary_key=True)
    person_id: str = Field(foreign_key="person.person_id", index=True)
    """who is represented"""
    deputy_id: str = Field(foreign_key="person.person_id", index=True)
    """who stands in"""
    since: datetime = instant_field()
    until: datetime = instant_field()
    named_by: str
    named_at: datetime = instant_field()
    waits: bool = False
    """it is in force only once a second person has confirmed it"""
    confirmed_by: str | None = None
    confirmed_at: datetime | None = instant_field(default=None)
    confirmed_to: int | None = None
    """the highest level of the tree at which the represented stood then"""
    ended_by: str | None = None
    ended_at: datetime | None = instant_field(default=None)
