"""Organisations, posts and who may act: levels × lines, and the tree that jurisdiction runs down.

An organisation's *path* is its code behind those of the organisations above it: `/county/police/ps-gushan`. A post is a
role at an organisation. Jurisdiction goes down the path; entitlement to a task compares role and path.
Sources: requirements E.1 (three lines × four levels), E.2 (roles).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field

from domain.base import Model, absent


class Level(StrEnum):
    """The four levels 市 县 乡镇街道 村社区, and the grid below."""

    CITY = "city"
    COUNTY = "county"
    TOWN = "town"
    VILLAGE = "village"
    GRID = "grid"


class Line(StrEnum):
    """The three lines 综治中心 12345 公安, and the courts, which belong to none."""

    GOV_CENTER = "gov_center"
    HOTLINE = "hotline"
    POLICE = "police"
    JUDICIAL = "judicial"


class Sight(StrEnum):
    """How far down a role sees disputes from its own organisation."""

    OWN = "own"
    """disputes that have, or had, a task for this very post"""
    ORGANISATION = "organisation"
    """disputes in which the organisation itself has a part"""
    SUBTREE = "subtree"
    """disputes in which the organisation or any below it has a part"""
    NONE = "none"


class Role(Model):
    """What a role is called and how far it sees."""

    code: str
    name: str
    sight: Sight
    like: str = ""
    """of a role that a playbook adds: the common role whose rights it has beside its tasks (`domain.policy.words`)"""


def _roles(*rows: tuple[str, str, Sight]) -> dict[str, Role]:
    return {code: Role(code=code, name=name, sight=sight) for code, name, sight in rows}


ROLES: dict[str, Role] = _roles(
    ("call_taker", "接警员", Sight.NONE),
    ("hotline_operator", "12345话务员", Sight.NONE),
    ("grid_worker", "网格员", Sight.ORGANISATION),
    ("grid_leader", "网格长", Sight.SUBTREE),
    ("village_secretary", "村（社区）书记", Sight.SUBTREE),
    ("on_scene_officer", "处警民警", Sight.OWN),
    ("command_room", "综合指挥室", Sight.SUBTREE),
    ("duty_leader", "值班领导", Sight.SUBTREE),
    ("responsible_officer", "责任民警", Sight.OWN),
    ("station_deputy", "分管副所长", Sight.SUBTREE),
    ("station_chief", "派出所所长", Sight.SUBTREE),
    ("bureau_analyst", "市局研判员", Sight.SUBTREE),
    ("committee_dispatcher", "政法委分派员", Sight.SUBTREE),
    ("centre_dispatcher", "综治中心分派员", Sight.SUBTREE),
    ("department_handler", "部门承办人", Sight.ORGANISATION),
    ("department_leader", "部门分管领导", Sight.SUBTREE),
    ("department_section_chief", "部门科室领导", Sight.ORGANISATION),
    ("township_leader", "镇街分管领导", Sight.SUBTREE),
    ("mediator", "人民调解员", Sight.OWN),
    ("legal_helper", "法律明白人", Sight.OWN),
    ("justice_chief", "司法所所长", Sight.SUBTREE),
    ("court_chief", "法庭庭长", Sight.SUBTREE),
    ("court_liaison", "法院联络员", Sight.ORGANISATION),
    ("womens_federation", "妇联干部", Sight.ORGANISATION),
    ("evaluator_police", "风控中心评估员（公安）", Sight.ORGANISATION),
    ("evaluator_committee", "风控中心评估员（政法委）", Sight.ORGANISATION),
    ("supervisor", "督查员", Sight.SUBTREE),
    ("leader", "分管领导", Sight.SUBTREE),
    ("auditor", "审计员", Sight.SUBTREE),
    ("admin_system", "系统管理员", Sight.NONE),
    ("admin_security", "安全管理员", Sight.NONE),
    ("admin_audit", "审计管理员", Sight.NONE),
)


Venue = Literal["mediation_studio", "judge_studio", "justice_workstation"]
VENUES: dict[str, str] = {
    "mediation_studio": "矛盾纠纷调解工作室",
    "judge_studio": "法官工作室",
    "justice_workstation": "司法所工作站",
}
"""The kinds of organisation that are venues, as R-102 calls them (驻村…)."""


class OrganisationRef(Model):
    """An organisation as a message or a case carries it. `path` begins with `/` and ends with `code`."""

    code: str
    name: str
    path: str
    level: str = ""
    line: str = ""
    venue: str = Field("", exclude_if=absent)
    """of a venue for sessions its kind"""


class Post(Model):
    """A role at an organisation, by path."""

    role: str
    path: str


class Represented(Model):
    """Somebody for whom another deputises (代班) until `until`, with those posts that may be deputised."""

    person_id: str
    name: str
    until: datetime
    posts: list[Post]


class Actor(Model):
    """The signed-in person as the API vouches for them; `on_behalf_of` is the person deputised for.

    An actor on somebody's behalf has that person's posts and his own id. Only the API knows of `deputises`: the
    engine is sent one capacity.
    """

    person_id: str
    name: str
    posts: list[Post]
    on_behalf_of: str | None = None
    on_behalf_name: str | None = None
    deputises: list[Represented] = []
    added: dict[str, Role] = Field({}, exclude_if=absent)
    """of the roles by which he reaches something, those that a playbook adds"""

    def has_role(self, *roles: str) -> bool:
        """Whether any post of the person is one of the roles, or is like one."""
        return any(not self.rights(post).isdisjoint(roles) for post in self.posts)

    def rights(self, post: Post) -> set[str]:
        """The roles whose rights a post has: its own, and of an added one those of the role that it is like."""
        added = self.added.get(post.role)
        return {post.role, added.like} if added and added.like else {post.role}

    def sight(self, post: Post) -> Sight:
        """How far a post sees; one whose role nobody knows any more sees nothing."""
        role = ROLES.get(post.role) or self.added.get(post.role)
        return role.sight if role else Sight.NONE

    @property
    def holder(self) -> str:
        """In whose hands a task is that this actor takes: a deputy takes it for the person represented."""
        return self.on_behalf_of or self.person_id

    @property
    def holder_name(self) -> str:
        """The name of that person."""
        return (self.on_behalf_name or self.name) if self.on_behalf_of else self.name

    @property
    def persons(self) -> set[str]:
        """Everybody who acts here, for four eyes: the person, and the one represented."""
        return {self.person_id, self.holder}

    @property
    def reach(self) -> list[Post]:
        """All posts by which the person sees something: his own, and those deputised."""
        return [*self.posts, *(post for other in self.deputises for post in other.posts)]

    @property
    def capacities(self) -> list[Actor]:
        """In whose name the person may act: his own first. Deputising is not transitive."""
        own = self.model_copy(update={"deputises": []})
        return [own] + [
            Actor(person_id=self.person_id, name=self.name, posts=other.posts, on_behalf_of=other.person_id,
                  on_behalf_name=other.name, added=self.added)
            for other in self.deputises
        ]  # fmt: skip

    def capacity_at(self, posts: Collection[Post]) -> Actor | None:
        """In whose name the person acts by one of these posts, his own first; none where none of them is his."""
        return next((each for each in self.capacities if any(post in posts for post in each.posts)), None)


def within(path: str, ancestor: str) -> bool:
    """Whether `path` is `ancestor` or lies below it in the tree."""
    return path == ancestor or path.startswith(ancestor.rstrip("/") + "/")


def is_root(path: str) -> bool:
    """Whether nothing is above it."""
    return parent(path) == path


def lineage(path: str) -> list[str]:
    """The path and those of all organisations above it, the root last."""
    above = [path]
    while (up := parent(above[-1])) != above[-1]:
        above.append(up)
    return above


def parent(path: str) -> str:
    """The path one level up; the root is its own parent."""
    head = path.rpartition("/")[0]
    return head or path
