"""What corrections taught, over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import JSONResponse

from api.core.deps import ActorDep, CursorDep, KeyDep, LimitDep, ServicesDep, SessionDep
from api.core.documentation import COUNTED, READ, WRITE, problems
from api.core.responses import as_response
from api.core.schemas import Listed
from api.learning import aliases, service
from api.learning.aliases import PlaceAlias, PlaceAliasList, WithdrawIn
from api.learning.schemas import Asked, LearnedEdition, Standing, SwitchIn

AliasId = Annotated[str, Path(max_length=32)]

router = APIRouter(prefix="/v1", tags=["learning"])


@router.get("/learning", response_model=Standing, responses=problems(READ))
async def get_learning(session: SessionDep, actor: ActorDep) -> Standing:
    """The edition that corrects the cues now, and what the last run came to."""
    return await service.standing(session)


@router.get("/learning/editions", response_model=Listed[LearnedEdition], responses=problems(READ))
async def get_learned_editions(
    session: SessionDep, actor: ActorDep, limit: LimitDep = 50, cursor: CursorDep = None
) -> Listed[LearnedEdition]:
    """Every run that could be judged, the latest first, each beside the cues and its predecessor."""
    return await service.listed(session, limit, cursor)


@router.post("/learning/editions", status_code=202, response_model=Asked, responses=problems(WRITE | COUNTED))
async def post_learned_edition(
    services: ServicesDep, session: SessionDep, actor: ActorDep, key: KeyDep = None
) -> JSONResponse:
    """Has the county learn from its confirmed cases now instead of at night, by a job."""
    return as_response(await service.make(services, session, actor, key))


@router.post("/learning/switch", response_model=Standing, responses=problems(WRITE))
async def post_switch(
    services: ServicesDep, session: SessionDep, actor: ActorDep, asked: SwitchIn, key: KeyDep = None
) -> JSONResponse:
    """Lets an edition serve, or with none switches learning off; the cues then speak alone."""
    return as_response(await service.switch(services, session, actor, asked, key))


@router.get("/learning/aliases", response_model=PlaceAliasList, responses=problems(READ))
async def get_place_aliases(session: SessionDep, actor: ActorDep) -> PlaceAliasList:
    """Names of places that desks took for one, with who said so and of which dispute, the latest changed first."""
    return await aliases.listed(session)


@router.post("/learning/aliases/{alias_id}/withdraw", response_model=PlaceAlias, responses=problems(WRITE))
async def post_alias_withdrawal(
    services: ServicesDep, session: SessionDep, actor: ActorDep, alias_id: AliasId, asked: WithdrawIn,
    key: KeyDep = None,
) -> JSONResponse:  # fmt: skip
    """Takes an alias out of service for good: the two names are two places."""
    return as_response(await aliases.withdraw(services, session, actor, alias_id, asked, key))
