"""演练: one dispute's clock moved forward in the engine, the morning's digests now. Exists only where drill is on."""

from __future__ import annotations

from fastapi import APIRouter

from api.core.deps import ActorDep, ServicesDep, SessionDep
from api.core.documentation import WRITE, problems
from api.operations import drill_service as service
from api.operations.schemas import Advance, Advanced, Digested, FiguresJudged

router = APIRouter(prefix="/v1/drill", tags=["drill"])


@router.post("/advance", response_model=Advanced, response_model_exclude_unset=True, responses=problems(WRITE))
async def post_advance(services: ServicesDep, session: SessionDep, actor: ActorDep, advance: Advance) -> Advanced:
    """Moves a dispute's clock forward and answers when what fell due has been done."""
    return await service.advance(services, session, actor, advance)


@router.post("/figures", response_model=FiguresJudged, responses=problems(WRITE))
async def post_figures(services: ServicesDep, session: SessionDep, actor: ActorDep) -> FiguresJudged:
    """Judges this month's figures now instead of when it has closed; who has a supervision for it gets no second."""
    return await service.judge_figures(services, session, actor)


@router.post("/digest", response_model=Digested, responses=problems(WRITE))
async def post_digest(services: ServicesDep, session: SessionDep, actor: ActorDep) -> Digested:
    """Sends today's digests now instead of at eight in the morning; whoever has today's already gets no second."""
    return await service.digest(services, session, actor)
