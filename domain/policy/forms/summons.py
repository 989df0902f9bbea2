"""What a whistle, a check-in and the joint session that follows ask for (吹哨报到, 联合会商)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any

from pydantic import AfterValidator, Field, create_model, model_validator

from domain.base import Strict
from domain.policy.fields import (
    AT_THE_TABLE,
    Code,
    Fields,
    Moment,
    OrganisationCode,
    Participant,
    Reasoned,
    RoleCode,
    Text,
)

TRIGGERS = {"complex_matter": "复杂事项", "sudden_event": "突发状况"}
"""On which grounds somebody whistles, where the playbook names no others (R-083)."""
CALLED = 20
"""Who is called by one whistle, at most."""
PLANNED = 20
"""What one joint session plans, at most."""


class Called(Strict):
    """One who is called: a post of an organisation."""

    organisation: OrganisationCode = Field(title="单位")
    role: RoleCode = Field(title="岗位")


class Summon(Reasoned):
    """A whistle: who is to come, why, where and when."""

    to: list[Called] = Field(title="吹哨对象", min_length=1, max_length=CALLED)
    why: Code = Field(title="吹哨情形")
    where: Text = Field(title="集合地点", max_length=200)
    at: Moment | None = Field(None, title="报到时间（不填为即刻）")

    @model_validator(mode="after")
    def _each_once(self) -> Summon:
        if len({(each.organisation, each.role) for each in self.to}) != len(self.to):
            raise ValueError("同一单位的同一岗位只吹哨一次")
        return self


def summon_form(triggers: Mapping[str, str]) -> type[Summon]:
    """The form of a whistle, with the grounds that a mechanism knows."""
    return _summon(tuple(triggers.items()))


@cache
def _summon(triggers: tuple[tuple[str, str], ...]) -> type[Summon]:
    names = dict(triggers)
    listed = "，".join(f"{code} {name}" for code, name in triggers)

    def known(code: str) -> str:
        if code not in names:
            raise ValueError(f"只能是{'、'.join(f'{each}（{name}）' for each, name in triggers)}之一")
        return code

    field: Any = Field(title=f"吹哨情形（{listed}）", json_schema_extra={"enum": list(names)})
    why: Any = (Annotated[Code, AfterValidator(known)], field)
    return create_model("Summon", __base__=Summon, __doc__=Summon.__doc__, why=why)


class CheckedIn(Fields):
    """Here: who came, if it is somebody else than whoever says so."""

    who: Text | None = Field(None, title="到场人员（不填为本人）", max_length=100)


class PlanItem(Strict):
    """One thing that was planned: who does what by when."""

    what: Text = Field(title="事项", max_length=500)
    organisation: OrganisationCode = Field(title="落实单位")
    role: RoleCode = Field(title="岗位")
    due: Moment = Field(title="完成期限")


class Conferred(Fields):
    """A joint session that came to one mind: who took part, what was said, and the plan (整改建设方案, H-043)."""

    participants: list[Participant] = Field(title="参加人员", min_length=1, max_length=AT_THE_TABLE)
    minutes: Text = Field(title="会商纪要")
    items: list[PlanItem] = Field([], title="方案事项", max_length=PLANNED)


class NotConferred(Reasoned):
    """A joint session that came to nothing."""

    participants: list[Participant] = Field(title="参加人员", min_length=1, max_length=AT_THE_TABLE)


class CarriedOut(Fields):
    """A planned thing is done."""

    summary: Text = Field(title="落实情况")
