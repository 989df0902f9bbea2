"""The tables of notices (函件) and of batches of hazards: the number of each, and where it stands."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from infra.database.columns import instant_field


class NoticeRow(SQLModel, table=True):
    """A notice with its number, which is given once and never again; never deleted. What it says is its question's."""

    __tablename__ = "notice"
    __table_args__ = (
        Index("notice_list", "sent_at", "number"),
        Index("notice_task", "task_id"),
        Index("notice_dispute", "dispute_no"),
        Index("notice_to", "to_path", "sent_at"),
    )
    number: str = Field(primary_key=True)
    """`TS-<organisation>-<year>-<count of the year>`, by kind and sender"""
    kind: str
    dispute_no: str
    task_id: str
    """of the question that carries it"""
    role: str
    path: str
    """of who sent it: the post"""
    to_path: str
    """of the organisation that it went to"""
    sent_by: str
    """person id"""
    sent_at: datetime = instant_field()
    withdrawn: bool = False
    """its question was given to another organisation, with a notice of its own"""


class HazardBatchRow(SQLModel, table=True):
    """A batch of hazards with its number, which is given once and never again; never deleted."""

    __tablename__ = "hazard_batch"
    dispute_no: str = Field(primary_key=True)
    number: str = Field(unique=True)
    """`PTS-<organisation>-<year>-<count of the year>`, by kind and sender: 第n批"""
    kind: str
    path: str
    """of the organisation that sent it"""
    sent_at: datetime = instant_field()
