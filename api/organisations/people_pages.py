"""The page 查找人员: people of one's own part of the county, by name or username, unit and post."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from api.core.deps import CursorDep, ServicesDep, SessionDep
from api.web.errors import PageRoute
from api.web.organisation_labels import Offices
from api.web.rendering import View, go, show
from api.web.session import ViewerDep
from domain.errors import NotEntitled
from domain.people.permissions import STAFF_READERS, administers_security, may_read_staff, own_places
from infra.read_model.people.finding import Found, Sought, found
from infra.runtime.policy_files import roles_here

router = APIRouter(route_class=PageRoute)
SHOWN = 50


@router.get("/people")
async def people_page(
    request: Request,
    services: ServicesDep,
    session: SessionDep,
    viewer: ViewerDep,
    q: str = "",
    unit: str = "",
    role: str = "",
    cursor: CursorDep = None,
) -> Response:
    """Who was looked for; a username typed or chosen whole leads to its account at once."""
    within = own_places(viewer.actor, STAFF_READERS)
    if not within:
        services.access.note(viewer.actor.person_id, None, "people", NotEntitled.code)
        raise NotEntitled
    directory = await services.directory.read(session)
    at = directory.get(unit[:64])
    sought = Sought(words=q.strip()[:64], role=role[:64], path=at.path if at else "",
                    postless=may_read_staff(viewer.actor, directory.root.path))  # fmt: skip
    page = await found(session, within, sought, SHOWN, cursor)
    if len(page.rows) == 1 and not cursor and page.rows[0].username == sought.words:
        return go(request, f"/people/{sought.words}")
    asked = {"q": sought.words, "unit": at.code if at else "", "role": sought.role}
    offices = Offices(directory)
    return show(
        request,
        "people.html",
        viewer,
        asked=asked,
        filtered=any(asked.values()),
        units=[(each.code, offices.label(each.code)) for each in directory.organisations
               if may_read_staff(viewer.actor, each.path)],
        roles=[(code, each.name) for code, each in roles_here().items()],
        people=[_row(offices, each) for each in page.rows],
        more="/people?" + urlencode({**asked, "cursor": page.next_cursor}) if page.next_cursor else "",
        appoints=administers_security(viewer.actor, directory.root.path),
    )  # fmt: skip


def _row(offices: Offices, each: Found) -> View:
    posts = [offices.named(code, role) for role, code in each.posts]
    return {"href": f"/people/{each.username}", "name": each.name, "username": each.username, "posts": posts,
            "mark": "" if posts else "无岗位" if each.active else "已停用"}  # fmt: skip
