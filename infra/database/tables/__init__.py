"""The tables. `dispute`, `task`, `involvement`, `helper`, `addressee`, `barred`, `timeline` and `tally` are the read
model and can be thrown away; the rest is what is not process: people, organisations, deputies, incidents, files,
comments, who watches and what he is told, answers, access log.

Columns named `sealed…` are encrypted; the others hold codes, instants and words without personal data.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, Integer
from sqlmodel import Field, SQLModel

from infra.database.columns import Sealed
from infra.database.columns import instant_field as _instant
from infra.database.tables.intake import IncidentPartyRow as IncidentPartyRow
from infra.database.tables.intake import IncidentRow as IncidentRow
from infra.database.tables.intake import NumberRow as NumberRow


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


class PersonRow(SQLModel, table=True):
    """Somebody who signs in."""

    __tablename__ = "person"
    person_id: str = Field(primary_key=True)
    username: str = Field(unique=True)
    name: str
    password_hash: str
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
    since: datetime = _instant()
    until: datetime = _instant()
    named_by: str
    named_at: datetime = _instant()
    ended_by: str | None = None
    ended_at: datetime | None = _instant(default=None)


LISTED = ("colour", "stage", "category", "source", "overdue", "holder", "search")
"""What the dispute list is filtered by. It stands in the list's own index: a row itself is read only to be shown."""


class DisputeRow(SQLModel, table=True):
    """A case at its revision, as `project(state)` made it."""

    __tablename__ = "dispute"
    __table_args__ = (
        Index("dispute_list", "opened_at", "dispute_no", *LISTED),
        Index("dispute_numbers", "dispute_no", "opened_at", *LISTED),
    )
    dispute_no: str = Field(primary_key=True)
    revision: int
    title: str
    playbook: str
    edition: str
    source: str
    category: str
    category_name: str
    colour: str
    stage: str
    round: int
    urgent: bool
    organisation: str | None
    holder: str | None
    due_at: datetime | None = _instant(default=None)
    overdue: bool
    ahead: int = 0
    """see `TaskRow`; of a closed one too"""
    opened_at: datetime = _instant()
    concluded_at: datetime | None = _instant(default=None)
    closed_at: datetime | None = _instant(default=None)
    outcome: str | None = None
    search: str
    """what the list's `q` looks in, see `infra.database.columns.searchable`"""
    sealed: Any = Field(sa_column=Column(Sealed("dispute"), nullable=False))


class InvolvementRow(SQLModel, table=True):
    """Which posts have, or had, a part in a dispute: who sees it follows from this."""

    __tablename__ = "involvement"
    __table_args__ = (Index("involvement_path", "path", "role", "dispute_no"),)
    dispute_no: str = Field(primary_key=True)
    role: str = Field(primary_key=True)
    path: str = Field(primary_key=True)


class HelperRow(SQLModel, table=True):
    """Who has, or had, a part in a dispute by delegation and by no post: he may look on."""

    __tablename__ = "helper"
    person_id: str = Field(primary_key=True)
    dispute_no: str = Field(primary_key=True)


SOUGHT = ("kind", "colour", "title", "dispute_no")
"""What the box of done tasks is filtered by: somebody's done tasks are thousands."""


class TaskRow(SQLModel, table=True):
    """A task as the inbox needs it."""

    __tablename__ = "task"
    __table_args__ = (Index("task_mine", "assignee", "state", "task_id"),
                      Index("task_done", "decided_by", "state", "task_id", *SOUGHT))  # fmt: skip
    task_id: str = Field(primary_key=True)
    dispute_no: str = Field(index=True)
    kind: str
    state: str
    round: int
    colour: str
    title: str
    assignee: str | None = None
    delegate: str | None = Field(default=None, index=True)
    offered_to: str | None = Field(default=None, index=True)
    decided_by: str | None = None
    decided_for: str | None = Field(default=None, index=True)
    """whom a deputy who decided it stood in for"""
    opened_at: datetime = _instant()
    ended_at: datetime | None = _instant(default=None)
    due_at: datetime | None = _instant(default=None)
    overdue: bool
    suspended: bool = False
    ahead: int = 0
    """of a waiting task: seconds that a drill has moved its case's clock ahead of the wall's"""
    urgency: int
    """what it weighs (`domain.image.urgency.weight`); with the time left it makes the class of urgency"""
    sealed: Any = Field(sa_column=Column(Sealed("task"), nullable=False))


class AddresseeRow(SQLModel, table=True):
    """To which posts a task is addressed, and which only watch; `state` is the task's: of very many a few wait."""

    __tablename__ = "addressee"
    __table_args__ = (Index("addressee_post", "role", "path", "watches", "state", "task_id"),)
    task_id: str = Field(primary_key=True)
    role: str = Field(primary_key=True)
    path: str = Field(primary_key=True)
    watches: bool = Field(default=False, primary_key=True)
    state: str


class BarredRow(SQLModel, table=True):
    """Who may not answer a task (four eyes)."""

    __tablename__ = "barred"
    task_id: str = Field(primary_key=True)
    person_id: str = Field(primary_key=True)


