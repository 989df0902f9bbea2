"""Where somebody may go from every page: the rail of a desktop, the bar and the page 我的 of a phone.

An entry is shown to whoever finds something behind it; what a page lets him do is the page's own question.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from api.web.session import Viewer
from domain.people.permissions import (
    CASE_LOG_READERS,
    DOCTORS,
    INTAKE_ROLES,
    LOAD_READERS,
    PLAYBOOK_READERS,
    SEPARATE_ROLES,
    STAFF_READERS,
)

TASKS = "/?box=todo"
"""The list of tasks, where it is no home."""


@dataclass(frozen=True)
class Entry:
    """A page in the navigation. `at` are beginnings of paths below it besides its own."""

    title: str
    href: str
    at: tuple[str, ...] = ()
    current: bool = False

    def leads_to(self, path: str) -> int:
        """How much of a path lies below this entry, in characters; 0 where it does not."""
        roots = (self.href, *self.at) if self.href != "/" else ("", *self.at)
        return max((len(root) + 1 for root in roots if path == (root or "/") or (root and path.startswith(f"{root}/"))),
                   default=0)  # fmt: skip


@dataclass(frozen=True)
class Group:
    """Entries under a heading."""

    title: str
    entries: tuple[Entry, ...]


def navigation(viewer: Viewer, path: str) -> list[Group]:
    """The groups of somebody's rail; what stands at `path` is marked as current. Whoever has a home of another kind
    than the list of tasks has that list beside it.
    """
    tasks = Entry("待办", "/", at=("/tasks", TASKS))
    groups = {
        "办理": [
            Entry("总览", "/") if viewer.homed else None,
            replace(tasks, href=TASKS) if viewer.homed else tasks,
            Entry("日程", "/agenda") if not {p.role for p in viewer.actor.posts} <= SEPARATE_ROLES else None,
            Entry("登记", "/incidents/new", at=("/incidents",)) if viewer.actor.has_role(*INTAKE_ROLES) else None,
            Entry("纠纷", "/disputes"),
            Entry("分派台", "/board") if viewer.actor.has_role(*LOAD_READERS) else None,
            Entry("研判", "/desk") if viewer.desk else None,
            Entry("抽查", "/spot-checks") if viewer.checks else None,
        ],
        "督办": [
            Entry("督促台", "/oversight-desk") if viewer.actor.has_role(*CASE_LOG_READERS - SEPARATE_ROLES) else None,
            Entry("督办与吹哨", "/conduct"),
            Entry("函件", "/notices"),
            Entry("报送", "/reports"),
            Entry("风险隐患", "/hazards") if viewer.hazards else None,
            Entry("刑事案件", "/criminal-cases") if viewer.crimes else None,
            Entry("指标", "/indicators/board", at=("/indicators", "/figure-supervisions")) if viewer.oversees else None,
            Entry("审计", viewer.audits, at=("/audit",)) if viewer.audits else None,
        ],
        "单位": [
            Entry("名册", "/registers"),
            Entry("单位与人员", "/organisations", at=("/people",)) if viewer.actor.has_role(*STAFF_READERS) else None,
            Entry("工作机制", "/playbook") if viewer.actor.has_role(*PLAYBOOK_READERS) else None,
            Entry("责任清单", "/responsibilities"),
            Entry("工作日历", "/calendar"),
            Entry("纠正学习", "/learning"),
            Entry("运行检查", "/operations") if viewer.actor.has_role(*DOCTORS) else None,
        ],
    }
    shown = [Group(title, tuple(filter(None, entries))) for title, entries in groups.items()]
    nearest = max((entry.leads_to(path) for group in shown for entry in group.entries), default=0)
    return [replace(group, entries=tuple(replace(e, current=0 < nearest == e.leads_to(path)) for e in group.entries))
            for group in shown]  # fmt: skip


OWN = Group("本人", (Entry("我的账号", "/account"), Entry("代班", "/deputies"), Entry("离任交接", "/leaving")))
"""What is about somebody himself."""


LOW = ("/", TASKS, "/disputes", "/incidents/new")
"""Where the bar of a phone leads, besides 消息 and 我的."""


SHORT = {"/disputes": "查询", "/incidents/new": "＋登记"}
"""What is called otherwise there."""


def low(groups: list[Group]) -> list[Entry]:
    """The entries of a phone's bar."""
    entries = {entry.href: entry for group in groups for entry in group.entries}
    return [replace(entries[href], title=SHORT.get(href, entries[href].title)) for href in LOW if href in entries]
