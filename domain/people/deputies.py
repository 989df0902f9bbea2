"""Deputies (代班): who may stand in for whom, and for how long. Sources: requirements E.2, rule 3 (start, end, on
record) and the separation of administration and audit from the work (三员分立).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from pydantic import Field

from domain.base import Strict
from domain.errors import FieldsInvalid
from domain.people.organisation import Actor, Post
from domain.people.permissions import SEPARATE_ROLES, may_manage_deputies
from domain.policy.fields import Moment, Text

LONGEST = timedelta(days=90)
_BELOW_ALL = 1_000


class Naming(Strict):
    """A deputy named: username or person id of the deputy, and of the represented person unless it is oneself."""

    deputy: Text = Field(title="代班人")
    since: Moment = Field(title="开始时间")
    until: Moment = Field(title="结束时间")
    person: Text | None = Field(None, title="被代班人")


def deputised(posts: list[Post]) -> list[Post]:
    """Of a person's posts those that a deputy fills."""
    return [post for post in posts if post.role not in SEPARATE_ROLES]


def steps_up(person: Actor, deputy: Actor) -> bool:
    """Whether the deputy would stand higher than by any post of his own: at a level of the tree above all of them.

    [DESIGN] A second person confirms that, so that nobody alone lifts another over his head.
    """
    return level(deputised(person.posts)) < level(deputy.posts)


def level(posts: Collection[Post]) -> int:
    """The level of the tree at which the highest of these posts stands: the nearer to its root, the smaller. Who holds
    none stands below all.
    """
    return min((post.path.count("/") for post in posts), default=_BELOW_ALL)


def lent(post: Post, own: Collection[Post], *, confirmed_to: int | None) -> bool:
    """Whether a deputyship gives its deputy, whose own posts these are, one of the represented's posts as they are now.

    None that stands higher than all of his own and than `confirmed_to`, the highest level there was when a second
    person gave his word: whoever is represented may have risen, or the deputy come down, since. [DESIGN]
    """
    highest = level(own) if confirmed_to is None else min(level(own), confirmed_to)
    return level([post]) >= highest and bool(deputised([post]))


def may_confirm(actor: Actor, person: Actor, *, deputy_id: str, named_by: str) -> bool:
    """Whether somebody is the second person of a deputyship: the represented, or who may order one for him; neither
    who stands in nor who named it.
    """
    return actor.person_id not in (deputy_id, named_by) and (
        actor.person_id == person.person_id or may_manage_deputies(actor, person)
    )


def check_naming(person: Actor, deputy: Actor, since: datetime, until: datetime, now: datetime) -> None:
    """Whether `deputy` may stand in for `person` from `since` until `until`; both are active people.

    Raises:
        FieldsInvalid: names every field that is wrong.
    """
    wrong = []
    if not deputised(person.posts):
        wrong.append(("person", "没有可以代班的岗位；系统、安全、审计管理岗位不得代班"))
    if deputy.person_id == person.person_id:
        wrong.append(("deputy", "不能由本人代班"))
    elif deputy.has_role(*SEPARATE_ROLES):
        wrong.append(("deputy", "系统、安全、审计管理人员不得代办业务"))
    if until <= since:
        wrong.append(("until", "结束时间须晚于开始时间"))
    elif until <= now:
        wrong.append(("until", "结束时间已过"))
    elif until - since > LONGEST:
        wrong.append(("until", f"代班最长{LONGEST.days}天"))
    if wrong:
        raise FieldsInvalid(errors=[{"field": field, "message": message} for field, message in wrong])
