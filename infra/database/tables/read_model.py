"""The read model: disputes, tasks, who has a part in them, timelines and countable events."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, Index, text
from sqlmodel import Field, SQLModel

from infra.database.columns import Sealed, instant_field

LISTED = ("matter", "colour", "stage", "category", "source", "overdue", "holder", "tags", "search",
          "organisation", "closed_at", "sensitivity")  # fmt: skip
"""What the dispute list is filtered by. It stands in the list's own index: a row itself is read only to be shown."""

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""Where a list sorted by due dates has what has none."""
WAITING = text("state IN ('open', 'claimed')")
"""Of tasks, and of whom they ask: those that somebody is to answer yet, a few of a county's years."""
LOOKED_AT = ("dispute_no", "state", "assignee", "colour", "overdue", "suspended", "due_at", "moved_at", "task_id")
"""What those who answer for others look for in it; a row itself, which is long, is read only to be shown."""
PRESSING = ("late_order", "due_order", "task_id", "urgency")
"""In which order it presses (`infra.read_model.urgency_order`): a page is read off the index until it is full."""
LIVE = text("stage <> 'closed'")
"""Of disputes: those in course."""
ON_BOARD = ("dispute_no", "stage", "matter", "organisation", "overdue", "due_at")
"""What the board counts of them; by number, as their parts lie, for of each it is asked who sees it."""


class DisputeRow(SQLModel, table=True):
    """A case at its revision, as `project(state)` made it."""

    __tablename__ = "dispute"
    __table_args__ = (
        Index("dispute_list", "opened_at", "dispute_no", *LISTED),
        Index("dispute_numbers", "dispute_no", "opened_at", *LISTED),
        Index("dispute_due", "due_order", "dispute_no", *LISTED),
        Index("dispute_colour", "colour_order", "due_order", "dispute_no", *LISTED),
        Index("dispute_live", *ON_BOARD, sqlite_where=LIVE, postgresql_where=LIVE),
        Index("dispute_sensitive", "dispute_no", sqlite_where=text("sensitivity = 3"),
              postgresql_where=text("sensitivity = 3")),
        Index("dispute_closed", "category", "closed_at", sqlite_where=text("closed_at IS NOT NULL"),
              postgresql_where=text("closed_at IS NOT NULL")),
    )  # fmt: skip
    dispute_no: str = Field(primary_key=True)
    revision: int
    matter: str = "dispute"
    title: str
    playbook: str
    edition: str
    source: str
    category: str
    category_name: str
    sensitivity: int = 1
    """1 to 3 (`domain.case.sensitivity`); who may open one of the third level is narrower than who sees that it is"""
    colour: str
    tags: str = ""
    """骨头案, 钉子案, 回流案, each between commas: `,bone,nail,`"""
    stage: str
    stage_called: str | None = None
    """what its playbook calls the stage, where that is not the common name"""
    round: int
    urgent: bool
    organisation: str | None
    holder: str | None
    due_at: datetime | None = instant_field(default=None)
    overdue: bool
    due_order: datetime = instant_field(default=NEVER)
    """`due_at` as a list is sorted by it: by the wall's clock (a drill's is another); what has none last"""
    colour_order: int = 9
    """how grave its colour is, the gravest first, as a list is sorted by it"""
    ahead: int = 0
    """see `TaskRow`; of a closed one too"""
    opened_at: datetime = instant_field()
    concluded_at: datetime | None = instant_field(default=None)
    closed_at: datetime | None = instant_field(default=None)
    outcome: str | None = None
    tallied: int = 0
    """how many countable events it has"""
    officer: str | None = Field(default=None, index=True)
    """person id of the officer it is named to, else of whose beat it is; none once it is closed"""
    deputy: str | None = Field(default=None, index=True)
    """person id of the deputy in charge of the beat"""
    search: str
    """what the list's `q` looks in, see `infra.database.columns.searchable`"""
    sealed: Any = Field(sa_column=Column(Sealed("dispute"), nullable=False))


class HazardItemRow(SQLModel, table=True):
    """One item of a batch of hazards (R-063): codes and instants for lists and for the view of what is outstanding."""

    __tablename__ = "hazard_item"
    __table_args__ = (Index("hazard_item_outstanding", "path", "aspect", "state", "due_at", "dispute_no"),)
    dispute_no: str = Field(primary_key=True)
    no: int = Field(primary_key=True)
    aspect: str
    aspect_name: str
    path: str
    state: str
    due_at: datetime = instant_field()
    sent_at: datetime = instant_field()
    rectified_at: datetime | None = instant_field(default=None)
    """of the latest answer"""
    cancelled_at: datetime | None = instant_field(default=None)
    returned: int = 0
    """how often it was sent back"""
    ahead: int = 0
    """seconds that a drill had moved its case's clock ahead when it was written"""
    sealed: Any = Field(sa_column=Column(Sealed("hazard_item"), nullable=False))


class InvolvementRow(SQLModel, table=True):
    """Which posts have, or had, a part in a dispute: who sees it follows from this."""

    __tablename__ = "involvement"
    __table_args__ = (Index("involvement_path", "path", "role", "dispute_no"),)
    dispute_no: str = Field(primary_key=True)
    role: str = Field(primary_key=True)
    path: str = Field(primary_key=True)


