"""Who: signing in, and who one is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path

from api.core.deps import ActorDep, ServicesDep, SessionDep, TokenDep, WhereDep
from api.core.documentation import COUNTED, READ, SIGN_IN, WRITE, problems
from api.people.password_service import change_password, reset_password
from api.people.schemas import Me, PasswordCode, PasswordIn, SignInsEnded, Token
from api.people.service import sign_in, signed_in_person
from domain.storable_text import fit

router = APIRouter(prefix="/v1", tags=["who"])


@router.post("/auth/token", response_model=Token, response_model_exclude_unset=True, responses=problems(SIGN_IN))
async def token(
    services: ServicesDep,
    session: SessionDep,
    username: Annotated[str, Form(max_length=100)],
    password: Annotated[str, Form(max_length=200)],
    where: WhereDep,
) -> Token:
    """A bearer token for a username and its password."""
    return await sign_in(services, session, fit("username", username), fit("password", password), where)


@router.post("/me/password", response_model=SignInsEnded, responses=problems(WRITE | COUNTED))
async def post_own_password(
    services: ServicesDep, session: SessionDep, actor: ActorDep, token: TokenDep, asked: PasswordIn
) -> SignInsEnded:
    """Changes one's own password; one's other sign-ins end, the one that asks goes on."""
    return await change_password(services, session, actor, token, asked)


@router.post("/people/{person}/password-reset", response_model=PasswordCode, responses=problems(WRITE))
async def post_password_reset(
    services: ServicesDep, session: SessionDep, actor: ActorDep, person: Annotated[str, Path(max_length=100)]
) -> PasswordCode:
    """A one-time code for somebody who has no password any more: by the administrator of security above him, who tells
    it to him and can't read it again. All that person's sign-ins end.
    """
    return await reset_password(services, session, actor, fit("person", person))


@router.get("/me", response_model=Me, response_model_exclude_unset=True, responses=problems(READ))
async def me(session: SessionDep, actor: ActorDep) -> Me:
    """The signed-in person, the posts held now, and for whom he deputises with which of their posts."""
    return await signed_in_person(session, actor)
