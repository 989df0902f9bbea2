"""摇铃 at the desk: what rings is shown above every page, sounds until it is answered, and is answered here."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.core.deps import ServicesDep, SessionDep
from api.tasks.handover import acknowledge
from api.tasks.schemas import TaskItem
from api.tasks.service import ringing
from api.web.errors import PageRoute
from api.web.formatting import colour, present, stamp
from api.web.rendering import View, go, show
from api.web.session import Posted, PostedDep, ViewerDep
from api.web.submission import send

router = APIRouter(route_class=PageRoute)


@router.get("/rings")
async def rings_part(request: Request, session: SessionDep, viewer: ViewerDep) -> Response:
    """What rings now, for the place above the page."""
    found = await ringing(session, viewer.actor)
    return show(request, "rings.html", viewer, rings=[_ring(task) for task in found])


@router.post("/rings/{task_id}")
async def answer_ring(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, form: PostedDep, task_id: str
) -> Response:
    """应铃: it is silent, and the task is shown."""
    outcome = await send(services, session, viewer, Posted(form), f"acknowledge:{task_id}",
                         lambda key: acknowledge(services, session, viewer.actor, task_id, key))  # fmt: skip
    if outcome.answer:
        return go(request, f"/tasks/{task_id}", {"tone": "ok", "text": "已应铃，请及时办理"})
    return go(request, f"/tasks/{task_id}", {"tone": "bad", "text": f"没有应铃成功：{outcome.detail}"})


@router.get("/rings/{task_id}")
async def answer_reread(request: Request, viewer: ViewerDep, task_id: str) -> Response:
    """The address of that form, read again: the task."""
    return go(request, f"/tasks/{task_id}")


def _ring(task: TaskItem) -> View:
    rung = task.delivery.rung if task.delivery else []
    return {
        "id": task.task_id,
        "kind": task.kind_name,
        "title": task.title,
        "no": task.dispute_no,
        "colour": colour(task.colour),
        "since": stamp(rung[0].at, present(task.ahead)) if rung else "",
        "again": len(rung) > 1,
    }
