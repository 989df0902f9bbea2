"""A task at a glance, beside the list that it was picked from."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.core.deps import ServicesDep, SessionDep
from api.tasks.brief_view import guidance_view
from api.tasks.service import whole_task
from api.tasks.task_view import brief_view, head_view
from api.web.errors import PageRoute
from api.web.formatting import present
from api.web.organisation_labels import offices_of, vocabulary
from api.web.rendering import show
from api.web.session import ViewerDep
from infra.database.ids import new_id

router = APIRouter(route_class=PageRoute)


@router.get("/glance/{task_id}")
async def glance_part(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, task_id: str
) -> Response:
    """速览: what a task is about, for the place beside the list; who reads it has read the task."""
    task = await whole_task(services, session, viewer.actor, task_id)
    offices = await offices_of(services, session)
    words = vocabulary(services, offices, task.dispute.colours, task.dispute.demanding["demands"])
    now = present(task.ahead)
    return show(
        request,
        "glance.html",
        viewer,
        task=head_view(task, offices, now),
        brief=brief_view(task, words, offices, now),
        guide=guidance_view(task.brief, now),
        standing=task.standing,
        key=new_id(),
    )
