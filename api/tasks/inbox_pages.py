"""The home of whoever answers tasks: what is his and what waits for him in one list, the most urgent first; the boxes
beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from api.agenda.service import agenda
from api.agenda.view import days_view, week_from
from api.calendar import service as calendar
from api.core.context import Services
from api.core.deps import CursorDep, ServicesDep, SessionDep
from api.dispute_list.searching import number_in
from api.tasks.schemas import TaskItem
from api.tasks.service import box_sizes, inbox_box
from api.web.errors import PageRoute
from api.web.formatting import colour as chip
from api.web.formatting import due, present, span, stamp, subject
from api.web.organisation_labels import Offices, offices_of
from api.web.rendering import View, show
from api.web.session import ViewerDep
from api.workbench.home_view import auditor_home, leader_home
from domain.base import china
from domain.people.organisation import Actor
from domain.people.permissions import AUDITORS, CALENDAR_PUBLISHERS, SEPARATE_ROLES, home_of
from domain.policy.calendars.editions import YearAhead
from domain.policy.catalogue import KINDS
from domain.policy.parts.colours import ColourRule
from infra.database.engine import Session
from infra.read_model.tasks import InboxFilter
from infra.records.events import last_event

router = APIRouter(route_class=PageRoute)
PAGE = 25
BOXES = {"todo": "待办", "mine": "我的", "claimable": "待认领", "watched": "关注", "done": "已办"}
EMPTY = {
    "todo": ("没有需要您办理的事项", "新的事项推送到您的岗位、落实到您本人后，会按时限先后出现在这里。"),
    "claimable": ("没有等待认领的事项", "新的事项推送到您的岗位后会出现在这里。已认领的、落实到您本人的事项在“我的”。"),
    "mine": ("您手上没有正在办理的事项", "在“待认领”中打开一个事项，认领后即由您办理；落实到您本人的事项直接到这里。"),
    "done": ("您还没有办结过事项", "您作出处理意见的事项会留在这里备查。"),
    "watched": ("没有需要您关注的事项", "您关注的纠纷的待办，以及由他人办理、您的岗位负责督促的事项会出现在这里。"),
}


@router.get("/")
async def inbox_page(
    request: Request,
    services: ServicesDep,
    session: SessionDep,
    viewer: ViewerDep,
    box: str = "",
    kind: str = "",
    colour: str = "",
    q: Annotated[str, Query(max_length=100)] = "",
    cursor: CursorDep = None,
    span: str = "",
) -> Response:
    """A box of the person's tasks; unless one is asked for, his home: a leader's, an auditor's, or all that he has in
    hand or may take.
    """
    heard = await last_event(session)  # before anything is read: what happens meanwhile is announced
    counts = await box_sizes(session, viewer.actor)
    if not any((box, kind, colour, q, cursor)):
        match home_of(viewer.actor):
            case "leader":
                return await leader_home(request, services, session, viewer, counts, span)
            case "auditor":
                return await auditor_home(request, services, session, viewer, counts)
    box = box if box in BOXES else "todo"
    asked = {"kind": kind, "colour": colour, "q": q.strip()}
    f = InboxFilter(kind=kind or None, colour=colour or None, q=asked["q"] or None)
    page = await inbox_box(services, session, viewer.actor, box, f, limit=PAGE, cursor=cursor)
    offices = await offices_of(services, session)
    week = await _week(services, session, viewer.actor) if box == "todo" and not any(asked.values()) else []
    return show(
        request,
        "inbox.html",
        viewer,
        heard=heard,
        week=week,
        box=box,
        page=PAGE,
        self_href=_address(box, asked),
        boxes=[_box(name, box, asked, counts[name]) for name in BOXES],
        tasks=[_row(task, offices, viewer.actor) for task in page.items],
        more=_address(box, {**asked, "cursor": page.next_cursor}) if page.next_cursor else "",
        asked=asked,
        filtered=any(asked.values()),
        clear=_address(box, {}),
        found=number_in(asked["q"]),
        history=viewer.actor.has_role(*AUDITORS),
        empty=EMPTY[box],
        elsewhere=[_box(name, box, {}, counts[name]) for name in BOXES if counts[name] and name != box],
        year_lacks=await _year_lacks(services, session, viewer.actor) if box == "todo" else None,
        kinds=[(code, spec.name) for code, spec in KINDS.items()],
        colours=_colours(services.policy.playbook.process.colours, [colour, *(task.colour for task in page.items)]),
    )


async def _week(services: Services, session: Session, actor: Actor) -> list[View]:
    """The seven days to come, where anything is set for them or due; none where nothing is."""
    if {post.role for post in actor.posts} <= SEPARATE_ROLES:
        return []
    days = week_from(present().date())
    found = await agenda(services, session, actor, days[0], days[-1], late=False)
    shown = days_view(found, days, await services.calendars.current(), actor, month=None)
    return shown if found.entries else []


async def _year_lacks(services: Services, session: Session, actor: Actor) -> YearAhead | None:
    """What the calendar lacks of the coming year, told to who has to enter it, in the months when it is announced."""
    if not actor.has_role(*CALENDAR_PUBLISHERS):
        return None
    lacks = await calendar.ahead(services, session)
    return lacks if lacks and lacks.pressing else None


def _colours(rules: Mapping[str, ColourRule], met: Iterable[str]) -> list[tuple[str, str]]:
    """Today's colours, and those of cases that live under another edition."""
    others = dict.fromkeys(code for code in met if code and code not in rules)
    return [*((code, rule.name) for code, rule in rules.items()), *((code, chip(code)["name"]) for code in others)]


