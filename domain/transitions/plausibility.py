"""Rejects impossible times and places; errors name what was written and what is allowed. `at` is the case's own now.

What a decision must prove besides is `domain.transitions.evidence`'s.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from unicodedata import normalize

from domain.base import Strict, china, wall_time
from domain.case.care.helping import helped_errors
from domain.case.lawful_tables import AGAIN
from domain.case.state import DisputeState
from domain.policy.fields import Meeting, Obligation
from domain.policy.forms.actions import Extend, Suspend
from domain.policy.forms.helping import Helped
from domain.policy.forms.mediation import Adjourned, Granted
from domain.policy.spans import Span
from domain.transitions.evidence import round_began

CLOCK_TOLERANCE = timedelta(minutes=5)
"""So much two people's clocks may differ."""
PROTECTED_FOR = Span(calendar_months=6)
"""A protection order is valid for six months at most (反家庭暴力法 第30条)."""
OWED_WITHIN = Span(calendar_days=3650)
"""[DESIGN] So late at most something agreed may be due: the case stays open until it is performed."""
_MEANS = re.compile(
    r"(?:线上|网上|网络|在线|腾讯|钉钉|zoom)会议室|腾讯会议|企业微信|微信|电话|手机|座机|电联|来电|致电|视频|语音|短信|线上|网上|网络|在线|远程|热线"
    r"|云端|云上|钉钉|飞书|邮件|邮箱|传真|微博|抖音|qq|zoom|wechat|weixin|teams|telephone|phone|\btel\b|mobile|call|video|online|email|sms"
)
"""By what people speak without meeting."""
_AROUND = re.compile(
    r"\W|_|\d|通过|利用|使用|采用|进行|方式|形式|联系|沟通|交流|聊天|通话|连线|会议|会商|调解|见面|回访|询问|了解|平台|软件|双方|当事人"
    r"|告知|通知|答复|反馈|单位|本人|app|[打用以经在由与和及或的里中上内群号谈说讲聊问他她其]"
)
"""What may stand around it without making it a place."""
_NOTHING = {"无", "没有", "暂无", "不详", "未知", "未见面"}


def is_place(where: str) -> bool:
    """Whether people can meet there: a telephone, WeChat or a video link is no place, 视频监控室 is one."""
    text = re.sub(r"(?<=[^\x00-\x7f])\s+(?=[^\x00-\x7f])", "", normalize("NFKC", where).casefold())
    rest = _AROUND.sub("", _MEANS.sub("", text))
    return bool(rest if _MEANS.search(text) else re.sub(r"[\W\d_]", "", text)) and rest not in _NOTHING


def implausible(state: DisputeState, form: Strict, at: datetime) -> list[dict[str, str]]:
    """Field errors for what is impossible in a decision's form."""
    owed: list[Obligation] = getattr(form, "obligations", [])
    if errors := [error for n, each in enumerate(owed) for error in _owing(state, each, f"obligations.{n}", at)]:
        return errors
    met: list[Meeting] = getattr(form, "met", [])
    if met:
        return [error for n, each in enumerate(met) for error in _meeting(state, each, f"met.{n}", at)]
    match form:
        case Granted():
            today, last = china(at).date(), china(state.calendar.after(at, PROTECTED_FOR)).date()
            if not today <= form.until <= last:
                allowed = f"保护令有效期自作出之日起不超过六个月，须在{today}至{last}之间（反家庭暴力法第30条）"
                return [_error("until", f"{form.until}不在有效期内：{allowed}")]
        case Helped():
            return helped_errors(form, at, state)
        case Adjourned():
            ends = _ladder_ends(state, at)
            if not at - CLOCK_TOLERANCE <= form.until <= ends:
                allowed = f"须在{wall_time(at)}至联调期限{wall_time(ends)}之间"
                return [_error("until", f"不能改期至{wall_time(form.until)}：{allowed}")]
    return []


def already_past(form: Strict, at: datetime) -> list[dict[str, str]]:
    """Field errors for an action's form that puts something off to a time already past."""
    until = form.until if isinstance(form, Extend | Suspend) else None
    if until is None or until > at:
        return []
    return [_error("until", f"{wall_time(until)}已经过去，须晚于现在（{wall_time(at)}）")]


def _meeting(state: DisputeState, met: Meeting, field: str, at: datetime) -> list[dict[str, str]]:
    """Nobody was met in the future, nor before the round began, nor on the telephone.

    Of the first round the first report counts, not the earliest date that a later one gives itself.
    """
    first, errors = round_began(state), []
    if met.at > at + CLOCK_TOLERANCE:
        errors.append(_error(f"{field}.at", f"{wall_time(met.at)}还没有到，见面时间不得晚于现在（{wall_time(at)}）"))
    began = "首次报警" if state.round == 1 else f"第{state.round}轮开始"
    if met.at < first - CLOCK_TOLERANCE:
        errors.append(_error(f"{field}.at", f"{wall_time(met.at)}早于{began}（{wall_time(first)}），见面时间须在其后"))
    if not is_place(met.where):
        errors.append(_error(f"{field}.where", f"“{met.where}”不是见面的地点：须见人见事，请填写当面见到人的具体地点"))
    return errors


def _owing(state: DisputeState, owed: Obligation, field: str, at: datetime) -> list[dict[str, str]]:
    """Nothing is due before it was agreed in this round, nor so late that nobody here would see it performed."""
    first, last = china(round_began(state)).date(), china(state.calendar.after(at, OWED_WITHIN)).date()
    if first <= owed.due_on <= last:
        return []
    return [_error(f"{field}.due_on", f"{owed.due_on}不能作为履行期限：须在{first}至{last}之间")]


def _ladder_ends(state: DisputeState, at: datetime) -> datetime:
    """Until when a session may be put off: to the end of the ladder's time; where that is over or stands still, by as
    long as a whole ladder has.
    """
    clock, ladder, again = state.clock("ladder"), state.process.ladder, state.clock(AGAIN)
    runs = clock is not None and not clock.suspended and clock.due_at > at
    ends = clock.due_at if clock and runs else state.calendar.after(at, ladder.limit) if ladder else at
    return min(ends, again.due_at) if again else ends


def _error(field: str, message: str) -> dict[str, str]:
    return {"field": field, "message": message}
