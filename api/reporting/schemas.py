"""Reporting up: a desk's day, and the reports it made."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from api.core.schemas import Listed, Shape
from api.tasks.schemas import TaskItem
from domain.base import Strict
from domain.policy.fields import Code
from infra.read_model.reporting.desk_days import DayCounts

MOST = 100
"""Disputes that one report may hold."""


class ReportIn(Strict):
    """What a desk reports up at once: its own open tasks, by id."""

    tasks: list[Annotated[Code, Field(max_length=64)]] = Field(min_length=1, max_length=MOST, title="上报的警情")
    note: str = Field("", title="说明", max_length=500)


class ReportCounts(Shape):
    """What has become of a report's disputes: `again` of those sent were reported by this desk before, and count once
    (F.2)."""

    sent: int
    again: int
    refused: int
    waiting: int


class ReportItem(Shape):
    """A report (报送), as lists show it."""

    number: str
    day: str
    at: datetime
    organisation: str
    organisation_name: str
    role: str
    role_name: str
    sent_by: str
    bundle: bool
    note: str
    counts: ReportCounts


class ReportLine(Shape):
    """A dispute of a report; `reason` says why it could not go up."""

    dispute_no: str
    task_id: str
    title: str
    category_name: str
    colour: str
    state: Literal["waiting", "sent", "refused"]
    again: bool
    at: datetime | None
    reason: str


class Report(ReportItem):
    """A report with those of its disputes that the person may see; `hidden` are the others."""

    items: list[ReportLine]
    hidden: int


class DeskItem(Shape):
    """Something a desk judges: not reviewed yet, or how it was judged and by which report it went up."""

    task: TaskItem
    reviewed: bool
    decision_name: str | None
    report: str | None
    reports: bool
    """whether to confirm it sends it up: it may go into a bundle"""


class DeskDay(Listed[DeskItem]):
    """A desk's list of a day, what is unreviewed on top."""

    day: str
    counts: DayCounts
