"""What the police fill in: on the scene, and following up."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from domain.policy.fields import SCENE_SAFE, Agreed, Bundle, Fields, OrganisationCode, PersonCode, Reasoned, Text


class SettledOnScene(Agreed):
    """Calmed on the spot; `push_on` where the officer still sees a risk (J-040)."""

    summary: Text = Field(title="处置情况")
    push_on: bool = Field(False, title="仍有风险，继续推送责任民警")

    @model_validator(mode="after")
    def _risk_is_reasoned(self) -> SettledOnScene:
        if self.push_on and not self.reason:
            raise ValueError("继续推送须说明风险")
        return self


class Settled(Agreed):
    """Settled by the responsible officer."""

    summary: Text = Field(title="处置情况")


class Unsettled(Reasoned):
    """Not settled on the spot."""

    criminal_risk: bool = Field(False, title="有民转刑风险")
    urgent: bool = Field(False, title="建议加急")
    scene_safe: bool | None = Field(None, title=SCENE_SAFE)


class DivertedFromScene(Reasoned):
    """Not the police's to resolve: sent from the scene to whose matter it is, once that is safe (派单, H-041)."""

    scene_safe: bool = Field(title=SCENE_SAFE)
    suggested: list[OrganisationCode] = Field([], title="建议部门", max_length=13)

    @field_validator("scene_safe")
    @classmethod
    def _under_control(cls, safe: bool) -> bool:
        if not safe:
            raise ValueError("须先稳控现场，再派单分流")
        return safe


class CriminalCase(Reasoned):
    """It has become a criminal case."""

    case_no: str | None = Field(None, title="案件编号", max_length=64)


class Suggested(Fields):
    """Departments suggested to the dispatcher, who decides (J-024)."""

    suggested: list[OrganisationCode] = Field([], title="建议部门", max_length=13)


class ThirdPushApproved(Suggested):
    """It leaves the police: reported up (报送) alone, or with others under one number."""

    bundle: Bundle | None = Field(None, title="报送批次（批量报送时由系统填写）")


class Contacted(Fields):
    """A contact with a party, on record."""

    manner: Literal["call", "visit", "appointment"] = Field(title="方式（call 电话，visit 上门，appointment 约请）")
    who: Text = Field(title="联系对象")
    summary: Text = Field(title="情况")


class ThirdPush(Reasoned):
    """The responsible officer asks for push 3."""

    suggested: list[OrganisationCode] = Field([], title="建议部门", max_length=13)
    urgent: bool = Field(False, title="加急")


class NameOfficer(Fields):
    """The one officer who follows it up: who has the beat, or another of the station."""

    officer: PersonCode = Field(title="责任民警")


class NameAnother(NameOfficer):
    """The same at any later time, with the reason."""

    reason: Text = Field(title="理由")


class Noted(Fields):
    """What the deputy in charge saw or did while he follows a dispute to its end."""

    summary: Text = Field(title="跟踪情况")
