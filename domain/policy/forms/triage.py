"""What the analysis desk fills in."""

from __future__ import annotations

from pydantic import Field

from domain.policy.fields import Code, DisputeNo, Fields, Reasoned


class Confirm(Fields):
    """The first triage stands."""

    divert: bool | None = Field(None, title="直接分流交办（不填则按工作机制）")


class Correct(Reasoned):
    """The first triage is put right; what is left empty stands."""

    category: Code | None = Field(None, title="纠纷类别")
    colour: Code | None = Field(None, title="预警颜色")
    urgent: bool | None = Field(None, title="加急")
    police: bool | None = Field(None, title="须公安先行处置")
    divert: bool | None = Field(None, title="直接分流交办")


class DuplicateOf(Fields):
    """The same quarrel is already a case."""

    dispute_no: DisputeNo = Field(title="已有纠纷编号")
