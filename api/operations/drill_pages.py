"""演练 at the desk: the clock of a case moved forward from its page. Exists only where drill is on."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.core.deps import ServicesDep, SessionDep
from api.operations import drill_service as service
from api.operations.schemas import Advance
from api.web.errors import PageRoute
from api.web.rendering import go
from api.web.session import PostedDep, ViewerDep, text

router = APIRouter(route_class=PageRoute)
UNITS = {"hours": ("PT", "H", "小时"), "days": ("P", "D", "天")}
"""Units of length by their name in the form: before and after the number in an ISO 8601 duration, and what they are
called."""


@router.get("/disputes/{no}/advance")
async def advance_reread(request: Request, viewer: ViewerDep, no: str) -> Response:
    """The address of the form, read again: the case."""
    return go(request, f"/disputes/{no}")


@router.post("/disputes/{no}/advance")
async def advance_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, form: PostedDep, no: str
) -> Response:
    """Moves the clock of a case, and shows the case when what fell due has been done."""
    before, after, called = UNITS.get(text(form, "unit"), UNITS["days"])
    length = text(form, "by")
    await service.advance(services, session, viewer.actor, Advance(dispute_no=no, by=f"{before}{length}{after}"))
    return go(request, f"/disputes/{no}", {"tone": "ok", "text": f"本案的时间已推进 {length} {called}"})
