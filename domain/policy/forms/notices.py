"""What whoever sends a notice fills in, and whoever answers one."""

from __future__ import annotations

from pydantic import Field

from domain.policy.fields import Fields, Moment, OrganisationCode, Reasoned, Text
from domain.policy.parts.notices import SentByHand


class SendNotice(Fields):
    """A letter to one organisation, beside the dispute."""

    kind: SentByHand = Field(title="种类（advice 提示函，assignment 交办单，supervision 督办单）")
    to: OrganisationCode = Field(title="主送单位")
    text: Text = Field(title="内容与要求")
    due: Moment | None = Field(None, title="反馈期限（不填按工作机制规定的时限）")


class Answered(Fields):
    """What came of it."""

    answer: Text = Field(title="办理与反馈情况")


class NotOurs(Reasoned):
    """The matter is not the organisation's; whose it might be."""

    suggested_unit: OrganisationCode | None = Field(None, title="建议主送单位")
