"""The access log: who read or tried what."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.access_log.schemas import AccessItem
from api.access_log.service import accesses
from api.core.deps import ActorDep, CursorDep, LimitDep, ServicesDep, SessionDep
from api.core.documentation import READ, problems
from api.core.schemas import Listed

router = APIRouter(prefix="/v1", tags=["audit"])


@router.get(
    "/audit/access",
    response_model=Listed[AccessItem],
    response_model_exclude_unset=True,
    responses=problems(READ),
)
async def get_accesses(
    services: ServicesDep,
    session: SessionDep,
    actor: ActorDep,
    person: Annotated[str | None, Query(max_length=80, description="Username or person id")] = None,
    dispute_no: Annotated[str | None, Query(max_length=40)] = None,
    refused: Annotated[bool, Query(description="Only the attempts that were refused")] = False,
    limit: LimitDep = 50,
    cursor: CursorDep = None,
) -> Listed[AccessItem]:
    """Who read or tried what, the latest first; `outcome` is `ok` or the code of the refusal."""
    return await accesses(services, session, actor, person=person, dispute_no=dispute_no,
                          refused=refused, limit=limit, cursor=cursor)  # fmt: skip
