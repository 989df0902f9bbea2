"""Who: signing in, and who one is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form

from api.core.deps import ActorDep, ServicesDep, SessionDep
from api.core.documentation import READ, SIGN_IN, problems
from api.people.schemas import Me, Token
from api.people.service import sign_in, signed_in_person
from domain.storable_text import fit

router = APIRouter(prefix="/v1", tags=["who"])


@router.post("/auth/token", response_model=Token, response_model_exclude_unset=True, responses=problems(SIGN_IN))
async def token(
    services: ServicesDep,
    session: SessionDep,
    username: Annotated[str, Form(max_length=100)],
    password: Annotated[str, Form(max_length=200)],
) -> Token:
    """A bearer token for a username and its password."""
    return await sign_in(services, session, fit("username", username), fit("password", password))


@router.get("/me", response_model=Me, response_model_exclude_unset=True, responses=problems(READ))
async def me(session: SessionDep, actor: ActorDep) -> Me:
    """The signed-in person, the posts held now, and for whom he deputises with which of their posts."""
    return await signed_in_person(session, actor)
