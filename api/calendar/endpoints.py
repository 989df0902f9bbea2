"""The working calendar over HTTP."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.calendar import service
from api.calendar.schemas import Edition, Published
from api.core.deps import ActorDep, CursorDep, KeyDep, LimitDep, ServicesDep, SessionDep
from api.core.documentation import READ, WRITE, problems
from api.core.responses import as_response
from api.core.schemas import Listed
from domain.policy.calendars.editions import NewEdition

router = APIRouter(prefix="/v1", tags=["registers"])


@router.get("/calendar", response_model=Edition, responses=problems(READ))
async def get_calendar(services: ServicesDep, session: SessionDep, actor: ActorDep) -> Edition:
    """The edition in effect, and how many open disputes count by it already."""
    return await service.in_effect(services, session)


@router.get("/calendar/editions", response_model=Listed[Edition], responses=problems(READ))
async def get_editions(
    services: ServicesDep, session: SessionDep, actor: ActorDep, limit: LimitDep = 50, cursor: CursorDep = None
) -> Listed[Edition]:
    """The editions published here, the latest first."""
    return await service.listed(session, limit, cursor)


@router.post("/calendar/editions", status_code=202, response_model=Published, responses=problems(WRITE))
async def post_edition(
    services: ServicesDep, session: SessionDep, actor: ActorDep, new: NewEdition, key: KeyDep = None
) -> JSONResponse:
    """Publishes an edition and tells it to every open dispute by a job; deadlines already set stay."""
    return as_response(await service.publish(services, session, actor, new, key))
