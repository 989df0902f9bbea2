"""Deputies (代班): who stands in for whom, and until when."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.core.deps import ActorDep, CursorDep, KeyDep, LimitDep, ServicesDep, SessionDep
from api.core.documentation import READ, WRITE, problems
from api.core.responses import as_response
from api.core.schemas import Listed
from api.people import deputy_service as service
from api.people.schemas import Deputyship
from domain.people.deputies import Naming

router = APIRouter(prefix="/v1/deputies", tags=["who"])


@router.get("", response_model=Listed[Deputyship], response_model_exclude_unset=True, responses=problems(READ))
async def get_deputies(
    session: SessionDep, actor: ActorDep, limit: LimitDep = 50, cursor: CursorDep = None
) -> Listed[Deputyship]:
    """The deputyships a person gave and was given, the latest named first; supervisors, administrators of security and
    of audit, and auditors see all.
    """
    return await service.deputyships_of(session, actor, limit, cursor)


@router.post("", status_code=201, response_model=Deputyship, responses=problems(WRITE))
async def post_deputy(
    services: ServicesDep, session: SessionDep, actor: ActorDep, naming: Naming, key: KeyDep = None
) -> JSONResponse:
    """Names one's own deputy; supervisors and the administrator of security name one for somebody else (`person`).

    At most 90 days. A beginning that has passed counts from now.
    """
    return as_response(await service.name_deputy(services, session, actor, naming, key))


@router.post("/{deputyship_id}/confirm", response_model=Deputyship, responses=problems(WRITE))
async def post_confirmation(
    services: ServicesDep, session: SessionDep, actor: ActorDep, deputyship_id: str, key: KeyDep = None
) -> JSONResponse:
    """The second person's word: where the deputy would stand higher than by any post of his own, it is in force only
    then. By the represented, or who may order a deputyship for him; not by who stands in or who named it.
    """
    return as_response(await service.confirm_deputyship(services, session, actor, deputyship_id, key))


@router.delete("/{deputyship_id}", response_model=Deputyship, responses=problems(WRITE))
async def delete_deputy(
    services: ServicesDep, session: SessionDep, actor: ActorDep, deputyship_id: str, key: KeyDep = None
) -> JSONResponse:
    """Ends a deputyship before its time; it stays on record."""
    return as_response(await service.end_deputyship(services, session, actor, deputyship_id, key))
