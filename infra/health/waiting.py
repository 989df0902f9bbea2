"""What waits, in codes, numbers and words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from domain.base import Model
from infra.runtime.background import Background

PATIENCE = timedelta(minutes=1)
"""How long something may wait: sweeps, retries and back-off have all had their turns by then."""

WORDS = {
    "undelivered_reports": "件警情已记录、尚未送达流程引擎",
    "dead_letters": "件警情多次送达失败，须人工处理",
    "failing_cases": "件纠纷的流程步骤反复失败，时限不会触发，决定不会生效，须修复程序",
    "ended_outside": "件纠纷的流程被外部终止，尚未重新启动",
    "unpublished_cases": "件纠纷的变动未能写入查询库",
    "access_backlog": "件查阅记录未能写入",
    "background": "件后台工作反复失败",
    "missing_processes": "个服务进程没有响应",
}
"""What waits, by code, as staff read it behind the number: its measure word (件, 个) comes first."""


class Waiting(Model):
    """How many of something wait, and since when the oldest does; `at_once` is stuck from the first moment on."""

    what: str
    count: int = 0
    since: datetime | None = None
    at_once: bool = False

    @property
    def seconds(self) -> float:
        """How long the oldest has waited."""
        return max(0.0, (datetime.now(UTC) - self.since).total_seconds()) if self.since else 0.0

    @property
    def stuck(self) -> bool:
        """Whether it waits longer than what passes by itself."""
        return self.count > 0 and (self.at_once or self.seconds > PATIENCE.total_seconds())

    def message(self) -> str:
        """The same in words, for staff."""
        words = WORDS[self.what]
        age = f"，最早一{words[0]}已等待{self.seconds / 60:.0f}分钟" if self.since else ""
        return f"{self.count}{words}{age}"


def works_failing(background: Background) -> Waiting:
    """The work beside the requests of a process that fails again and again."""
    works = background.failing()
    return Waiting(what="background", count=len(works), since=min(works.values(), default=None))


def together(waits: Iterable[Waiting]) -> list[Waiting]:
    """What several processes tell, as one: added up by kind, from the oldest."""
    of: dict[str, list[Waiting]] = {}
    for each in waits:
        of.setdefault(each.what, []).append(each)
    return [
        Waiting(
            what=what,
            count=sum(each.count for each in told),
            since=min((each.since for each in told if each.since), default=None),
            at_once=any(each.at_once for each in told),
        )
        for what, told in of.items()
    ]
