"""What stands beside the form 登记, asked for again while somebody types."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.core.deps import ServicesDep, SessionDep
from api.registering.beside_view import beside_of
from api.registering.form import read_form
from api.web.errors import PartRoute
from api.web.rendering import show
from api.web.session import FilledDep, ViewerDep

router = APIRouter(route_class=PartRoute)


@router.post("/incidents/beside")
async def beside_part(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, posted: FilledDep
) -> Response:
    """What stands beside the form as far as it is filled in; nothing is kept."""
    beside = await beside_of(services, session, viewer, read_form(posted.form))
    return show(request, "register_beside.html", viewer, beside=beside)
