"""Lines of the access log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from api.core.schemas import Shape


class PostThen(Shape):
    """A post in whose capacity something was done, as it was held then."""

    role: str
    path: str
    role_name: str
    organisation: str
    """its name, or its code where it is no more"""


class AccessItem(Shape):
    """Who did, read or tried what; `outcome` is `ok` or the code of the refusal."""

    access_id: str
    at: datetime
    person_id: str | None
    name: str | None
    username: str | None
    on_behalf_of: str | None
    """whom the person deputised for"""
    on_behalf_name: str | None
    posts: list[PostThen]
    dispute_no: str | None
    what: str
    outcome: str
    address: str | None = None
    """from where; this and what follows for the auditors of the county only"""
    session_id: str | None = None
    """the beginning of the sign-in's id"""
    concerns: str | None = None
    """the person whose account, post or name it is about"""
    program: str | None = None
    """where a program asked by a token of the person: what the token was made for"""
    count: int | None = None
    """of a list, how many lines it showed"""
    shown: list[str] | None = None
    """the cases among them"""


class UnusualReader(Shape):
    """Who read far more cases beside his own work than others at the same post in the last seven days: `read` different
    ones, where `usual` is the median of the others and up to `most` nobody asks.
    """

    person_id: str
    username: str
    name: str
    roles: list[str]
    """names of what he holds now"""
    read: int
    usual: float
    most: int


class CaseReader(Shape):
    """Who read a case, tried to, or did something in it."""

    at: datetime
    name: str
    on_behalf_name: str | None
    posts: list[PostThen]
    what: str
    outcome: str


class OwnEntry(Shape):
    """What was done about somebody's account or in his name, as he sees it."""

    at: datetime
    name: str
    """who did it; empty where nobody was signed in"""
    mine: bool
    in_my_name: bool
    dispute_no: str | None
    what: str
    outcome: str
    address: str


@dataclass(frozen=True)
class Export:
    """A file that is taken out."""

    name: str
    content: bytes