class TimelineRow(SQLModel, table=True):
    """One line of a dispute's timeline."""

    __tablename__ = "timeline"
    dispute_no: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    at: datetime = _instant()
    kind: str
    sealed: Any = Field(sa_column=Column(Sealed("timeline"), nullable=False))


class TallyRow(SQLModel, table=True):
    """One countable event of a dispute (`domain.indicators.events.Tally`): codes and instants, for the indicators."""

    __tablename__ = "tally"
    # Covering: a county's year is read off the index alone, without a look at a million rows.
    __table_args__ = (
        Index("tally_figures", "kind", "at", "unit", "leading", "result", "value", "lag", "done_at", "left_at",
              "struck_at", "month", "colour", "category"),
    )  # fmt: skip
    dispute_no: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    kind: str
    at: datetime = _instant()
    month: str
    """of `at`, by the clock in China: `2026-11`"""
    unit: str
    leading: bool
    round: int
    colour: str
    first_colour: str
    category: str
    result: str
    value: int | None = None
    lag: int | None = None
    done_at: datetime | None = _instant(default=None)
    left_at: datetime | None = _instant(default=None)
    struck_at: datetime | None = _instant(default=None)
    person_id: str | None = None


class AnswerRow(SQLModel, table=True):
    """The answer once given to a write, by the digest of (person, what, idempotency key)."""

    __tablename__ = "answer"
    answer_id: str = Field(primary_key=True)
    digest: str
    """of the content, so that the same key with other content is an error"""
    at: datetime = _instant(index=True)
    status: int | None = None
    sealed: Any = Field(default=None, sa_column=Column(Sealed("answer"), nullable=True))


class AttachmentRow(SQLModel, table=True):
    """A file of a dispute; the bytes lie encrypted in the state directory under the id."""

    __tablename__ = "attachment"
    attachment_id: str = Field(primary_key=True)
    dispute_no: str = Field(index=True)
    sha256: str
    media_type: str
    size: int
    at: datetime = _instant()
    person_id: str
    state: str = Field(default="pending", index=True)  # sent, taken: see infra.records.attachments
    sealed: Any = Field(sa_column=Column(Sealed("attachment"), nullable=False))


class CommentRow(SQLModel, table=True):
    """A remark on a dispute, beside the process."""

    __tablename__ = "comment"
    comment_id: str = Field(primary_key=True)
    dispute_no: str = Field(index=True)
    at: datetime = _instant()
    person_id: str
    sealed: Any = Field(sa_column=Column(Sealed("comment"), nullable=False))


class WatcherRow(SQLModel, table=True):
    """Who asked to be told of a dispute. It gives no right: whoever loses sight of the dispute is told nothing more."""

    __tablename__ = "watcher"
    dispute_no: str = Field(primary_key=True)
    person_id: str = Field(primary_key=True, index=True)
    at: datetime = _instant()


class MessageRow(SQLModel, table=True):
    """Something a person is told in words: that he was mentioned, the morning's digest."""

    __tablename__ = "message"
    __table_args__ = (Index("message_list", "person_id", "at"),)
    message_id: str = Field(primary_key=True)
    person_id: str
    at: datetime = _instant()
    kind: str
    dispute_no: str | None = None
    read_at: datetime | None = _instant(default=None)
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
    at: datetime = _instant()
    kind: str
    dispute_no: str
    revision: int
    task_id: str | None = None
    posts: Any = Field(sa_column=Column(JSON, nullable=False))
    """[[role, organisation path], …]: whom it concerns"""
    persons: Any = Field(sa_column=Column(JSON, nullable=False))
    """[person id, …]: in whose hands it is"""


class AccessRow(SQLModel, table=True):
    """Who read a case, or was refused; without a word of its content."""

    __tablename__ = "access"
    access_id: str = Field(primary_key=True)
    at: datetime = _instant()
    person_id: str | None = Field(default=None, index=True)
    dispute_no: str | None = Field(default=None, index=True)
    what: str
    outcome: str


class ArchiveRow(SQLModel, table=True):
    """A closed run's history in the archive; the digest is kept here too, apart from the file."""

    __tablename__ = "archive"
    run_id: str = Field(primary_key=True)
    dispute_no: str = Field(index=True)
    sha256: str
    size: int
    events: int
    closed_at: datetime = _instant(index=True)
    archived_at: datetime = _instant()


class JobRow(SQLModel, table=True):
    """Long work that somebody asked for; `sealed` holds what was asked and what came of it."""

    __tablename__ = "job"
    job_id: str = Field(primary_key=True)
    kind: str
    person_id: str
    at: datetime = _instant()
    state: str = Field(index=True)
    """queued, running, done, failed"""
    done: int = 0
    total: int | None = None
    beat_at: datetime | None = _instant(default=None)
    """when whoever works on it was last heard of"""
    finished_at: datetime | None = _instant(default=None)
    sealed: Any = Field(sa_column=Column(Sealed("job"), nullable=False))


class HeartbeatRow(SQLModel, table=True):
    """When a worker was last seen alive, and how many cases' images it could not write then."""

    __tablename__ = "heartbeat"
    worker: str = Field(primary_key=True)
    at: datetime = _instant()
    unpublished: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    unpublished_since: datetime | None = _instant(default=None)
