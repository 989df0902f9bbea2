"""Villages (村、社区): one auxiliary each, the contact network; who answers for a dispute's place."""

from __future__ import annotations

from fastapi import APIRouter

from api.core.deps import ActorDep, CursorDep, LimitDep, ServicesDep, SessionDep
from api.core.documentation import READ, problems
from api.core.schemas import Listed
from api.villages.schemas import CaseContacts, VillageItem
from api.villages.service import contacts_of, list_villages
from domain.policy.fields import Code

router = APIRouter(prefix="/v1", tags=["registers"])


@router.get("/villages", response_model=Listed[VillageItem], responses=problems(READ))
async def get_villages(
    services: ServicesDep,
    session: SessionDep,
    actor: ActorDep,
    organisation: Code | None = None,
    vacant: bool | None = None,
    limit: LimitDep = 50,
    cursor: CursorDep = None,
) -> Listed[VillageItem]:
    """Villages in the order of the tree, each with its auxiliary and its contact network (W-010, W-011).

    `organisation` is a township or a station; `vacant=true` leaves those without an auxiliary.
    """
    return await list_villages(services, session, organisation=organisation, vacant=vacant, limit=limit, cursor=cursor)


@router.get("/disputes/{no}/contacts", response_model=CaseContacts, responses=problems(READ))
async def get_contacts(services: ServicesDep, session: SessionDep, actor: ActorDep, no: str) -> CaseContacts:
    """Who answers for the place of a dispute now: community officer, auxiliary, cadres, grid workers, leaders who
    contracted the place or the dispute itself (R-030), counterparts of departments.
    """
    return await contacts_of(services, session, actor, no)
