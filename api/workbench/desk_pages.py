"""督促台: the page of whoever answers for others' work."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from api.core.deps import CursorDep, ServicesDep, SessionDep
from api.tasks.schemas import TaskItem
from api.web.errors import PageRoute
from api.web.formatting import colour, due, present, span
from api.web.organisation_labels import Offices, offices_of
from api.web.rendering import View, show
from api.web.session import ViewerDep
from api.workbench.desk import CALLED, desk
from domain.base import china
from infra.records.events import last_event

router = APIRouter(route_class=PageRoute)
PAGE = 25


@router.get("/oversight-desk")
async def desk_page(
    request: Request,
    services: ServicesDep,
    session: SessionDep,
    viewer: ViewerDep,
    what: Annotated[str, Query(max_length=20)] = "",
    town: Annotated[str, Query(max_length=60)] = "",
    person: Annotated[str, Query(max_length=60)] = "",
    cursor: CursorDep = None,
) -> Response:
    """督促台."""
    heard = await last_event(session)
    found = await desk(services, session, viewer.actor, what, town=town, person=person, limit=PAGE, cursor=cursor)
    offices = await offices_of(services, session)
    asked = {"what": found.what, "town": town, "person": person}
    return show(
        request,
        "oversight_desk.html",
        viewer,
        heard=heard,
        page=PAGE,
        self_href=_address(asked),
        tabs=[{"name": name, "count": found.counts[code], "current": code == found.what,
               "href": _address({**asked, "what": code})} for code, name in CALLED.items()],
        called=CALLED[found.what],
        what=found.what,
        towns=[{"code": code, "name": name, "count": count, "current": code == town}
               for code, name, count in found.towns],
        people=[{"code": code, "name": name, "current": code == person} for code, name in found.people],
        tasks=[_row(item, offices) for item in found.items],
        more=_address({**asked, "cursor": found.next_cursor}) if found.next_cursor else "",
    )  # fmt: skip


def _address(asked: dict[str, str]) -> str:
    return "/oversight-desk?" + urlencode({name: value for name, value in asked.items() if value})


def _row(task: TaskItem, offices: Offices) -> View:
    now = present(task.ahead)
    return {
        "href": f"/tasks/{task.task_id}",
        "no": task.dispute_no,
        "kind": task.kind_name,
        "title": task.title,
        "colour": colour(task.colour),
        "who": task.assignee_name or "",
        "office": offices.post(task.post),
        "due": due(task.due_at, task.overdue, now, suspended=task.suspended),
        "waited": span(now - china(task.opened_at)),
    }
