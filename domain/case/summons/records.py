"""What a case keeps of a whistle. How those called and the planned things stand is with their tasks."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from domain.base import Model, absent
from domain.people.organisation import Post
from domain.policy.stages import Stage


class CalledPost(Model):
    """One who was called, by the task that asks him to check in."""

    name: str
    path: str
    task_id: str


class Conference(Model):
    """A joint session that was held (联合会商)."""

    round: int
    at: datetime
    task_id: str
    result: str
    participants: list[dict[str, Any]] = []
    minutes: str = ""


class Planned(Model):
    """One thing of the plan, by the task that asks for it."""

    number: int
    what: str
    path: str
    due_at: datetime
    task_id: str


class Whistle(Model):
    """One whistle (吹哨), from its moment on: all that follows is measured from `at`."""

    number: int
    round: int
    stage: Stage
    at: datetime
    by: str | None = Field(None, exclude_if=absent)
    by_name: str = Field("", exclude_if=absent)
    post: Post | None = Field(None, exclude_if=absent)
    """by which it was blown; none where the process itself called a tier's people"""
    cause: Literal["summon", "tier", "dispatch", "conference"] = "summon"
    """`conference`: a joint conference that was called, and no whistle"""
    why: str = Field("", exclude_if=absent)
    """the ground, in the words of the playbook"""
    reason: str = Field("", exclude_if=absent)
    where: str = Field("", exclude_if=absent)
    meet_at: datetime | None = Field(None, exclude_if=absent)
    called: list[CalledPost] = []
    conferences: list[Conference] = Field([], exclude_if=absent)
    items: list[Planned] = Field([], exclude_if=absent)
