"""What the dispatcher and the organisations dispatched to fill in."""

from __future__ import annotations

from pydantic import Field, model_validator

from domain.policy.fields import Agreed, Fields, Meeting, OrganisationCode, Text


class Assign(Fields):
    """One lead, any number of cooperating organisations."""

    lead: OrganisationCode = Field(title="牵头单位")
    cooperating: list[OrganisationCode] = Field([], title="配合单位", max_length=13)
    instructions: Text = Field(title="交办要求")

    @model_validator(mode="after")
    def _lead_apart(self) -> Assign:
        if self.lead in self.cooperating or len(set(self.cooperating)) != len(self.cooperating):
            raise ValueError("牵头单位不得同时为配合单位，配合单位不得重复")
        return self


class Refuse(Fields):
    """An assignment refused, with its ground."""

    ground: Text = Field(title="退单依据")
    suggested_unit: OrganisationCode | None = Field(None, title="建议承办单位")


class Progress(Fields):
    """How it goes; with a person met it counts as the first intervention."""

    summary: Text = Field(title="进展")
    met: list[Meeting] = Field([], title="见面情况", max_length=20)


class Disposed(Agreed):
    """Done: who was met, when, where, and what came of it (Q-044, Q-045)."""

    summary: Text = Field(title="处置结果")
    met: list[Meeting] = Field(title="见面情况", min_length=1, max_length=20)
