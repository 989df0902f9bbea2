"""Registers: organisations, people, grids, playbooks."""

from __future__ import annotations

from fastapi import APIRouter

from api.core.deps import ActorDep, CursorDep, LimitDep, ServicesDep, SessionDep
from api.core.documentation import READ, problems
from api.core.schemas import Listed
from api.registers import service
from api.registers.schemas import Grid, OrganisationItem, PersonItem, PlaybookItem
from domain.policy.fields import Code

router = APIRouter(prefix="/v1", tags=["registers"])


@router.get(
    "/organisations",
    response_model=Listed[OrganisationItem],
    response_model_exclude_unset=True,
    responses=problems(READ),
)
async def get_organisations(
    services: ServicesDep,
    session: SessionDep,
    actor: ActorDep,
    kind: Code | None = None,
    level: Code | None = None,
    limit: LimitDep = 200,
    cursor: CursorDep = None,
) -> Listed[OrganisationItem]:
    """Organisations in the order of the tree."""
    return await service.list_organisations(services, session, kind, level, limit, cursor)


@router.get("/people", response_model=Listed[PersonItem], response_model_exclude_unset=True, responses=problems(READ))
async def get_people(
    services: ServicesDep,
    session: SessionDep,
    actor: ActorDep,
    role: Code | None = None,
    organisation: Code | None = None,
    limit: LimitDep = 100,
    cursor: CursorDep = None,
) -> Listed[PersonItem]:
    """People by post, in order of username: of one's own organisations, of those below, and of those right above."""
    return await service.list_people(services, session, actor, role, organisation, limit, cursor)


@router.get("/grids", response_model=Listed[Grid], response_model_exclude_unset=True, responses=problems(READ))
async def get_grids(services: ServicesDep, session: SessionDep, actor: ActorDep) -> Listed[Grid]:
    """Grids with their beats, one to one (Q-100)."""
    return await service.list_grids(services, session)


@router.get(
    "/playbooks", response_model=Listed[PlaybookItem], response_model_exclude_unset=True, responses=problems(READ)
)
async def get_playbooks(services: ServicesDep, actor: ActorDep) -> Listed[PlaybookItem]:
    """The mechanisms there are; `current` is the one new disputes start under.

    Each with its process part as a case pins it (docs/playbook.md), what stands at its default included.
    """
    return service.list_playbooks(services)
