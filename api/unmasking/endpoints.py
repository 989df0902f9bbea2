"""Numbers that are masked elsewhere."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.core.deps import ActorDep, ServicesDep, SessionDep
from api.core.documentation import WRITE, problems
from api.middleware.masking import leave_unmasked
from api.unmasking import service
from api.unmasking.schemas import Asked, Unmasked

router = APIRouter(prefix="/v1", tags=["disputes"])


@router.post("/disputes/{no}/unmask", response_model=Unmasked, responses=problems(WRITE))
async def post_unmask(
    request: Request, response: Response, services: ServicesDep, session: SessionDep, actor: ActorDep, no: str,
    asked: Asked,
) -> Unmasked:  # fmt: skip
    """The telephone and identity numbers of a dispute's people, and its reports as they were written.

    For whoever has a task of it to answer, and for who sends people there. Everywhere else they are masked.
    The purpose is on record before the answer is sent.
    """
    found = await service.unmask(services, session, actor, no, asked)
    leave_unmasked(request)
    response.headers["Cache-Control"] = "no-store"
    return found
