"""The inbox: four boxes, the most urgent first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from api.core.deps import CursorDep, ServicesDep
from api.tasks.endpoints import get_tasks
from api.tasks.schemas import TaskItem
from api.web.errors import PageRoute
from api.web.formatting import colour as chip
from api.web.formatting import due, present, span, stamp, subject
from api.web.organisation_labels import Offices, offices_of
from api.web.rendering import show
from api.web.session import ViewerDep
from domain.base import china
from domain.people.organisation import Actor
from domain.people.permissions import AUDITORS
from domain.policy.catalogue import KINDS
from domain.policy.fields import DISPUTE_NO
from infra.read_model.tasks import count_box

router = APIRouter(route_class=PageRoute)
PAGE = 20
BOXES = {"claimable": "待认领", "mine": "我的", "done": "已办", "watched": "关注"}
EMPTY = {
    "claimable": ("没有等待认领的事项", "新的事项推送到您的岗位后会出现在这里。已认领的事项在“我的”。"),
    "mine": ("您手上没有正在办理的事项", "在“待认领”中打开一个事项，认领后即由您办理。"),
    "done": ("您还没有办结过事项", "您作出处理意见的事项会留在这里备查。"),
    "watched": ("没有需要您关注的事项", "您关注的纠纷的待办，以及由他人办理、您的岗位负责督促的事项会出现在这里。"),
}


@router.get("/")
async def inbox_page(
    request: Request,
    services: ServicesDep,
    viewer: ViewerDep,
    box: str = "claimable",
    kind: str = "",
    colour: str = "",
    q: Annotated[str, Query(max_length=100)] = "",
    cursor: CursorDep = None,
) -> Response:
    """A box of the person's tasks."""
    heard = await services.broadcaster.newest()  # before anything is read: what happens meanwhile is told
    box = box if box in BOXES else "claimable"
    asked = {"kind": kind, "colour": colour, "q": q.strip()}
    page = await get_tasks(services, viewer.actor, box, kind or None, colour or None, None, asked["q"] or None, PAGE,
                           cursor)  # fmt: skip
    async with services.database.read() as session:
        counts = {name: await count_box(session, viewer.actor, name) for name in BOXES}
    offices = await offices_of(services)
    return show(
        request,
        "inbox.html",
        viewer,
        heard=heard,
        box=box,
        page=PAGE,
        self_href=_address(box, asked),
        boxes=[_box(name, box, asked, counts[name]) for name in BOXES],
        tasks=[_row(task, offices, viewer.actor) for task in page["items"]],
        more=_address(box, {**asked, "cursor": page["next_cursor"]}) if page["next_cursor"] else "",
        asked=asked,
        filtered=any(asked.values()),
        clear=_address(box, {}),
        found=asked["q"] if re.fullmatch(DISPUTE_NO, asked["q"]) else "",
        history=viewer.actor.has_role(*AUDITORS),
        empty=EMPTY[box],
        elsewhere=[_box(name, box, {}, counts[name]) for name in BOXES if counts[name] and name != box],
        kinds=[(code, spec.name) for code, spec in KINDS.items()],
        colours=_colours(services.policy.playbook.process.colours, [colour, *(t["colour"] for t in page["items"])]),
    )


def _colours(rules: dict[str, Any], met: list[str]) -> list[tuple[str, str]]:
    """Today's colours, and those of cases that live under another edition."""
    others = dict.fromkeys(code for code in met if code and code not in rules)
    return [*((code, rule.name) for code, rule in rules.items()), *((code, chip(code)["name"]) for code in others)]


def _box(name: str, now: str, asked: dict[str, str], count: int) -> dict[str, Any]:
    return {"name": BOXES[name], "count": count, "current": name == now, "href": _address(name, asked)}


def _address(box: str, asked: Mapping[str, str | None]) -> str:
    return "/?" + urlencode({"box": box, **{k: v for k, v in asked.items() if v}})


def _row(task: dict[str, Any], offices: Offices, actor: Actor) -> dict[str, Any]:
    now = present(task["ahead"])
    ended = task["ended_at"]
    decision = task["decision"]
    return {
        "href": f"/tasks/{task['task_id']}",
        "dispute_no": task["dispute_no"],
        "kind": task["kind_name"],
        "title": _title(task),
        "colour": chip(task["colour"]),
        "round": task["round"],
        "redo": bool(task["redo_of"]),
        "office": offices.post(TaskItem.model_validate(task).post),
        "assignee": task["assignee_name"],
        "hands": _hands(task, actor),
        "due": due(task["due_at"], task["overdue"], now, suspended=task["suspended"]) if not ended else None,
        "waiting": "" if ended else _waiting(task, now),
        "ended": f"{stamp(ended, now)} {KINDS[task['kind']].decisions[decision['name']].title}"
        if ended and decision and decision["name"] in KINDS[task["kind"]].decisions
        else "",
    }


def _title(task: dict[str, Any]) -> str:
    """With the party it is about: the stored title holds no names."""
    title, which = task["title"], task["about"].get("title") or ""
    return " · ".join(
        filter(None, (subject(task["kind_name"], task["about"]), title.removeprefix(f"{which} · ") if which else title))
    )


def _hands(task: dict[str, Any], actor: Actor) -> str:
    """Where a task is between two people's hands."""
    holders = [capacity.holder for capacity in actor.capacities]
    if task["offered_to"] in holders:
        return f"{task['assignee_name']} 移交"
    if task["delegate"] in holders and task["assignee"] not in holders:
        return f"{task['assignee_name']} 委托"
    if task["assignee"] in holders[1:]:
        return f"代 {task['assignee_name']}"
    if task["assignee"] not in holders:
        return ""
    proposed = next((r for r in reversed(task["record"]) if r.get("proposal")), None)
    return f"已委托 {task['delegate_name']}" if task["delegate_name"] else "有拟办意见" if proposed else ""


def _waiting(task: dict[str, Any], now: Any) -> str:
    opened = china(type(now).fromisoformat(task["opened_at"]))
    return f"已等待 {span(now - opened)}" if now > opened else ""
