"""What the analysis desks fill in."""

from __future__ import annotations

from pydantic import Field

from domain.policy.fields import AXIS, SCENE_SAFE, Bundle, Code, DisputeNo, Fields, Reasoned, Text
from domain.policy.matters.matter import Reportable


class ReportUp(Fields):
    """A risk goes to the desk above, alone or in a bundle (报送, Q-042)."""

    bundle: Bundle | None = Field(None, title="报送批次（批量报送时由系统填写）")
    police_handled: Text | None = Field(None, title="公安先期处置情况（须公安先行的警情必填）")
    scene_safe: bool | None = Field(None, title=SCENE_SAFE)


class Confirm(ReportUp):
    """The first triage stands."""

    divert: bool | None = Field(None, title="直接分流交办（不填则按工作机制）")


class Correct(Reasoned):
    """The first triage is put right; what is left empty stands. The two axes give the colour (Q-031)."""

    category: Code | None = Field(None, title="纠纷类别")
    colour: Code | None = Field(None, title="预警颜色")
    urgent: bool | None = Field(None, title="加急")
    police: bool | None = Field(None, title="须公安先行处置")
    divert: bool | None = Field(None, title="直接分流交办")
    police_handled: Text | None = Field(None, title="公安先期处置情况（须公安先行的警情必填）")
    scene_safe: bool | None = Field(None, title=SCENE_SAFE)
    harm: int | None = Field(None, ge=1, le=AXIS, title="现实危害性（1 至 3）")
    urgency: int | None = Field(None, ge=1, le=AXIS, title="轻重缓急（1 至 3）")
    matter: Reportable | None = Field(None, title="事项（dispute 矛盾纠纷，livelihood 民生诉求，petition 信访积案）")


class NoRisk(Fields):
    """No risk in it: closed, listed and sampled (Q-040)."""

    ground: Text = Field(title="认定无风险的依据")
    answered: Text | None = Field(None, title="答复报告人情况（要求回复的来源必填）")


class PoliceCase(Reasoned):
    """A case for the police: handled by them first, and where the mechanism has no police stage, in their own procedure
    (Q-040)."""

    case_no: str | None = Field(None, title="案件或警情编号", max_length=64)
    answered: Text | None = Field(None, title="答复报告人情况（要求回复的来源必填）")


class DuplicateOf(Fields):
    """The same quarrel is already a case."""

    dispute_no: DisputeNo = Field(title="已有纠纷编号")
