"""督办与吹哨: whistles, notices of supervision and batches of hazards in one place, each leading on; a whistle by
itself, with what whoever is called, or whistled, does about it.
"""

from __future__ import annotations

from typing import Annotated, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from api.conduct.supervisions import STATES as SUPERVISED
from api.conduct.supervisions import listed_supervisions, supervision_view
from api.conduct.whistle_view import line_view, sheet_view
from api.conduct.whistles import listed_whistles, one_whistle
from api.core.context import Services
from api.core.deps import CursorDep, ServicesDep, SessionDep
from api.hazards import reading
from api.hazards.hazard_view import standing_view
from api.notices.notice_view import STATES, notice_view
from api.notices.schemas import NoticeWanted
from api.notices.service import listed_notices
from api.tasks.schemas import Answering
from api.tasks.service import decide
from api.web.errors import PageRoute
from api.web.formatting import present
from api.web.organisation_labels import offices_of
from api.web.rendering import View, go, show
from api.web.session import FilledDep, Viewer, ViewerDep, text
from api.web.submission import send
from infra.database.engine import Session
from infra.database.ids import new_id
from infra.read_model.hazards.items import ItemFilter
from infra.read_model.workbench.supervisions import Standing

router = APIRouter(route_class=PageRoute)
PAGE = 25
BOXES = {"whistles": "吹哨", "notices": "督办单", "called": "自动督办", "batches": "隐患批次"}
RUNNING = {"": "进行中", "all": "全部"}
NOTICED = {"open": "等待反馈", "": "全部", "answered": "已反馈", "unanswered": "未反馈", "withdrawn": "已撤回"}
WordDep = Annotated[str, Query(max_length=20)]


@router.get("/conduct")
async def conduct_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, box: WordDep = "",
    state: Annotated[str | None, Query(max_length=20)] = None, cursor: CursorDep = None,
) -> Response:  # fmt: skip
    """One of the four, the newest first."""
    boxes = {code: name for code, name in BOXES.items() if code != "batches" or viewer.hazards}
    box = box if box in boxes else "whistles" if _whistles_here(services) else "notices"
    found = await _FILL[box](services, session, viewer, state, cursor)
    asked = {"box": box, **({"state": state} if state is not None else {})}
    return show(
        request, "conduct.html", viewer,
        box=box, whistling=_whistles_here(services),
        boxes=[{"name": name, "href": f"/conduct?box={code}", "current": code == box} for code, name in boxes.items()],
        **found, more=f"/conduct?{urlencode({**asked, 'cursor': found['cursor']})}" if found["cursor"] else "",
    )  # fmt: skip


@router.get("/conduct/whistles/{no}/{number}")
async def whistle_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, no: str, number: int
) -> Response:
    """A whistle: who came when, what was agreed, how far the plan is, and whose turn it is."""
    blown = await one_whistle(services, session, viewer.actor, no, number)
    offices = await offices_of(services, session)
    return show(request, "whistle.html", viewer, x=sheet_view(blown, offices), key=new_id())


@router.post("/conduct/whistles/{no}/{number}")
async def arrive_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, posted: FilledDep, no: str,
    number: int,
) -> Response:  # fmt: skip
    """Checks in by one button, once for the key in its form; where more is to be said, on the task's own page."""
    blown = await one_whistle(services, session, viewer.actor, no, number)
    task_id, here = text(posted.form, "task")[:80], f"/conduct/whistles/{no}/{number}"
    if task_id not in blown.tasks:
        return go(request, here, {"tone": "bad", "text": "没有这项报到"})
    arrived = Answering(decision="arrived", fields={})
    outcome = await send(services, session, viewer, posted, f"decide:{task_id}",
                         lambda key: decide(services, session, viewer.actor, task_id, arrived, key))  # fmt: skip
    if outcome.answer:
        return go(request, here, {"tone": "ok", "text": "已报到"})
    if outcome.errors:
        return go(request, f"/tasks/{task_id}?decision=arrived", {"tone": "bad", "text": outcome.detail})
    return go(request, here, {"tone": "bad", "text": f"没有报到成功：{outcome.detail}"})


def _whistles_here(services: Services) -> bool:
    """Whether anybody is called together in this mechanism."""
    process = services.policy.playbook.process
    tiers = process.ladder.tiers if process.ladder else []
    called = any(tier.summon for tier in tiers) or any(task.summon for task in process.tasks.values())
    return bool(process.summons or process.conference or called)


async def _whistles(
    services: Services, session: Session, viewer: Viewer, state: str | None, cursor: str | None
) -> View:
    running = state != "all"
    found = await listed_whistles(services, session, viewer.actor, running=running, limit=PAGE, cursor=cursor)
    offices = await offices_of(services, session)
    return {"states": _states("whistles", RUNNING, "" if running else "all"), "cursor": found.next_cursor,
            "whistles": [line_view(each, offices) for each in found.items]}  # fmt: skip


async def _notices(services: Services, session: Session, viewer: Viewer, state: str | None, cursor: str | None) -> View:
    asked = state if state in (*STATES, "") else "open"
    wanted = NoticeWanted.model_validate({"kind": "supervision", "state": asked or None})
    found = await listed_notices(services, session, viewer.actor, wanted, PAGE, cursor)
    offices = await offices_of(services, session)
    return {"states": _states("notices", NOTICED, asked), "cursor": found.next_cursor,
            "notices": [{**notice_view(n, offices, present(n.ahead)), "title": n.title, "no": n.dispute_no}
                        for n in found.items]}  # fmt: skip


async def _called(services: Services, session: Session, viewer: Viewer, state: str | None, cursor: str | None) -> View:
    standing: Standing | None = None if state == "" else next((s for s in get_args(Standing) if s == state), "open")
    found, onward = await listed_supervisions(services, session, viewer.actor, standing, PAGE, cursor)
    offices = await offices_of(services, session)
    return {"states": _states("called", {**SUPERVISED, "": "全部"}, standing or ""), "cursor": onward,
            "called": [supervision_view(each, offices) for each in found]}  # fmt: skip


async def _batches(services: Services, session: Session, viewer: Viewer, state: str | None, cursor: str | None) -> View:
    found = await reading.outstanding(services, session, viewer.actor, ItemFilter(), "batch")
    services.access.note(viewer.actor.person_id, None, "hazards")
    shown = [standing_view(each, f"/hazards/{each.key}") for each in found.groups]
    left = [each for each in shown if each["left"]]
    return {"states": _states("batches", {"": "未清零", "all": "全部"}, "all" if state == "all" else ""),
            "batches": shown if state == "all" else left, "cursor": None}  # fmt: skip


_FILL = {"whistles": _whistles, "notices": _notices, "called": _called, "batches": _batches}


def _states(box: str, names: dict[str, str], chosen: str) -> list[View]:
    return [{"name": name, "href": f"/conduct?{urlencode({'box': box, 'state': code})}", "current": code == chosen}
            for code, name in names.items()]  # fmt: skip
