"""What evaluators and visitors fill in."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from domain.base import Strict
from domain.policy.fields import Code, Fields, Text

RETURN_REASONS = {
    "perfunctory": "敷衍塞责",
    "false": "弄虚作假",
    "thin_evidence": "证据不足",
    "nobody_met": "未见人见事",
    "other": "其他",
}
"""Why a disposal is returned (Q-048)."""


def _reason_code(value: Any) -> Any:
    return next((code for code, name in RETURN_REASONS.items() if value == name), value)


class Return(Strict):
    """Poor work goes back: a reason of the list, what is to be made good, and who redoes it."""

    reason: Annotated[
        Literal["perfunctory", "false", "thin_evidence", "nobody_met", "other"], BeforeValidator(_reason_code)
    ] = Field(title="退回原因（敷衍塞责、弄虚作假、证据不足、未见人见事、其他）")
    explanation: str = Field("", title="整改要求", max_length=4000)
    redo: Literal["same", "dispatch"] = Field("same", title="由谁重办（same 原承办，dispatch 重新分派）")


class ConversionApproved(Fields):
    """It is a criminal case, under this number."""

    case_no: Text = Field(title="案件编号", max_length=64)


Satisfaction = Annotated[int, Field(ge=1, le=5)]


class Visited(Fields):
    """A party was spoken to, alone."""

    summary: Text = Field(title="回访情况")
    satisfaction: Satisfaction | None = Field(None, title="对处理结果的满意度（1 至 5）")
    response_satisfaction: Satisfaction | None = Field(None, title="对公安接处警的满意度（1 至 5）")


class SatisfactionAsked(Visited):
    """The same at a visit of which the mechanism wants to know."""

    satisfaction: Satisfaction = Field(title="对处理结果的满意度（1 至 5）")


class CalledBack(Fields):
    """Whoever reported it was told what became of it."""

    summary: Text = Field(title="回复情况")
    response_satisfaction: Satisfaction | None = Field(None, title="报告人对公安接处警的满意度（1 至 5）")


class Relapsed(Visited):
    """The quarrel has flared up again (反弹)."""

    colour: Code | None = Field(None, title="重新评定颜色")
