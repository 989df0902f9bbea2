"""The page 前瞻 of a case: what lies ahead of it if nobody acts, day by day."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.core.deps import ServicesDep, SessionDep
from api.disputes.service import whole_case
from api.outlook.service import DAYS, MOST_DAYS, foreseen
from api.web import formatting as w
from api.web.errors import PageRoute
from api.web.organisation_labels import offices_of, vocabulary
from api.web.rendering import show
from api.web.session import ViewerDep
from api.web.timeline import by_days

router = APIRouter(route_class=PageRoute)
LENGTHS = {7: "一周", 30: "一个月", DAYS: "两个月", 180: "半年", MOST_DAYS: "一年以上"}
"""How far one may look on the page, in days."""


@router.get("/disputes/{no}/outlook")
async def outlook_page(
    request: Request,
    services: ServicesDep,
    session: SessionDep,
    viewer: ViewerDep,
    no: str,
    days: Annotated[int, Query(ge=1, le=MOST_DAYS)] = DAYS,
) -> Response:
    """What lies ahead of a dispute."""
    case = await whole_case(services, session, viewer.actor, no)
    offices = await offices_of(services, session)
    course = await foreseen(services, session, viewer.actor, no, days)
    now = w.present(case.ahead)
    lots = by_days(course.entries, vocabulary(services, offices, case.colours, case.demands), now, whole=course.earlier)
    return show(
        request,
        "outlook.html",
        viewer,
        no=no,
        title=case.title,
        closed=bool(case.closed_at),
        days=[{**lot, "entries": lot["entries"][::-1]} for lot in reversed(lots)],
        until=w.stamp(course.until, now),
        ends=any(entry.kind == "closed" for entry in course.entries),
        length=days,
        lengths=LENGTHS,
    )
