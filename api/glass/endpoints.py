"""Breaking the glass of a case that is need-to-know."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.core.deps import ActorDep, KeyDep, ServicesDep, SessionDep
from api.core.documentation import WRITE, problems
from api.core.responses import as_response
from api.glass import service
from api.glass.schemas import BreakGlass, Glass

router = APIRouter(prefix="/v1", tags=["disputes"])


@router.post("/disputes/{no}/break-glass", response_model=Glass, responses=problems(WRITE))
async def post_break_glass(
    services: ServicesDep, session: SessionDep, actor: ActorDep, no: str, asked: BreakGlass, key: KeyDep = None
) -> JSONResponse:
    """Opens a case of level L3 for eight hours to somebody in whose jurisdiction it is and who has no task in it.

    On record before the answer; the case's officer, the nearest auditor and the nearest supervisor are told.
    """
    return as_response(await service.break_glass(services, session, actor, no, asked, key))
