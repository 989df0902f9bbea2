"""People: who is signed in, and who stands in for whom."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from api.core.schemas import Shape
from domain.base import Strict
from domain.people.passwords import LONGEST
from domain.policy.fields import OrganisationCode, RoleCode
from domain.storable_text import UNFIT, is_fit, named


def _fit(secret: str) -> str:
    if not is_fit(secret):
        raise ValueError(UNFIT)
    return secret


PersonName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60), AfterValidator(named)
]
Secret = Annotated[str, Field(min_length=1, max_length=LONGEST, repr=False), AfterValidator(_fit)]


class Token(Shape):
    """A sign-in; `expires_in` in seconds. With `password_due` nothing is answered until the password is changed, with
    `enrolment_due` until a second factor was taken.
    """

    access_token: str
    token_type: Literal["bearer"]
    expires_in: int
    password_due: bool
    enrolment_due: bool


class PasswordIn(Strict):
    """A new password for oneself."""

    old: Secret = Field(title="原口令")
    new: Secret = Field(title="新口令")


class PasswordCode(Shape):
    """A one-time code for somebody, shown this once: he signs in with it before `until`, and chooses a password."""

    username: str
    name: str
    code: str
    until: datetime


class SignInHeld(Shape):
    """A sign-in of the signed-in person that still holds: since when, from where, with what."""

    session_id: str
    begun_at: datetime
    seen_at: datetime
    until: datetime
    address: str
    device: str
    current: bool
    """whether it is the one that asks"""
    way: Literal["password", "provider"]
    """by what somebody came in"""
    factor: Literal["", "code", "recovery", "provider"]
    """what stood beside it; empty where nothing did"""


class SignInsEnded(Shape):
    """How many sign-ins were ended."""

    ended: int


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
    state: Literal["waiting", "ahead", "current", "over"]
    """`waiting`: for a second person's confirmation, without which it is not in force"""
    named_by: str
    named_at: datetime
    confirmed_by: str | None
    confirmed_at: datetime | None
    ended_by: str | None
    ended_at: datetime | None


class PostIn(Strict):
    """A post to be given."""

    role: RoleCode = Field(title="岗位")
    organisation: OrganisationCode = Field(title="单位")


class AccountIn(Strict):
    """A new account with its first posts."""

    username: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{1,63}$", max_length=64)] = Field(
        title="用户名（小写字母、数字、点、横线）"
    )
    name: PersonName = Field(title="姓名")
    posts: list[PostIn] = Field(title="岗位", min_length=1, max_length=20)


class NewName(Strict):
    """What somebody is called from now on."""

    name: PersonName = Field(title="姓名")


class Account(Shape):
    """An account with the posts held now."""

    person_id: str
    username: str
    name: str
    active: bool
    posts: list[PostHeld]
