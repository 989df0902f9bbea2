"""The button that watches a case (关注)."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.core.deps import ServicesDep, SessionDep
from api.disputes.watching import unwatch_dispute, watch_dispute
from api.web.errors import PageRoute
from api.web.rendering import go
from api.web.session import PostedDep, ViewerDep, text

router = APIRouter(route_class=PageRoute)


@router.get("/disputes/{no}/watch")
async def watch_reread(request: Request, viewer: ViewerDep, no: str) -> Response:
    """The address of the form, read again: the case."""
    return go(request, f"/disputes/{no}")


@router.post("/disputes/{no}/watch")
async def watch_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, form: PostedDep, no: str
) -> Response:
    """Watches a case, or no more."""
    begins = text(form, "watch") == "1"
    await (watch_dispute if begins else unwatch_dispute)(services, session, viewer.actor, no, None)
    said = "已关注，该纠纷的待办会出现在“关注”中" if begins else "已取消关注"
    return go(request, f"/disputes/{no}", {"tone": "ok", "text": said})
