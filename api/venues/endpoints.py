"""Venues for sessions (调解场所): of three kinds, with who is stationed there."""

from __future__ import annotations

from fastapi import APIRouter

from api.core.deps import ActorDep, CursorDep, LimitDep, ServicesDep, SessionDep
from api.core.documentation import READ, problems
from api.core.schemas import Listed
from api.venues.schemas import VenueItem
from api.venues.service import list_venues
from domain.people.organisation import Venue
from domain.policy.fields import Code

router = APIRouter(prefix="/v1", tags=["registers"])


@router.get("/venues", response_model=Listed[VenueItem], responses=problems(READ))
async def get_venues(
    services: ServicesDep,
    session: SessionDep,
    actor: ActorDep,
    kind: Venue | None = None,
    organisation: Code | None = None,
    limit: LimitDep = 50,
    cursor: CursorDep = None,
) -> Listed[VenueItem]:
    """Venues in the order of the tree, each with those stationed there (调解工作室, 法官工作室, 司法所工作站)."""
    return await list_venues(services, session, kind=kind, organisation=organisation, limit=limit, cursor=cursor)
