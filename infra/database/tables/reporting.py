"""The tables of reporting up (报送): numbered reports, alone or in bundles, and what each of them holds."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, SQLModel

from infra.database.columns import Sealed, instant_field


class ReportRow(SQLModel, table=True):
    """A report of a desk: one dispute, or a bundle of several; never deleted."""

    __tablename__ = "report"
    __table_args__ = (Index("report_list", "at", "number"), Index("report_desk", "path", "at"))
    number: str = Field(primary_key=True)
    """`BS-<organisation>-<day>-<count of the day>`"""
    role: str
    path: str
    """of the organisation whose desk reports"""
    day: str
    """by the clock in China: `2026-11-26`"""
    at: datetime = instant_field()
    sent_by: str
    """person id"""
    bundle: bool
    sealed: Any = Field(sa_column=Column(Sealed("report"), nullable=False))
    """the sender's name, and a note"""


class ReportItemRow(SQLModel, table=True):
    """A dispute in a report, by the task whose answer reports it."""

    __tablename__ = "report_item"
    __table_args__ = (
        Index("report_item_task", "task_id"),
        Index("report_item_dispute", "dispute_no", "path"),
        Index("report_item_waits", "state", "asked_at"),
    )
    number: str = Field(primary_key=True)
    task_id: str = Field(primary_key=True)
    place: int
    """in the report, from 1"""
    dispute_no: str
    path: str
    """the report's own"""
    state: str
    """waiting, sent, refused"""
    again: bool = False
    """this desk has reported this dispute before: it counts once (F.2)"""
    asked_at: datetime = instant_field()
    at: datetime | None = instant_field(default=None)
    """when it was sent"""
    failure: str = ""
    """why it was refused"""


class SpotCheckRow(SQLModel, table=True):
    """What was judged and may be looked at again (抽查): an ending as no risk, a verdict on diverting; whether it was
    drawn, and what was found. Never deleted.
    """

    __tablename__ = "spot_check"
    __table_args__ = (
        Index("spot_check_list", "state", "due_at", "check_id"),
        Index("spot_check_dispute", "dispute_no", "about"),
    )
    check_id: str = Field(primary_key=True)
    """the dispute's number and its round: `D2026-000001-1`; `-K1` where it was kept until it was
    concluded in that round, `-D` and the instant where it was diverted"""
    about: str = "no_risk"
    """no_risk, kept (with the police), diverted"""
    dispute_no: str
    round: int
    closed_at: datetime = instant_field()
    """when it ended; of what was kept, when it was concluded; of what was diverted, when"""
    state: str
    """closed, passed (not drawn), drawn, judged"""
    path: str = ""
    """of the organisation whose desk found no risk in it, whose station judged"""
    due_at: datetime | None = instant_field(default=None)
    verdict: str = ""
    """agreed, wrong"""
    judged_by: str = ""
    judged_at: datetime | None = instant_field(default=None)
    settled: bool = False
    """what follows from the verdict is done: one found wrong was started again, or its case told"""
    sealed: Any = Field(default=None, sa_column=Column(Sealed("spot_check"), nullable=True))
    """what the desks said, who they were, and the reason of the verdict"""


class FigureSupervisionRow(SQLModel, table=True):
    """Supervision (督导) of an organisation whose figures of a month fall short: one a month; never deleted."""

    __tablename__ = "figure_supervision"
    __table_args__ = (Index("figure_supervision_list", "state", "opened_at", "supervision_id"),)
    supervision_id: str = Field(primary_key=True)
    """`DD-<month>-<organisation>`"""
    path: str = Field(index=True)
    month: str
    """`2026-10`"""
    opened_at: datetime = instant_field()
    due_at: datetime = instant_field()
    state: str
    """open, answered, closed"""
    findings: Any = Field(sa_column=Column(JSON, nullable=False))
    """a list of `domain.indicators.breaches.Breach`"""
    sealed: Any = Field(sa_column=Column(Sealed("figure_supervision"), nullable=False))
    """what was answered and ruled, by whom"""


class KeptFiguresRow(SQLModel, table=True):
    """Figures that took long to count, for whoever asks the same within the hour: codes, paths and numbers."""

    __tablename__ = "kept_figures"
    question: str = Field(primary_key=True)
    """a digest of all that was asked, the organisations of the person's sight among it"""
    counted_at: datetime = instant_field(index=True)
    """what was committed by then is in them"""
    figures: str
    """as `infra.read_model.reporting.kept_figures` writes them: JSON, not taken apart by the database's driver"""
