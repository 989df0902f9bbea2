"""Forms kept while somebody types, and thrown away when he says so."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.core.deps import ServicesDep, SessionDep
from api.drafts import service
from api.web.errors import PartRoute
from api.web.rendering import go
from api.web.session import FilledDep, PostedDep, ViewerDep, text, typed
from domain.errors import BadCsrf

router = APIRouter(route_class=PartRoute)


@router.put("/drafts/{name}", status_code=204)
async def keep_draft(
    services: ServicesDep, session: SessionDep, viewer: ViewerDep, posted: FilledDep, name: str
) -> Response:
    """Keeps what stands in a form; a file is not kept."""
    if posted.stale:
        raise BadCsrf
    fields = [(said, value) for said, value in typed(posted.form) if said != "draft"]
    await session.close()
    await service.keep(services, viewer.actor, name, text(posted.form, "key"), fields)
    return Response(status_code=204)


@router.post("/drafts/{name}/discard")
async def discard_draft(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, form: PostedDep, name: str
) -> Response:
    """Throws a draft away, and shows the form as it is without it."""
    await session.close()
    await service.discard(services, viewer.actor, name)
    back = text(form, "back")
    return go(request, back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/")
