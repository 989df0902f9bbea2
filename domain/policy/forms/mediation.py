"""What a session, the court and the protection-order track ask for."""

from __future__ import annotations

from pydantic import Field, field_validator

from domain.policy.fields import (
    AT_THE_TABLE,
    Day,
    Fields,
    Moment,
    Obligation,
    OrganisationCode,
    Participant,
    Reasoned,
    Text,
)


class SessionAgreed(Fields):
    """A session that ended in agreement."""

    participants: list[Participant] = Field(title="参加人员", min_length=1, max_length=AT_THE_TABLE)
    venue: OrganisationCode | None = Field(None, title="调解场所")
    terms: list[Text] = Field(title="协议条款", min_length=1, max_length=50)
    obligations: list[Obligation] = Field([], title="履行义务", max_length=60)
    confirmation: bool = Field(False, title="申请司法确认")


class SessionFailed(Reasoned):
    """A session that ended without agreement; it uses up one of the tier's attempts."""

    participants: list[Participant] = Field(title="参加人员", min_length=1, max_length=AT_THE_TABLE)
    venue: OrganisationCode | None = Field(None, title="调解场所")


class TableRefused(Reasoned):
    """A party will not sit down: mediation of that kind is over, and they are told the others (人民调解法 第26条)."""

    party: Text = Field(title="拒绝调解的当事人")
    informed: bool = Field(title="已告知可依法通过仲裁、行政、司法等途径维护权利")

    @field_validator("informed")
    @classmethod
    def _told(cls, informed: bool) -> bool:
        if not informed:
            raise ValueError("终止调解须先告知其他途径（人民调解法第26条）")
        return informed


class Adjourned(Reasoned):
    """Put off; uses up no attempt."""

    until: Moment = Field(title="改期至")


class CourtCase(Fields):
    """A court's ruling with its number."""

    case_no: Text = Field(title="案号")


class ApplyProtection(Fields):
    """Applied for; the court decides within 72 hours, in urgent cases 24 (反家庭暴力法 第28条)."""

    urgent: bool = Field(False, title="情况紧急（24小时）")


class Granted(Fields):
    """A protection order: its measures, valid for six months at most (反家庭暴力法 第29, 30条)."""

    measures: list[Text] = Field(title="措施", min_length=1, max_length=10)
    until: Day = Field(title="有效期至")
