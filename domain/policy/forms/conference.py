"""What calling the joint conference asks for (联席会议)."""

from __future__ import annotations

from pydantic import Field, model_validator

from domain.policy.fields import Fields, Moment, Text
from domain.policy.forms.summons import CALLED, Called


class Convene(Fields):
    """The conference is called: on what, where and when, and who comes beside its members."""

    reason: Text = Field(title="议题")
    where: Text = Field(title="会议地点", max_length=200)
    at: Moment = Field(title="会议时间")
    to: list[Called] = Field([], title="另请单位", max_length=CALLED)

    @model_validator(mode="after")
    def _each_once(self) -> Convene:
        if len({(each.organisation, each.role) for each in self.to}) != len(self.to):
            raise ValueError("同一单位的同一岗位只请一次")
        return self
