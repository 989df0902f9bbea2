"""Criminal cases: what is put on record, what is said of them, and what is answered."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, Field

from api.core.schemas import Shape
from api.intake.schemas import PartyIn, Short, Words
from api.look_back.schemas import LookBack
from domain.base import Strict, china
from domain.policy.fields import Day, DisputeNo, OrganisationCode, Text


def _come(day: date) -> date:
    if day > china(datetime.now(UTC)).date():
        raise ValueError("立案日期不能晚于今天")
    return day


class CriminalCaseIn(Strict):
    """A criminal case as its police registered it."""

    case_no: Annotated[Short, Field(max_length=64)] = Field(title="案件编号")
    registered_on: Annotated[Day, AfterValidator(_come)] = Field(title="立案日期")
    organisation: OrganisationCode | None = Field(None, title="立案单位；不填为本人所在单位")
    from_dispute: bool = Field(True, title="起因为民间纠纷")
    homicide: bool = Field(False, title="命案")
    address: Short = Field(title="案发地点")
    summary: Words = Field(title="简要案情")
    parties: list[PartyIn] = Field([], title="涉案人员", max_length=100)


class OriginIn(Strict):
    """Somebody's word on whether a case grew out of a dispute."""

    dispute_no: DisputeNo = Field(title="纠纷编号")
    grew: bool = Field(title="本案由该纠纷激化引起")
    reason: Text = Field(title="依据")


class WithdrawnIn(Strict):
    """Why a case is not to be on record."""

    reason: Text = Field(title="理由")


class OriginItem(Shape):
    """What was said of a dispute; `latest`: nobody has spoken on it since."""

    dispute_no: str
    grew: bool
    reason: str
    by: str
    at: datetime
    latest: bool


class CriminalCaseItem(Shape):
    """A criminal case in a list: whether it grew out of a dispute, and whether one of the twelve months before
    (`prior_known`); `judged`: somebody has spoken on that.
    """

    case_id: str
    case_no: str
    registered_on: date
    organisation: str
    organisation_name: str
    from_dispute: bool
    homicide: bool
    grew: bool
    prior_known: bool
    judged: bool
    withdrawn: bool


class Involved(Shape):
    """Somebody of a case, with his telephone masked."""

    name: str
    phone: str | None
    side: str


class CriminalCase(CriminalCaseItem):
    """A criminal case with the earlier disputes of the same people and of the same place, of the five years before."""

    address: str
    summary: str
    parties: list[Involved]
    noted_by: str
    noted_at: datetime
    withdrawn_why: str
    origins: list[OriginItem]
    """in the order in which they were said"""
    earlier: LookBack


class CrimeFigures(Shape):
    """Criminal cases of a period that grew out of disputes among people (民转刑). `converted` of them are disputes that
    were turned into a criminal case not on record: they count by themselves. `unjudged`: of nothing it was said yet
    whether the case grew out of it.
    """

    cases: int
    homicides: int
    grew: int
    prior_known: int
    unjudged: int
    converted: int


class CrimeComparison(Shape):
    """A period beside the same days of the year before (同比). `change` is that of the cases, and `homicide_change` of
    the homicides, as a share of the year before's; none where there were none.
    """

    first: date
    last: date
    now: CrimeFigures
    year_before: CrimeFigures
    change: float | None
    homicide_change: float | None
