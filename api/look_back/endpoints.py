"""The look-back: earlier disputes of the same people and of the same place."""

from __future__ import annotations

from fastapi import APIRouter

from api.core.deps import ActorDep, ServicesDep, SessionDep
from api.core.documentation import READ, problems
from api.look_back.schemas import LookBack
from api.look_back.service import look_back_on

router = APIRouter(prefix="/v1", tags=["disputes"])


@router.get("/disputes/{no}/earlier", response_model=LookBack, responses=problems(READ))
async def get_earlier(services: ServicesDep, session: SessionDep, actor: ActorDep, no: str) -> LookBack:
    """Earlier disputes of the same people wherever they were, and of the same place, within five years.

    Listed are those that the person sees; a name alone is no proof (`verify`).
    """
    return await look_back_on(services, session, actor, no)
