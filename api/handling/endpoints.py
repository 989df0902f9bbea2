"""Who should handle a dispute, and what became of alike ones."""

from __future__ import annotations

from fastapi import APIRouter

from api.core.deps import ActorDep, ServicesDep, SessionDep
from api.core.documentation import READ, problems
from api.handling.schemas import Handling
from api.handling.service import handling_on

router = APIRouter(prefix="/v1", tags=["disputes"])


@router.get("/disputes/{no}/handling", response_model=Handling, responses=problems(READ))
async def get_handling(services: ServicesDep, session: SessionDep, actor: ActorDep, no: str) -> Handling:
    """The units that should lead and cooperate, each with its reasons and its load, and what became of the county's
    closed disputes of the same class: by whom settled, in how many days, how many relapsed.

    A suggestion: whoever sends it on decides. Of the nearest ones those are named that the person sees.
    """
    return await handling_on(services, session, actor, no)
