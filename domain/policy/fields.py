"""What forms are made of: kinds of text, codes and instants, and the parts that several forms share.

Every form takes an optional `reason`. Organisations are named by code; the API resolves it before the engine sees it.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from domain.base import CHINA, Strict

AnyDay = TypeVar("AnyDay", bound=date)
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
Code = Annotated[str, StringConstraints(max_length=64)]
AT_THE_TABLE = 40
"""Who takes part in one session, at most."""
AXIS = 3
"""The steps of harm, and of urgency (Q-031)."""
SCENE_SAFE = "现场已稳控（未稳控的不得分流）"
"""What a field is called by which somebody says whether the scene is safe (H-041); empty: nobody says."""
OrganisationCode = Annotated[
    str, StringConstraints(min_length=1, max_length=64), Field(json_schema_extra={"format": "organisation-code"})
]

PersonCode = Annotated[
    str, StringConstraints(min_length=1, max_length=64), Field(json_schema_extra={"format": "person"})
]
"""A username or person id; the API resolves it before the engine sees it."""


RoleCode = Annotated[str, StringConstraints(min_length=1, max_length=64)]
"""A role's code: common, or added by the case's playbook, which its own rule looks up."""
DISPUTE_NO = r"D(\d{6}-)?\d{4}-\d{6,}"
"""A dispute's number: D, the cell's code where there is one, the year, and a count of at least six digits."""
Bundle = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z]{1,4}[A-Za-z0-9_-]{1,60}$", max_length=64),
    Field(json_schema_extra={"format": "bundle"}),
]
"""The number of a report that takes several disputes at once (`infra.records.reporting`). Whoever sends a bundle gives
it, and no form asks for it.
"""
DisputeNo = Annotated[str, StringConstraints(max_length=40, pattern=f"^{DISPUTE_NO}$")]


def _in_our_time(day: AnyDay) -> AnyDay:
    if not 1900 <= day.year < 2200:  # beyond, sums with deadlines leave the calendar
        raise ValueError("日期超出范围")
    return day


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=CHINA)


Moment = Annotated[datetime, AfterValidator(_in_our_time), AfterValidator(_aware)]
"""An instant; without an offset it is Chinese time, as people write it."""
Day = Annotated[date, AfterValidator(_in_our_time)]


class Fields(Strict):
    """The root of all forms."""

    reason: str | None = Field(None, title="理由或说明", max_length=4000)


class Reasoned(Fields):
    """A form that cannot be sent without a reason."""

    reason: Text = Field(title="理由")


class Obligation(Strict):
    """One thing a party owes under an agreement, with its day (履行义务). `amount` is in yuan."""

    party: Text = Field(title="履行方")
    kind: Literal["money", "goods", "act"] = Field(title="类型（money 款项，goods 物品，act 行为）")
    what: Text = Field(title="履行内容")
    amount: Decimal | None = Field(None, title="金额（元）", ge=0, decimal_places=2, max_digits=14)
    due_on: Day = Field(title="履行期限")

    @model_validator(mode="after")
    def _money_has_amount(self) -> Obligation:
        if self.kind == "money" and not self.amount:
            raise ValueError("款项须填写金额")
        return self


class Meeting(Strict):
    """Whom the handler met, when and where: 见人见事 (Q-044). A telephone call is not a meeting."""

    who: Text = Field(title="见了谁")
    at: Moment = Field(title="时间")
    where: Text = Field(title="地点")


class Participant(Strict):
    """Somebody at a session: who holds a post, by `person` or by `role` and `name` where these mean one person; or a
    guest, by his name, with the consent of both parties.
    """

    person: PersonCode | None = Field(None, title="在岗人员")
    name: Text | None = Field(None, title="姓名")
    role: Text | None = Field(None, title="岗位")
    organisation: str | None = Field(None, title="单位", max_length=4000)
    consent: bool | None = Field(None, title="外请人员已征得双方同意")

    @model_validator(mode="after")
    def _somebody(self) -> Participant:
        if not self.person and not self.name:
            raise ValueError("请选择在岗人员，或填写外请人员姓名")
        return self


class Agreed(Fields):
    """Terms that may come with a settlement."""

    agreement: bool = Field(False, title="是否达成调解协议")
    terms: list[Text] = Field([], title="协议条款", max_length=50)
    obligations: list[Obligation] = Field([], title="履行义务", max_length=60)

    @model_validator(mode="after")
    def _obligations_need_terms(self) -> Agreed:
        if self.obligations or self.terms:
            self.agreement = True
        return self
