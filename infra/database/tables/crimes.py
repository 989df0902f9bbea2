"""The register of criminal cases (立案), with a person's word on which disputes each grew out of (民转刑)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from infra.database.columns import Sealed, instant_field


class CriminalCaseRow(SQLModel, table=True):
    """A criminal case put on record; never deleted."""

    __tablename__ = "criminal_case"
    __table_args__ = (Index("criminal_case_list", "registered_on", "case_id"),)
    case_id: str = Field(primary_key=True)
    case_no: str = Field(unique=True)
    """of the police: 金公（古山）立字〔2026〕1号"""
    path: str
    """of the organisation that registered it"""
    registered_on: str
    """by the clock in China: `2026-11-26`"""
    from_dispute: bool
    """its cause is a dispute among people (民间纠纷)"""
    homicide: bool
    grew: bool = False
    """somebody said of a dispute that it grew out of it, and nobody has said otherwise since"""
    prior_known: bool = False
    """so, and that dispute was opened within the twelve months before"""
    withdrawn: bool = False
    """it was put on record by mistake"""
    noted_by: str
    noted_at: datetime = instant_field()
    sealed: Any = Field(sa_column=Column(Sealed("criminal_case"), nullable=False))
    """`infra.records.reporting.crimes.Told`"""
