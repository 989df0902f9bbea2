"""What people keep of how they look at the list of disputes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from infra.database.columns import Sealed, instant_field


class SavedViewRow(SQLModel, table=True):
    """Filters and columns of the list under a name; under a person's own id, the columns that he sees by default."""

    __tablename__ = "saved_view"
    view_id: str = Field(primary_key=True)
    person_id: str = Field(foreign_key="person.person_id", index=True)
    shared_with: str = Field(default="", index=True)
    """path of the organisation whose people see it too; empty where it is its maker's alone"""
    at: datetime = instant_field()
    sealed: Any = Field(sa_column=Column(Sealed("saved_view"), nullable=False))
    """`name`, `asked`, `columns`"""
