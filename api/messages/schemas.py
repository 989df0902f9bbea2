"""Messages (消息), as they are answered."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import ConfigDict

from api.core.schemas import Listed, Shape


class MessageItem(Shape):
    """Something a person was told; what it says beside depends on its kind."""

    model_config = ConfigDict(extra="allow")

    message_id: str
    at: datetime
    kind: str
    dispute_no: str | None
    read_at: datetime | None


class Messages(Listed[MessageItem]):
    """A page of messages, and how many are unread in all."""

    unread: int


class ReadAll(Shape):
    """How many messages were unread before, and are now."""

    read: int
    unread: int


class Mention(Shape):
    """What a message of kind `mention` says beside: a remark that names the person."""

    by: str
    text: str


class Handover(Shape):
    """What a message of kind `handed` or `offered` says beside: a task delegated or offered to the person."""

    by: str
    text: str
    task_id: str
    kind_name: str


class Told(Shape):
    """What a message of kind `named` (a task is the person's now), `reported` (a push was reported to him),
    `hotline_note` (what a hotline heard of a dispute that he holds), `warned` (a dispute has got a colour of which his
    level is warned), `buck_passing` (his organisation's refusal was found groundless), `absence` (somebody whom he
    called did not come), `glass` (somebody looks into a case that is need-to-know, for what and why) or
    `diversion_checked` (a second look found that a dispute he holds should have been diverted,
    or should not) says.
    """

    by: str
    """who named him, reports or ruled; empty where it was the register"""
    said: str
    text: str
    task_id: str | None
    title: str


class OfAccounts(Shape):
    """What a message of kind `spraying` (somebody guesses at many accounts), `password_reset` (the administrator of
    security gave out a code for the person's account), `second_factor` (his own was taken, changed
    or reset), `examination` (the doctor found something new), `deputyship`
    (one that concerns him was named, confirmed or ended) or `organisations_merged` (people hold posts elsewhere since a
    merger) says.
    """

    said: str
    text: str


class FiguresSupervised(Shape):
    """What a message of kind `figure_supervision` says: the figures of a month call for an answer."""

    supervision_id: str
    month: str
    said: str


class DigestTask(Shape):
    """A task of a digest."""

    task_id: str
    dispute_no: str
    kind_name: str
    title: str
    party: str | None = None
    colour: str
    due_at: datetime | None
    why: Literal["overdue", "due_today", "reminded"]


class Vacancies(Shape):
    """What a message of kind `vacancies` says beside: how many counterparts are missing, and the first of them."""

    count: int
    sentences: list[str]


class Digest(Shape):
    """What a message of kind `digest` says beside: counts of urgent tasks by reason, and the most urgent of them."""

    day: str
    overdue: int
    due_today: int
    reminded: int
    items: list[DigestTask]
