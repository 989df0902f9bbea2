"""What supervision and the actions on a case ask for."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from domain.policy.fields import Code, DisputeNo, Fields, Moment, OrganisationCode, Reasoned, RoleCode, Text


class Urge(Fields):
    """A written reminder to the holder."""

    message: Text = Field(title="督办意见")


class Reassign(Reasoned):
    """Somebody else takes the open tasks over."""

    role: RoleCode = Field(title="岗位")
    organisation: OrganisationCode = Field(title="单位")


class ReassignOf(Reassign):
    """The same, of the holder, or of one organisation that has a part beside him."""

    of: OrganisationCode | None = Field(None, title="改派哪个协办单位的待办（不填为主办）")


class CorrectParty(Reasoned):
    """A party's particulars put right, or somebody who joins; what is left empty stays as it is."""

    party: Text | None = Field(None, title="更正哪一位（原姓名；新增当事人不填）")
    name: Text = Field(title="姓名", max_length=200)
    side: Literal["a", "b", "other"] | None = Field(None, title="当事方（a 甲方，b 乙方，other 其他）")
    phone: str | None = Field(None, title="电话", max_length=40)
    id_number: str | None = Field(None, title="证件号码", max_length=40)


class Extend(Reasoned):
    """A later deadline; the old one stays on record."""

    until: Moment = Field(title="延期至")


class Suspend(Reasoned):
    """The clock stands still, with a ground, at most until a day."""

    ground: Text = Field(title="中止事由")
    until: Moment | None = Field(None, title="中止至")


class Recolour(Reasoned):
    """Another colour."""

    colour: Code = Field(title="预警颜色")


class Promote(Reasoned):
    """The matter moves up a level (提级办理)."""

    grounds_called: ClassVar[str] = "重大事项情形"


class MergeInto(Reasoned):
    """The case goes on as another one."""

    dispute_no: DisputeNo = Field(title="并入的纠纷编号")


class SplitReport(Reasoned):
    """A report that had joined by mistake begins a dispute of its own."""

    incident_id: Code = Field(title="移出哪条警情")


class TransferOut(Reasoned):
    """Handed to somebody outside the county's mechanism."""

    to: Text = Field(title="移送单位")


class GuideToLitigation(Reasoned):
    """The parties are guided to court."""

    court: str | None = Field(None, title="法院", max_length=100)
