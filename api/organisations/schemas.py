"""Organisations, as they are asked for and answered."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from api.people.schemas import OrganisationOfPost
from domain.base import Strict
from domain.people.organisation import Level, Line
from domain.policy.fields import Code, OrganisationCode, Text
from domain.storable_text import UNFIT, named


def _fit(name: str) -> str:
    if "/" in name:
        raise ValueError(UNFIT)
    return named(name)


OrganisationName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60), AfterValidator(_fit)
]
Keyword = Annotated[str, StringConstraints(max_length=60, pattern=r"^\S{1,60}$"), AfterValidator(_fit)]


class OrganisationIn(Strict):
    """A new organisation under another. A beat is one of kind `beat`, a grid one of kind `grid`."""

    code: Annotated[str, StringConstraints(max_length=64, pattern=r"^[a-z0-9][a-z0-9_-]{1,63}$")] = Field(
        title="单位代码（小写字母、数字、横线、下划线）"
    )
    name: OrganisationName = Field(title="名称")
    kind: Code = Field(title="类别")
    level: Level = Field(title="层级")
    line: Line = Field(title="条线")
    under: OrganisationCode = Field(title="上级单位")
    keywords: list[Keyword] = Field([], title="地名词或服务对象", max_length=40)
    """words by which an address names it; of who serves an area from elsewhere that area's code"""


class OrganisationRenamed(Strict):
    """What an organisation is called from now on."""

    name: OrganisationName = Field(title="名称")


class OrganisationMoved(Strict):
    """Under which organisation it stands from now on."""

    under: OrganisationCode = Field(title="上级单位")


class OrganisationsMerged(Strict):
    """Which organisations end and are this one from now on, and by what decision."""

    sources: list[OrganisationCode] = Field(title="撤并单位", min_length=1, max_length=20)
    reason: Text = Field(title="依据", max_length=200)


class OrganisationClosed(Strict):
    """Why an organisation ends."""

    reason: Text = Field(title="依据", max_length=200)


class OrganisationShown(OrganisationOfPost):
    """An organisation as it is now; `closed_at` of one that ended, with its `successor` where it was merged."""

    path: str
    kind: str
    keywords: list[str]
    since: datetime | None
    closed_at: datetime | None
    successor: str | None
    etag: str
    """by which a change says what it saw (`If-Match`)"""
    people: int | None = None
    """of a merger how many people came over"""
