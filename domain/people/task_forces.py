"""Task forces (工作专班): a few people for one purpose, from a day to a day (Q-010, “成立工作专班”)."""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import Field

from domain.base import Strict
from domain.errors import FieldsInvalid
from domain.people.duties import RULES, Duty
from domain.people.organisation import Actor, within
from domain.policy.fields import Moment, OrganisationCode, Text

LONGEST = timedelta(days=366)
"""[DESIGN] A task force that is to go on is formed anew: nothing without an end is one."""


class Forming(Strict):
    """A task force to be formed; its members are named afterwards (`Duty.TASK_FORCE`)."""

    name: Text = Field(title="专班名称", max_length=60)
    purpose: Text = Field(title="工作任务", max_length=1000)
    organisation: OrganisationCode = Field(title="牵头单位")
    since: Moment | None = Field(None, title="开始时间")
    until: Moment = Field(title="结束时间")


def may_form(actor: Actor, path: str) -> bool:
    """Whether somebody may form a task force at an organisation, or end it: whoever may name its members, there."""
    roles = RULES[Duty.TASK_FORCE].entrusted_by
    return any(post.role in roles and within(path, post.path) for post in actor.posts)


def check_forming(asked: Forming, now: datetime) -> None:
    """Whether a task force may run as long as is asked.

    Raises:
        FieldsInvalid
    """
    since = asked.since or now
    if asked.until <= since:
        message = "结束时间须晚于开始时间"
    elif asked.until <= now:
        message = "结束时间已过"
    elif asked.until - since > LONGEST:
        message = f"专班最长{LONGEST.days}天，需要延续的请另行成立"
    else:
        return
    raise FieldsInvalid(errors=[{"field": "until", "message": message}])
