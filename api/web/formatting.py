"""Times, colours and states formatted in the words that staff use."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from domain.base import CHINA, china
from domain.policy.intake.sources import SOURCE_NAMES
from domain.policy.stages import STAGE_NAMES, Stage
from infra.runtime.policy_files import source_name

OWN = {"hazard_notice": "风险隐患函件"}
"""What comes by no report, by what it is called in place of a source."""
COLOUR_NAMES = {"red": "红色", "orange": "橙色", "yellow": "黄色", "blue": "蓝色"}
SIDES = {"a": "甲方", "b": "乙方", "other": "其他"}
SOURCES = SOURCE_NAMES
"""Sources by the names that they have on every page; those of a playbook alone have its names (`source`)."""
TASK_STATES = {"open": "待认领", "claimed": "办理中", "done": "已办结", "void": "已失效"}
CLOCK_STATES = {
    "running": "计时中",
    "suspended": "已中止",
    "overdue": "已超期",
    "met": "按期完成",
    "missed": "超期完成",
}
PERFORMANCE = {"pending": "待履行", "performed": "已履行", "overdue": "逾期未履行", "waived": "权利人放弃"}
CONFIRMATION = {"asked": "拟申请司法确认", "applied": "已申请司法确认", "confirmed": "司法确认有效",
                "rejected": "司法确认被驳回", "withdrawn": "撤回司法确认", "declined": "不申请司法确认"}  # fmt: skip
RESULTS = {"agreed": "达成协议", "not_agreed": "未达成协议", "adjourned": "改期", "refused": "当事人拒绝",
           "stable": "情况稳定", "unreachable": "未能联系上",
           "relapsed": "出现反弹", "accept": "评估通过", "return": "退回重办"}  # fmt: skip
WEEKDAYS = "一二三四五六日"
HARM = {0: "未判明", 1: "较轻", 2: "中等", 3: "严重"}
URGENCY = {0: "未判明", 1: "平缓", 2: "较急", 3: "紧急"}
SATISFACTION = {5: "非常满意", 4: "满意", 3: "基本满意", 2: "不满意", 1: "很不满意"}
"""What a mark of satisfaction is called: 满意率 counts 4 and 5, 基本满意 is 3 (`domain.indicators.definitions`)."""


def in_hand(opened: int, late: int) -> str:
    """What a unit has in hand: `在办 3 · 超期 1`."""
    return f"在办 {opened} · 超期 {late}" if late else f"在办 {opened}"


def source(code: str) -> str:
    """What a source is called: none is shown by a program's word where a playbook names it."""
    return SOURCES.get(code) or OWN.get(code) or source_name(code)


def instant(value: datetime | str | None) -> datetime | None:
    """An instant, or its RFC 3339 text, in China's time zone."""
    if not value:
        return None
    return china(datetime.fromisoformat(value) if isinstance(value, str) else value)


def present(ahead: int = 0) -> datetime:
    """Now in China's time zone; of a case by its own clock, which a drill has moved `ahead` seconds."""
    return datetime.now(CHINA) + timedelta(seconds=ahead)


def span(length: timedelta) -> str:
    """A length of time in its two leading units at most: `2 天 3 小时`, `5 小时`, `12 分钟`."""
    minutes = max(int(length.total_seconds() // 60), 0)
    days, hours = minutes // 1440, minutes % 1440 // 60
    if days >= 3 or (days and not hours):
        return f"{days} 天"
    if days:
        return f"{days} 天 {hours} 小时"
    if hours:
        return f"{hours} 小时"
    return f"{minutes} 分钟" if minutes else "不到 1 分钟"


def due(
    due_at: datetime | str | None, overdue: bool, now: datetime, *, suspended: bool = False
) -> dict[str, str] | None:
    """A deadline in words. Whether it is overdue or suspended is a fact of the workflow; only the distance is computed
    here, from the case's own present time (`present`). In a drill there may be no distance, only the fact.
    """
    at = instant(due_at)
    if at is None:
        return None
    if suspended:
        words, tone = "计时中止", "calm"
    elif overdue:
        words, tone = (f"超期 {span(now - at)}" if now > at else "已超期"), "late"
    elif now >= at:
        words, tone = "已到时限", "soon"
    else:
        left = at - now
        words, tone = f"还剩 {span(left)}", "soon" if left < timedelta(hours=4) else "calm"
    return {"words": words, "tone": tone, "at": limit(at, now), "iso": at.isoformat()}


def stamp(value: datetime | str | None, now: datetime) -> str:
    """A date and time; the year only where it is not the present one."""
    at = instant(value)
    if at is None:
        return ""
    return f"{at:%m-%d %H:%M}" if at.year == now.year else f"{at:%Y-%m-%d %H:%M}"


def limit(value: datetime | str | None, now: datetime) -> str:
    """A deadline's date and time. One at midnight is the end of the day before it: `12-07 24:00`, for whoever reads
    `12-08 00:00` believes that he has the 8th.
    """
    at = instant(value)
    if at is None or (at.hour, at.minute) != (0, 0):
        return stamp(at, now)
    return stamp(at - timedelta(minutes=1), now).replace("23:59", "24:00")


def money(amount: str) -> str:
    """An amount in yuan: `15,000.00 元`."""
    return f"{float(amount):,.2f} 元"


def satisfaction(mark: int) -> str:
    """A mark of satisfaction in words: `满意（4 分）`."""
    return f"{SATISFACTION[mark]}（{mark} 分）" if mark in SATISFACTION else str(mark)


def day(at: datetime, now: datetime) -> str:
    """A day as a heading: `今天`, `昨天`, `明天`, `11月23日 周一`."""
    apart = (now.date() - at.date()).days
    name = f"{at.month}月{at.day}日 周{WEEKDAYS[at.weekday()]}"
    if at.year != now.year:
        name = f"{at.year}年{name}"
    return {0: f"今天 · {name}", 1: f"昨天 · {name}", -1: f"明天 · {name}"}.get(apart, name)


def size(count: int) -> str:
    """A file's size."""
    return f"{count / 2**20:.1f} MB" if count >= 2**20 else f"{max(count // 1024, 1)} KB"


def stage_short(stage: str, called: Mapping[Stage, str] | None = None) -> str:
    """A stage's name without whom it goes to; `called` are those that the case's playbook calls otherwise."""
    return ((called or {}).get(Stage(stage)) or STAGE_NAMES[Stage(stage)]).partition("·")[0]


def colour(code: str, names: dict[str, str] | None = None) -> dict[str, str]:
    """A colour chip: a class the style sheet knows, and the playbook's own word."""
    known = code if code in COLOUR_NAMES else "other"
    return {"code": known, "name": (names or {}).get(code) or COLOUR_NAMES.get(code, code)}


def by(name: str | None, on_behalf: str | None) -> str:
    """Who did something, and for whom: `张某（代 李某）`."""
    return f"{name}（代 {on_behalf}）" if name and on_behalf else name or ""


def subject(kind_name: str, about: Mapping[str, Any]) -> str:
    """What a task is about beyond its kind: which visit, to whom; what else its title says."""
    which = str(about.get("title") or "")
    if which.startswith(kind_name):
        which = which.removeprefix(kind_name).strip("（）")
    return " · ".join(filter(None, (which, str(about.get("party") or ""))))
