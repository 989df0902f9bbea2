"""Notices: sent, in lists, and whole."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from api.core.schemas import Shape
from domain.base import Strict
from domain.case.letters.notice import NoticeState
from domain.policy.fields import Code, DisputeNo, Moment, OrganisationCode, Text
from domain.policy.parts.notices import NoticeKind, SentByHand


class NoticeIn(Strict):
    """A notice to one organisation, beside a dispute."""

    kind: SentByHand = Field(title="种类")
    to: OrganisationCode = Field(title="主送单位")
    dispute_no: DisputeNo = Field(title="纠纷编号")
    text: Text = Field(title="内容与要求")
    due: Moment | None = Field(None, title="反馈期限")


class NoticeWanted(Strict):
    """What a list is narrowed to; the organisation is who sent it or to whom it went, or one above."""

    kind: NoticeKind | None = None
    state: NoticeState | None = None
    organisation: Code | None = None
    dispute_no: DisputeNo | None = None
    overdue: bool | None = None


class NoticeInCase(Shape):
    """A notice, as its case shows it: whom it was proved delivered to, who saw it, and what was answered."""

    number: str | None
    """none where the case is shown as it stood at some event: numbers are given where it is published"""
    kind: NoticeKind
    kind_name: str
    state: NoticeState
    """open; answered by a person; unanswered to the end; withdrawn"""
    task_id: str
    """the question that carries it"""
    task_kind: str
    role: str
    role_name: str
    organisation: str
    """of who sent it: the code"""
    sent_by: str
    to: str
    """the code of the organisation that it went to"""
    text: str
    sent_at: datetime
    due_at: datetime | None
    overdue: bool
    """waits beyond its day, or was answered after it"""
    delivered_at: datetime | None
    seen_at: datetime | None
    seen_by: str | None
    known_at: datetime | None
    """unseen for so long that it is deemed known"""
    answered_at: datetime | None
    answered_by: str | None
    decision: str | None
    decision_name: str | None
    answer: str


class Notice(NoticeInCase):
    """A notice with the dispute that it is beside."""

    dispute_no: str
    title: str
    ahead: int = 0
    """seconds that a drill has moved the dispute's clock ahead of the wall's"""


class NoticeWaits(Shape):
    """It is sent, and not published yet: its number comes with its case."""

    dispute_no: str
    published: Literal[False] = False
