"""日程: a month of sessions and visits, as a grid on a desk and as a list on a phone."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from api.agenda.service import agenda
from api.agenda.view import days_view, entry_view, weeks_of
from api.core.deps import ServicesDep, SessionDep
from api.web.errors import PageRoute
from api.web.formatting import WEEKDAYS, present
from api.web.rendering import show
from api.web.session import ViewerDep

router = APIRouter(route_class=PageRoute)


@router.get("/agenda")
async def agenda_page(
    request: Request,
    services: ServicesDep,
    session: SessionDep,
    viewer: ViewerDep,
    month: Annotated[str, Query(max_length=10)] = "",
    own: bool = False,
) -> Response:
    """A month; unless one is asked for the present one, with all that is overdue."""
    first = _month(month)
    days = weeks_of(first)
    now = present().date().replace(day=1)
    found = await agenda(services, session, viewer.actor, days[0], days[-1], late=first == now, own=own)
    calendar = await services.calendars.current()
    shown = days_view(found, days, calendar, viewer.actor, month=first.month)
    before, after = (first - timedelta(days=1)).replace(day=1), (first + timedelta(days=31)).replace(day=1)
    return show(
        request, "agenda.html", viewer,
        called=f"{first.year}年{first.month}月", days=shown, weekdays=WEEKDAYS,
        late=[entry_view(each, viewer.actor) for each in found.late] if first == now else [],
        count=sum(day["count"] for day in shown if not day["out"]), cut=found.cut, own=own,
        before=_address(before, own=own), after=_address(after, own=own), 
        today=_address(now, own=own), here=first == now,
        whose=[("我和本岗位的", _address(first, own=False), not own), ("我手上的", _address(first, own=True), own)],
    )  # fmt: skip


def _month(typed: str) -> date:
    """The first day of a month written 2026-12; of the present one where it is none that a person lives to see."""
    try:
        first = date.fromisoformat(f"{typed}-01")
    except ValueError:
        first = date.min
    return first if 2000 <= first.year < 2200 else present().date().replace(day=1)


def _address(first: date, *, own: bool) -> str:
    return "/agenda?" + urlencode({"month": f"{first:%Y-%m}", **({"own": "true"} if own else {})})
