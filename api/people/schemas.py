"""People: who is signed in, and who stands in for whom."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from api.core.schemas import Shape


class Token(Shape):
    """A sign-in; `expires_in` in seconds."""

    access_token: str
    token_type: Literal["bearer"]
    expires_in: int


class OrganisationOfPost(Shape):
    """An organisation as a post names it."""

    code: str
    name: str
    level: str
    line: str


class PostHeld(Shape):
    """A role at an organisation."""

    post_id: str
    role: str
    role_name: str
    organisation: OrganisationOfPost


class FormerPost(PostHeld):
    """A post that a person held."""

    until: datetime


class Represented(Shape):
    """Somebody the person deputises for."""

    person_id: str
    name: str
    until: datetime
    posts: list[PostHeld]


class Me(Shape):
    """The signed-in person."""

    person_id: str
    name: str
    posts: list[PostHeld]
    deputising_for: list[Represented]


class Who(Shape):
    """A person."""

    person_id: str
    username: str
    name: str


class Deputyship(Shape):
    """Who deputises for whom, and when."""

    deputyship_id: str
    person: Who
    deputy: Who
    since: datetime
    until: datetime
    state: Literal["ahead", "current", "over"]
    named_by: str
    named_at: datetime
    ended_by: str | None
    ended_at: datetime | None
