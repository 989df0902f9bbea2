"""What is done for people behind a quarrel: arranged for whom by which department, with its date and result (H-064)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from domain.policy.fields import Day, Fields, OrganisationCode, Reasoned, Text

Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class ArrangeHelp(Reasoned):
    """A measure of help: which, for whom, and the department that is to see to it."""

    measure: Short = Field(title="帮扶措施（如精神鉴定、送医治疗、残疾证、低保）")
    whom: Short = Field(title="帮扶对象")
    organisation: OrganisationCode = Field(title="办理单位")


class Helped(Fields):
    """It was done: when, and with what result."""

    on: Day = Field(title="办成日期")
    result: Text = Field(title="办理结果")
