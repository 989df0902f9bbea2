"""One's own sign-ins."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from api.core.deps import ActorDep, ServicesDep, SessionDep, TokenDep
from api.core.documentation import READ, WRITE, problems
from api.core.schemas import Listed
from api.people import session_service as service
from api.people.schemas import SignInHeld, SignInsEnded

router = APIRouter(prefix="/v1", tags=["who"])


@router.get(
    "/me/sessions", response_model=Listed[SignInHeld], response_model_exclude_unset=True, responses=problems(READ)
)
async def get_own_sessions(
    services: ServicesDep, session: SessionDep, actor: ActorDep, token: TokenDep
) -> Listed[SignInHeld]:
    """One's own sign-ins that still hold, the last used first."""
    return Listed[SignInHeld](items=await service.own_sign_ins(services, session, actor, token), next_cursor=None)


@router.delete("/me/sessions/{session_id}", response_model=SignInsEnded, responses=problems(WRITE))
async def delete_own_session(
    services: ServicesDep, actor: ActorDep, session_id: Annotated[str, Path(max_length=64)]
) -> SignInsEnded:
    """Ends one of one's own sign-ins, on whichever device; also the one that asks."""
    return SignInsEnded(ended=await service.end_sign_in(services, actor, session_id))


@router.post("/me/sessions/end", response_model=SignInsEnded, responses=problems(WRITE))
async def end_other_sessions(services: ServicesDep, actor: ActorDep, token: TokenDep) -> SignInsEnded:
    """Ends all of one's own sign-ins but the one that asks."""
    return SignInsEnded(ended=await service.end_others(services, actor, token))


@router.post("/auth/logout", response_model=SignInsEnded, responses=problems(WRITE))
async def logout(services: ServicesDep, actor: ActorDep, token: TokenDep) -> SignInsEnded:
    """Ends the sign-in that asks: its token is good for nothing from now on, streams that it opened end."""
    await service.sign_out(services, actor.person_id, token)
    return SignInsEnded(ended=1)