class PartyTokenRow(SQLModel, table=True):
    """A mark of somebody in a dispute, blinded: by it he is found again in others, and nobody reads who he is."""

    __tablename__ = "party_token"
    token: str = Field(primary_key=True)
    """a digest of the mark's one way of writing (`domain.triage.identity`), behind the id of its key"""
    dispute_no: str = Field(primary_key=True, index=True)
    side: str = Field(primary_key=True)
    """on which side of the quarrel he stands"""
    mark: str
    """what it is of: `id_number`, `phone`, `name`"""
    identified: bool
    """whether his identity number is among his marks: another number there is another person, whatever his name"""


class SearchTokenRow(SQLModel, table=True):
    """A part of a name, a telephone or an address of a dispute, blinded: of which of them it is, it does not say."""

    __tablename__ = "search_token"
    token: str = Field(primary_key=True)
    dispute_no: str = Field(primary_key=True, index=True)


SOUGHT = ("kind", "colour", "title", "dispute_no")
"""What the box of done tasks is filtered by: somebody's done tasks are thousands."""


class TaskRow(SQLModel, table=True):
    """A task as the inbox needs it."""

    __tablename__ = "task"
    __table_args__ = (Index("task_of_dispute", "dispute_no", "state", "task_id"),
                      Index("task_mine", "assignee", "state", "task_id"),
                      Index("task_ringing", "ringing", "task_id"),
                      Index("task_called", "opened_at", "dispute_no", sqlite_where=text("kind = 'check_in'"),
                            postgresql_where=text("kind = 'check_in'")),
                      Index("task_supervised", "opened_at", "task_id", sqlite_where=text("kind = 'supervise'"),
                            postgresql_where=text("kind = 'supervise'")),
                      Index("task_waiting", *LOOKED_AT, sqlite_where=WAITING, postgresql_where=WAITING),
                      Index("task_pressing", *PRESSING, *LOOKED_AT[:-1], sqlite_where=WAITING,
                            postgresql_where=WAITING),
                      Index("task_done", "decided_by", "state", "task_id", *SOUGHT))  # fmt: skip
    task_id: str = Field(primary_key=True)
    dispute_no: str
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
    opened_at: datetime = instant_field()
    ended_at: datetime | None = instant_field(default=None)
    due_at: datetime | None = instant_field(default=None)
    overdue: bool
    suspended: bool = False
    ringing: bool = Field(default=False)
    """somebody's desk is to ring for it: which one is sealed (`domain.case.bells`)"""
    ahead: int = 0
    """of a waiting task: seconds that a drill has moved its case's clock ahead of the wall's"""
    urgency: int
    """what it weighs (`domain.image.urgency.weight`); with the time left it makes the class of urgency"""
    late_order: int = 0
    """less than 0 where it is overdue, the graver the less, as what waits is sorted"""
    due_order: datetime = instant_field(default=NEVER)
    """by the wall's clock, in whole seconds; NEVER where it has no deadline, or one that stands still"""
    moved_at: datetime = instant_field(default=NEVER)
    """when somebody last decided something in its dispute, it was opened, or, once it has ended, it ended"""
    sealed: Any = Field(sa_column=Column(Sealed("task"), nullable=False))


class AddresseeRow(SQLModel, table=True):
    """To which posts a task is addressed, and which only watch; `state` is the task's: of very many a few wait."""

    __tablename__ = "addressee"
    __table_args__ = (
        Index("addressee_post", "role", "path", "watches", "state", "task_id"),
        Index("addressee_waiting", "path", "watches", "task_id", sqlite_where=WAITING, postgresql_where=WAITING),
        Index("addressee_open", "task_id", sqlite_where=text("state = 'open'"),
              postgresql_where=text("state = 'open'")),
    )  # fmt: skip
    task_id: str = Field(primary_key=True)
    role: str = Field(primary_key=True)
    path: str = Field(primary_key=True)
    watches: bool = Field(default=False, primary_key=True)
    state: str


class AppointmentRow(SQLModel, table=True):
    """A question that will be put to a post on a later day: a session that was put off, a visit, a check."""

    __tablename__ = "appointment"
    __table_args__ = (Index("appointment_post", "role", "path", "at"),)
    task_id: str = Field(primary_key=True)
    role: str = Field(primary_key=True)
    path: str = Field(primary_key=True)
    dispute_no: str = Field(index=True)
    kind: str
    at: datetime = instant_field()
    sealed: Any = Field(sa_column=Column(Sealed("appointment"), nullable=False))


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
    at: datetime = instant_field()
    kind: str
    sealed: Any = Field(sa_column=Column(Sealed("timeline"), nullable=False))


class TallyRow(SQLModel, table=True):
    """One countable event of a dispute (`domain.indicators.events.Tally`): codes and instants, for the indicators."""

    __tablename__ = "tally"
    # Covering: a county's year is read off the index alone, without a look at a million rows.
    __table_args__ = (
        Index("tally_figures", "kind", "at", "unit", "leading", "result", "value", "lag", "done_at", "left_at",
              "struck_at", "month", "colour", "category", "handler", "reporter", "dispatcher", "judge", "station",
              "township", "source", "beat", "matter"),
    )  # fmt: skip
    dispute_no: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    kind: str
    at: datetime = instant_field()
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
    done_at: datetime | None = instant_field(default=None)
    left_at: datetime | None = instant_field(default=None)
    struck_at: datetime | None = instant_field(default=None)
    person_id: str | None = None
    handler: str = ""
    reporter: str = ""
    dispatcher: str = ""
    judge: str = ""
    station: str = ""
    township: str = ""
    source: str = ""
    beat: str = ""
    matter: str = "dispute"
    """of the case that it is counted of"""
