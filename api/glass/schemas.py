"""Requests and answers about breaking the glass."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from api.core.schemas import Shape
from domain.base import Strict
from domain.people.need_to_know import GlassPurpose
from domain.policy.fields import Text


class BreakGlass(Strict):
    """For what somebody has to see a case in which he has nothing to do, and why now."""

    purpose: GlassPurpose = Field(title="用途")
    reason: Text = Field(title="事由", max_length=500)


class Glass(Shape):
    """That it is broken, and until when he who broke it sees the case."""

    dispute_no: str
    purpose: GlassPurpose
    reason: str
    until: datetime