def _box(name: str, now: str, asked: dict[str, str], count: int) -> View:
    return {"name": BOXES[name], "count": count, "current": name == now, "href": _address(name, asked)}


def _address(box: str, asked: Mapping[str, str | None]) -> str:
    return "/?" + urlencode({"box": box, **{k: v for k, v in asked.items() if v}})


def _row(task: TaskItem, offices: Offices, actor: Actor) -> View:
    now = present(task.ahead)
    due_in = due(task.due_at, task.overdue, now, suspended=task.suspended)
    return {
        "href": f"/tasks/{task.task_id}",
        "id": task.task_id,
        "free": task.standing == "free",
        "dispute_no": task.dispute_no,
        "kind": task.kind_name,
        "title": _title(task),
        "colour": chip(task.colour),
        "round": task.round,
        "redo": bool(task.redo_of),
        "office": offices.post(task.post),
        "assignee": task.assignee_name,
        "hands": _hands(task, actor),
        "due": None if task.ended_at else due_in,
        "waiting": "" if task.ended_at else _waiting(task, now),
        "ended": _ended(task, now),
    }


def _ended(task: TaskItem, now: datetime) -> str:
    """When it ended, and by which decision; empty where none is known."""
    decisions = KINDS[task.kind].decisions
    if not (task.ended_at and task.decision and task.decision.name in decisions):
        return ""
    return f"{stamp(task.ended_at, now)} {decisions[task.decision.name].title}"


def _title(task: TaskItem) -> str:
    """With the party it is about: the stored title holds no names."""
    title, which = task.title, task.about.get("title") or ""
    about = subject(task.kind_name, task.about)
    return " · ".join(filter(None, (about, title.removeprefix(f"{which} · ") if which else title)))


def _hands(task: TaskItem, actor: Actor) -> str:
    """Where a task is between two people's hands."""
    if task.standing == "offered":
        return f"{task.assignee_name} 移交"
    if task.standing == "delegate":
        return f"{task.assignee_name} 委托"
    if task.assignee in [capacity.holder for capacity in actor.capacities[1:]]:
        return f"代 {task.assignee_name}"
    if task.assignee != actor.person_id:
        return ""
    if task.delegate_name:
        return f"已委托 {task.delegate_name}"
    return "有拟办意见" if any(decision.proposal for decision in task.record) else ""


def _waiting(task: TaskItem, now: datetime) -> str:
    opened = china(task.opened_at)
    return f"已等待 {span(now - opened)}" if now > opened else ""
