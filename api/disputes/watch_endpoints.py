"""Watching a dispute (关注)."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.core.deps import ActorDep, KeyDep, ServicesDep, SessionDep
from api.core.documentation import WRITE, problems
from api.core.responses import as_response
from api.disputes.schemas import Watched
from api.disputes.watching import unwatch_dispute, watch_dispute

router = APIRouter(prefix="/v1/disputes", tags=["disputes"])


@router.post("/{no}/watch", response_model=Watched, responses=problems(WRITE))
async def post_watch(
    services: ServicesDep, session: SessionDep, actor: ActorDep, no: str, key: KeyDep = None
) -> JSONResponse:
    """Watches a dispute that the person may see, for as long as he may; again changes nothing."""
    return as_response(await watch_dispute(services, session, actor, no, key))


@router.delete("/{no}/watch", response_model=Watched, responses=problems(WRITE))
async def delete_watch(
    services: ServicesDep, session: SessionDep, actor: ActorDep, no: str, key: KeyDep = None
) -> JSONResponse:
    """Watches a dispute no more; again changes nothing."""
    return as_response(await unwatch_dispute(services, session, actor, no, key))
