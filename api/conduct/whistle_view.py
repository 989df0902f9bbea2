"""Whistles in words: in a list, beside their case, and each by itself with whose turn it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from api.core.schemas import JsonObject
from api.tasks.schemas import TaskItem
from api.web import formatting as w
from api.web.organisation_labels import Offices
from api.web.rendering import View
from domain.image.shown_summons import ShownCalled, ShownWhistle
from domain.policy.catalogue import KINDS, title_of
from infra.runtime.policy_files import role_name

if TYPE_CHECKING:
    from api.conduct.whistles import Blown

_CAME = {"open": "等待报到", "arrived": "已报到", "unable": "不能到场", "absent": "缺席", "void": "不再报到"}
_CONFERRED = {"agreed": "达成共识", "not_agreed": "未达成共识", "called_off": "取消会商"}
_CARRIED = {"open": "落实中", "done": "已落实", "unable": "无法落实", "void": "不再落实"}
_SECTIONS = {True: "联席会议", False: "吹哨报到"}
_CAUSES = {"summon": "吹哨", "tier": "联调吹哨", "dispatch": "交办吹哨", "conference": "会议"}
_LEFT = {"check_in": "等待报到", "confer": "等待会商", "carry_out": "落实中"}
"""How a whistle stands by what is left of it, what comes first in front."""
DONE = "已了结"
ANSWERABLE = ("free", "mine", "delegate")
"""The standings of those whose turn it is."""
_SAID = ("summary", "ground", "reason", "progress")
"""The fields in which it is said what came of a planned thing."""


def section(x: ShownWhistle) -> str:
    """What a whistle's part of a page is called: a joint conference that somebody called is none."""
    return _SECTIONS[x.cause == "conference"]


def whistle_view(x: ShownWhistle, offices: Offices, now: datetime) -> View:
    """A whistle, with how long after it each thing was (H-044)."""
    since = "召集" if x.cause == "conference" else "吹哨"
    return {
        "number": x.number,
        "name": f"{_CAUSES[x.cause]} {x.number}{f' · {x.why}' if x.why else ''}",
        "session": "会议" if x.cause == "conference" else "联合会商",
        "at": w.stamp(x.at, now),
        "by": x.by_name,
        "where": x.where,
        "meet_at": w.stamp(x.meet_at, now),
        "reason": x.reason,
        "called": [
            {"name": c.name, "state": _CAME[c.standing], "code": c.standing, "who": _came(c),
             "reason": c.reason, "after": _after(c.elapsed, since), "id": c.task_id}
            for c in x.called
        ],
        "conferences": [
            {"result": _CONFERRED[c.result], "good": c.result == "agreed", "at": w.stamp(c.at, now),
             "after": _after(c.elapsed, since), "minutes": c.minutes, "people": at_table(c.participants)}
            for c in x.conferences
        ],
        "items": [
            {"what": i.what, "who": f"{offices.label(i.organisation)} · {role_name(i.role)}", "code": i.standing,
             "state": "已超期" if i.standing == "open" and i.overdue else _CARRIED[i.standing], "late": i.overdue,
             "due": w.limit(i.due_at, now), "after": _after(i.elapsed, since), "href": f"/tasks/{i.task_id}",
             "id": i.task_id}
            for i in x.items
        ],
    }  # fmt: skip


def line_view(blown: Blown, offices: Offices) -> View:
    """A whistle in a list: how far it is, who has not come, what is due next, and whether it is the reader's turn."""
    x, case, now = blown.whistle, blown.case, w.present(blown.case.ahead)
    left = blown.left
    return {
        "href": address(blown),
        "name": f"{_CAUSES[x.cause]}{f'：{x.why}' if x.why else ''}",
        "no": case.dispute_no,
        "title": case.title,
        "colour": w.colour(case.colour),
        "at": w.stamp(x.at, now),
        "by": x.by_name,
        "office": offices.at(x.post.path) if x.post else "",
        "state": _stands(left),
        "done": not left,
        "came": sum(c.standing == "arrived" for c in x.called),
        "called": len(x.called),
        "expected": [c.name for c in x.called if c.standing == "open"],
        "missing": [c.name for c in x.called if c.standing in ("absent", "unable")],
        "planned": len(x.items),
        "carried": sum(i.standing == "done" for i in x.items),
        "due": next((due for task in left if (due := _due(task, now))), None),
        "late": any(task.overdue for task in left),
        "turn": next((_turn(task) for task in left if task.standing in ANSWERABLE), ""),
    }


def sheet_view(blown: Blown, offices: Offices) -> View:
    """A whistle by itself: each thing with its deadline, what was answered, and what the reader may answer now."""
    x, now = blown.whistle, w.present(blown.case.ahead)
    shown = whistle_view(x, offices, now)
    meetings = [task for task in blown.left if task.kind == "confer"]
    return {
        **line_view(blown, offices),
        **shown,
        "section": section(x),
        "post": f"{offices.at(x.post.path)} · {role_name(x.post.role)}" if x.post else "",
        "called": [{**each, **_asked(blown, str(each["id"]), now)} for each in shown["called"]],
        "waiting": [{"kind": task.kind_name, **_asked(blown, task.task_id, now)} for task in meetings],
        "items": [{**each, **_asked(blown, str(each["id"]), now)} for each in shown["items"]],
        "at_hand": len(blown.left),
    }


def address(blown: Blown) -> str:
    """Where a whistle has its page."""
    return f"/conduct/whistles/{blown.case.dispute_no}/{blown.whistle.number}"


def at_table(participants: Sequence[JsonObject]) -> str:
    """Who sat at a table."""
    return "、".join(f"{p['name']}（{role_name(p.get('role') or '外请')}）" for p in participants)


def _asked(blown: Blown, task_id: str, now: datetime) -> View:
    """How a question stands: its deadline while it waits, its latest answer, and the decisions open to the reader."""
    task = blown.tasks.get(task_id)
    if task is None:
        return {"limit": None, "said": [], "doing": [], "arrive": "", "who_has": ""}
    waits = task.state in ("open", "claimed")
    mine = waits and task.standing in ANSWERABLE
    names = [name for name, each in KINDS[task.kind].decisions.items() if not each.by_clock] if mine else []
    arrives = "arrived" in names
    told = [*task.record, *([task.decision] if task.decision else [])]
    return {
        "limit": _due(task, now) if waits else None,
        "said": [
            {"at": w.stamp(each.at, now), "by": each.actor_name or "", "what": title_of(task.kind, each.name),
             "words": next((str(each.fields[name]) for name in _SAID if each.fields.get(name)), "")}
            for each in told
        ],
        "arrive": task_id if arrives else "",
        "doing": [(title_of(task.kind, name), f"/tasks/{task_id}?decision={name}")
                  for name in names if name != "arrived"],
        "who_has": task.assignee_name or "" if waits else "",
    }  # fmt: skip


def _due(task: TaskItem, now: datetime) -> dict[str, str] | None:
    return w.due(task.due_at, task.overdue, now, suspended=task.suspended)


def _stands(left: Sequence[TaskItem]) -> str:
    kinds = {task.kind for task in left}
    return next((said for kind, said in _LEFT.items() if kind in kinds), DONE)


def _turn(task: TaskItem) -> str:
    return f"等您{KINDS[task.kind].name}"


def _came(called: ShownCalled) -> str:
    return called.who if called.standing == "arrived" else ""


def _after(seconds: int | None, since: str = "吹哨") -> str:
    return "" if seconds is None else f"{since}后 {w.span(timedelta(seconds=seconds))}"
