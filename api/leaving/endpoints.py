"""Leaving: what somebody would leave behind, and that he has left."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from api.core.deps import ActorDep, CursorDep, KeyDep, LimitDep, ServicesDep, SessionDep
from api.core.documentation import READ, WRITE, problems
from api.core.responses import as_response
from api.leaving import service
from api.leaving.schemas import LeavingPreview, Left
from domain.policy.fields import Code
from domain.transitions.leaving.handing_on import Leaving

router = APIRouter(prefix="/v1/people", tags=["who"])
PostsDep = Annotated[list[Code], Query(max_length=50)]


@router.get(
    "/{person}/leaving", response_model=LeavingPreview, response_model_exclude_unset=True, responses=problems(READ)
)
async def get_leaving(
    services: ServicesDep,
    session: SessionDep,
    actor: ActorDep,
    person: str,
    post: PostsDep = [],  # noqa: B006  FastAPI gives each request its own
    limit: LimitDep = 50,
    cursor: CursorDep = None,
) -> LeavingPreview:
    """What a person (username or id) would leave behind who left these posts (ids), or all: work of which something has
    to be said first, and what follows by itself. For himself, and for whoever may put it on record.
    """
    return await service.preview(services, session, actor, person, post, limit=limit, cursor=cursor)


@router.post("/{person}/leave", response_model=Left, responses=problems(WRITE))
async def post_leave(
    services: ServicesDep, session: SessionDep, actor: ActorDep, person: str, order: Leaving, key: KeyDep = None
) -> JSONResponse:
    """Puts on record that a person leaves posts, or all: they end, with their day, and his work goes where it was said.

    Refused with `work_left_open` and each piece of work by name in `errors`, unless it is handed on (`hand_over`,
    `rest`) or expressly sent one level up. By a supervisor or the administrator of security of the place or above.
    """
    return as_response(await service.leave(services, session, actor, person, order, key))
