"""What the doctor may find, in words: what it is, and what to do about it."""

from __future__ import annotations

import hashlib
from enum import StrEnum

from domain.base import Model


class Kind(StrEnum):
    """What is wrong. A code never changes its meaning: findings are kept."""

    ENDED = "ended"
    GONE = "gone"
    LEFT_OPEN = "left_open"
    WEDGED = "wedged"
    SILENT = "silent"
    LONG = "long"
    FOREIGN = "foreign"


WHAT = {
    Kind.ENDED: "纠纷 {subject} 的流程被从外部终止（{detail}），而记录为在办",
    Kind.GONE: "纠纷 {subject} 在引擎中已没有流程（被删除），而记录为在办",
    Kind.LEFT_OPEN: "纠纷 {subject} 的流程已经办结，而记录仍为在办",
    Kind.WEDGED: "纠纷 {subject} 的流程步骤反复失败，时限不会触发，决定不会生效",
    Kind.SILENT: "纠纷 {subject} 有任务时限已过而没有触发（{detail}）",
    Kind.LONG: "纠纷 {subject} 的流程历史过长（{detail} 条），接近引擎上限",
    Kind.FOREIGN: "引擎中有不属于本系统的流程 {subject}（{detail}）",
}
DO = {
    Kind.ENDED: "系统会自历史恢复；未能恢复的，运行 santui recover {subject}。并查明何人可接触引擎端口。",
    Kind.GONE: "请用备份恢复引擎数据库，并查明何人可接触引擎端口；此前该纠纷不能办理。",
    Kind.LEFT_OPEN: "请运行 santui rebuild {subject}。",
    Kind.WEDGED: "请查看工作进程日志，换用修复后的程序，流程会接着办理。",
    Kind.SILENT: "请检查工作进程和引擎是否正常；仍未触发的，运行 santui doctor {subject}。",
    Kind.LONG: "请尽快办结；必要时联系开发单位，勿再反复操作。",
    Kind.FOREIGN: "它不影响纠纷办理。请查明由何人启动，确认无用后在引擎中终止，并限制可接触引擎端口的人员。",
}


class Found(Model):
    """Something that is wrong: with which dispute, or with which workflow of somebody else's."""

    kind: Kind
    subject: str
    detail: str = ""

    @property
    def digest(self) -> str:
        """The same for the same thing wrong with the same subject."""
        return hashlib.sha256(f"{self.kind}:{self.subject}".encode()).hexdigest()

    def what(self) -> str:
        """A plain sentence."""
        return WHAT[self.kind].format(subject=self.subject, detail=self.detail) + "。"

    def to_do(self) -> str:
        """What to do about it."""
        return DO[self.kind].format(subject=self.subject)
