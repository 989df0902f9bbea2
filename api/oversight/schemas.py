"""Oversight: spot checks of what was found to be no risk."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field, model_validator

from api.core.schemas import Listed, Shape
from domain.base import Strict
from domain.policy.fields import Text
from infra.read_model.reporting.spot_checks import CheckCounts


class SpotVerdict(Strict):
    """What a second look finds: the desk was right, or wrong, with the reason."""

    verdict: Literal["agreed", "wrong"] = Field(title="抽查结论（agreed 认定无误，wrong 认定有误）")
    reason: str = Field("", title="理由（认定有误的必填）", max_length=2000)

    @model_validator(mode="after")
    def _wrong_is_reasoned(self) -> SpotVerdict:
        if self.verdict == "wrong" and not self.reason.strip():
            raise ValueError("认定有误的须说明理由")
        return self


About = Literal["no_risk", "kept", "diverted"]


class SpotCheckItem(Shape):
    """A dispute drawn for a second look: ended as no risk, kept by the police (应分未分), or diverted (误分)."""

    check_id: str
    about: About
    dispute_no: str
    title: str
    category_name: str
    colour: str
    organisation: str
    organisation_name: str
    closed_at: datetime
    """when it ended; of `kept` when it was concluded, of `diverted` when it was diverted"""
    due_at: datetime
    overdue: bool
    verdict: Literal["", "agreed", "wrong"]
    judged_at: datetime | None
    judged_by: str
    on_behalf_name: str | None
    """for whom, where a deputy judged"""


class SpotChecks(Listed[SpotCheckItem]):
    """A page of them, and how those of the last 30 days stand: `counts` of what ended as no risk, `kept` and `diverted`
    of both ways in which diverting goes wrong; `may_judge` says whether the person is asked.
    """

    counts: CheckCounts
    kept: CheckCounts
    diverted: CheckCounts
    may_judge: bool


class DeskWord(Shape):
    """What a desk said when it found no risk."""

    name: str
    decision_name: str
    at: datetime
    ground: str


class SpotCheck(SpotCheckItem):
    """One of them, with what the desks knew and said: enough for a second look, and nothing beyond."""

    narratives: list[str]
    address: str
    desks: list[DeskWord]
    verdict_words: str
    """of `kept` and `diverted`: what the rules said of diverting it, empty where nobody was asked"""
    verdict_reason: str
    """why it was done so, in the words of whoever did it"""
    reason: str
    may_judge: bool


class SupervisionAnswer(Strict):
    """Why the figures fell short, and what is done about it."""

    text: Text = Field(title="原因和整改措施")


class Ruling(Strict):
    """Whether the answer is accepted."""

    verdict: Literal["accept", "return"] = Field(title="裁定（accept 接受，return 退回重新答复）")
    text: Text = Field(title="意见")


class Finding(Shape):
    """A figure that passes its threshold."""

    indicator: str
    value: float
    limit: float
    below: bool
    numerator: float
    denominator: int | None
    words: str


class Said(Shape):
    """What was answered or ruled: `answer`, `accept`, `return`."""

    what: Literal["answer", "accept", "return"]
    name: str
    on_behalf_name: str | None
    """for whom, where a deputy spoke"""
    at: datetime
    text: str


class Supervised(Shape):
    """Supervision (督导) of an organisation's figures of a month."""

    supervision_id: str
    organisation: str
    organisation_name: str
    month: str
    state: Literal["open", "answered", "closed"]
    opened_at: datetime
    due_at: datetime
    overdue: bool
    findings: list[Finding]
    said: list[Said]
    may_answer: bool
    may_rule: bool
