"""What lies ahead of a dispute."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.core.deps import ActorDep, ServicesDep, SessionDep
from api.core.documentation import READ, problems
from api.outlook.schemas import Outlook
from api.outlook.service import DAYS, MOST_DAYS, outlook_of

router = APIRouter(prefix="/v1", tags=["disputes"])


@router.get("/disputes/{no}/outlook", response_model=Outlook, responses=problems(READ))
async def get_outlook(
    services: ServicesDep,
    session: SessionDep,
    actor: ActorDep,
    no: str,
    days: Annotated[int, Query(ge=1, le=MOST_DAYS, description="How far to look")] = DAYS,
) -> Outlook:
    """What falls due and what the clock will decide if nobody acts, in the order in which it will happen.

    It is no plan and binds nobody: the case's own history is driven on by the code that will decide, and whatever
    anybody does changes it.
    """
    return await outlook_of(services, session, actor, no, days)
