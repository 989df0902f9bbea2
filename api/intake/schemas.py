"""Reports of incidents: what is sent, and what is answered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from api.core.schemas import Problem, Shape
from domain.base import Model, Strict
from domain.case.capacity import MAX_MESSAGE, size_of
from domain.policy.fields import Code, Moment
from domain.policy.matters.matter import Matter
from domain.policy.stages import Stage
from domain.storable_text import UNFIT, is_fit
from domain.triage.triage import Learned

LONGEST_AGO = timedelta(days=3653)
LARGEST = MAX_MESSAGE * 3 // 4
"""Bytes of the largest report: what is recorded must fit into the message that takes it to the case."""


def _storable(text: Any) -> Any:
    if isinstance(text, str) and not is_fit(text):
        raise ValueError(UNFIT)
    return text


def _no_number(at: Any) -> Any:
    """A number is refused: it would be read as seconds since 1970."""
    if isinstance(at, int | float) or (isinstance(at, str) and at.strip(" +-").replace(".", "", 1).isdigit()):
        raise ValueError("应为时间，例如 2026-12-31T09:00:00+08:00")
    return at


Storable = BeforeValidator(_storable)
Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), Storable]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=8000), Storable]


def _not_tomorrow(at: datetime) -> datetime:
    if (at - datetime.now(UTC)).days >= 1:
        raise ValueError("时间不能晚于现在")
    return at


def _not_long_ago(at: datetime) -> datetime:
    """[DESIGN] A report is entered within ten years; what happened may lie further back."""
    if datetime.now(UTC) - at > LONGEST_AGO:
        raise ValueError("报告时间不能早于十年前")
    return at


Past = Annotated[Moment, BeforeValidator(_no_number), AfterValidator(_not_tomorrow)]
Maybe = Annotated[str | None, Storable]


class PlaceIn(Strict):
    """Where it happened."""

    address: Short = Field(title="地址")
    grid_code: Maybe = Field(None, title="网格编码", max_length=64)
    organisation_code: Maybe = Field(None, title="单位编码", max_length=64)


class PartyIn(Strict):
    """Somebody in the quarrel."""

    name: Short = Field(title="姓名")
    phone: Maybe = Field(None, title="电话", max_length=40)
    id_number: Maybe = Field(None, title="证件号码", max_length=40)
    side: Literal["a", "b", "other"] = Field("other", title="当事方")


class IncidentIn(Strict):
    """One report received (警情/线索)."""

    source: Short = Field(title="来源（110、12345、grid 网格、walk_in 来访、court 法院、letter 来信、duty_line 值班）")
    source_no: Short = Field(title="来源编号")
    occurred_at: Past = Field(title="发生时间")
    reported_at: Annotated[Past, AfterValidator(_not_long_ago)] = Field(title="报告时间")
    place: PlaceIn = Field(title="地点")
    narrative: Words = Field(title="情况")
    parties: list[PartyIn] = Field([], title="当事人", max_length=100)
    particulars: dict[Annotated[str, StringConstraints(max_length=31)], Short] = Field(
        {}, title="该来源另须填写的内容（工作机制 sources.asks）", max_length=10
    )
    matter: Matter | None = Field(None, title="事项（dispute 矛盾纠纷，livelihood 民生诉求，petition 信访积案）")
    channel_officer: Maybe = Field(None, title="接报人", max_length=100)

    @model_validator(mode="after")
    def _fits_a_case(self) -> IncidentIn:
        if size_of(self) > LARGEST:
            raise ValueError(f"内容合计超过{LARGEST // 1024} KB，请压缩")
        return self


class TriageIn(Model):
    """What is known when a triage is asked for."""

    narrative: Words
    source: Code = "110"
    place: PlaceIn | None = None


class Similar(Shape):
    """An earlier dispute like this one, and why it looks so."""

    dispute_no: str
    score: float
    why: Any
    parts: list[Any] = []
    """what speaks for it and against: `{title, adds}` in log odds, the weightiest first"""
    words: list[str] = []
    """the words that both reports have"""


class TriageShape(Shape):
    """The first triage: a suggestion that the analysis desk confirms or corrects."""

    category: str
    category_name: str
    colour: str
    rank: int
    harm: int = Field(title="现实危害性（1 至 3）")
    harm_because: list[str] = Field([], title="现实危害性的依据")
    urgency: int = Field(title="轻重缓急（1 至 3）")
    urgency_because: list[str] = Field([], title="轻重缓急的依据")
    police: bool
    unsure: list[Any] = Field([], title="不确定是否有危险、须立即询问的用语")
    divertible: bool | None
    not_divertible_because: list[str] = Field([], title="不能直接分流的依据；能的为空")
    confidence: float
    risk_kinds: list[str]
    cues: list[Any]
    alternatives: list[Any]
    suggested_lead: str | None
    suggested_cooperating: list[str]
    statutory_track: str | None
    similar: list[Similar]
    learned: Learned | None = Field(None, title="由纠正学得：版本、线索词单独的结论、起作用的字词及位置")


class Received(Shape):
    """A report taken in."""

    incident_id: str
    dispute_no: str
    matter: Matter = Matter.DISPUTE
    joined: bool
    triage: TriageShape
    received_at: datetime
    published: bool = True


class NumberConflict(Received, Problem):
    """A report whose number is another's: refused under that number, and taken in all the same."""


class Receipt(Shape):
    """What became of a report."""

    incident_id: str
    dispute_no: str
    joined: bool
    received_at: datetime
    stage: Stage
    closed: bool
