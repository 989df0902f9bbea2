"""What a person fills in with a decision: one model a form, titles as staff read them.

Every form takes an optional `reason`. Organisations are named by code; the API resolves it before the engine sees it.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from domain.base import CHINA, Strict
from domain.people.organisation import ROLES

AnyDay = TypeVar("AnyDay", bound=date)
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
Code = Annotated[str, StringConstraints(max_length=64)]
AT_THE_TABLE = 40
"""Who takes part in one session, at most."""
OrganisationCode = Annotated[
    str, StringConstraints(min_length=1, max_length=64), Field(json_schema_extra={"format": "organisation-code"})
]


def _known_role(role: str) -> str:
    if role not in ROLES:
        raise ValueError(f"没有代码为“{role}”的岗位")
    return role


RoleCode = Annotated[Code, AfterValidator(_known_role)]
DISPUTE_NO = r"D(\d{6}-)?\d{4}-\d{6,}"
"""A dispute's number: D, the cell's code where there is one, the year, and a count of at least six digits."""
DisputeNo = Annotated[str, StringConstraints(max_length=40, pattern=f"^{DISPUTE_NO}$")]


def _in_our_time(day: AnyDay) -> AnyDay:
    if not 1900 <= day.year < 2200:  # beyond, sums with deadlines leave the calendar
        raise ValueError("日期超出范围")
    return day


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=CHINA)


Moment = Annotated[datetime, AfterValidator(_in_our_time), AfterValidator(_aware)]
"""An instant; without an offset it is Chinese time, as people write it."""
Day = Annotated[date, AfterValidator(_in_our_time)]


class Fields(Strict):
    """The root of all forms."""

    reason: str | None = Field(None, title="理由或说明", max_length=4000)


class Reasoned(Fields):
    """A form that cannot be sent without a reason."""

    reason: Text = Field(title="理由")


class Obligation(Strict):
    """One thing a party owes under an agreement, with its day (履行义务). `amount` is in yuan."""

    party: Text = Field(title="履行方")
    kind: Literal["money", "goods", "act"] = Field(title="类型（money 款项，goods 物品，act 行为）")
    what: Text = Field(title="履行内容")
    amount: Decimal | None = Field(None, title="金额（元）", ge=0, decimal_places=2, max_digits=14)
    due_on: Day = Field(title="履行期限")

    @model_validator(mode="after")
    def _money_has_amount(self) -> Obligation:
        if self.kind == "money" and self.amount is None:
            raise ValueError("款项须填写金额")
        return self


class Meeting(Strict):
    """Whom the handler met, when and where: 见人见事 (Q-044). A telephone call is not a meeting."""

    who: Text = Field(title="见了谁")
    at: Moment = Field(title="时间")
    where: Text = Field(title="地点")


class Participant(Strict):
    """Somebody at a session, in which role."""

    role: Text = Field(title="岗位")
    name: Text = Field(title="姓名")
    organisation: str | None = Field(None, title="单位", max_length=4000)


class Agreed(Fields):
    """Terms that may come with a settlement."""

    agreement: bool = Field(False, title="是否达成调解协议")
    terms: list[Text] = Field([], title="协议条款", max_length=50)
    obligations: list[Obligation] = Field([], title="履行义务", max_length=60)

    @model_validator(mode="after")
    def _obligations_need_terms(self) -> Agreed:
        if self.obligations or self.terms:
            self.agreement = True
        return self


# --- triage


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


# --- pushes


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


class CriminalCase(Reasoned):
    """It has become a criminal case."""

    case_no: str | None = Field(None, title="案件编号", max_length=64)


class Suggested(Fields):
    """Departments suggested to the dispatcher, who decides (J-024)."""

    suggested: list[OrganisationCode] = Field([], title="建议部门", max_length=13)


class Contacted(Fields):
    """A contact with a party, on record."""

    manner: Literal["call", "visit", "appointment"] = Field(title="方式（call 电话，visit 上门，appointment 约请）")
    who: Text = Field(title="联系对象")
    summary: Text = Field(title="情况")


class ThirdPush(Reasoned):
    """The responsible officer asks for push 3."""

    suggested: list[OrganisationCode] = Field([], title="建议部门", max_length=13)
    urgent: bool = Field(False, title="加急")


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


# --- mediation, confirmation, protection


class SessionAgreed(Fields):
    """A session that ended in agreement."""

    participants: list[Participant] = Field(title="参加人员", min_length=1, max_length=AT_THE_TABLE)
    terms: list[Text] = Field(title="协议条款", min_length=1, max_length=50)
    obligations: list[Obligation] = Field([], title="履行义务", max_length=60)
    confirmation: bool = Field(False, title="申请司法确认")


class SessionFailed(Reasoned):
    """A session that ended without agreement; it uses up one of the tier's attempts."""

    participants: list[Participant] = Field(title="参加人员", min_length=1, max_length=AT_THE_TABLE)


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


# --- evaluation, follow-up

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


Satisfaction = Annotated[int, Field(ge=1, le=5)]


class Visited(Fields):
    """A party was spoken to, alone."""

    summary: Text = Field(title="回访情况")
    satisfaction: Satisfaction | None = Field(None, title="满意度（1 至 5）")


class Relapsed(Visited):
    """The quarrel has flared up again (反弹)."""

    colour: Code | None = Field(None, title="重新评定颜色")


# --- supervision and changes


class Urge(Fields):
    """A written reminder to the holder."""

    message: Text = Field(title="督办意见")


class Reassign(Reasoned):
    """Somebody else takes the open tasks over."""

    role: RoleCode = Field(title="岗位")
    organisation: OrganisationCode = Field(title="单位")


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


class MergeInto(Reasoned):
    """The case goes on as another one."""

    dispute_no: DisputeNo = Field(title="并入的纠纷编号")


class TransferOut(Reasoned):
    """Handed to somebody outside the county's mechanism."""

    to: Text = Field(title="移送单位")


class GuideToLitigation(Reasoned):
    """The parties are guided to court."""

    court: str | None = Field(None, title="法院", max_length=100)
