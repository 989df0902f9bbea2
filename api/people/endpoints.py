"""Who one is, and one's password."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from api.core.deps import ActorDep, ServicesDep, SessionDep, TokenDep
from api.core.documentation import COUNTED, READ, WRITE, problems
from api.people.password_service import change_password, reset_password
from api.people.schemas import Me, PasswordCode, PasswordIn, SignInsEnded
from api.people.service import signed_in_person
from domain.storable_text import fit

router = APIRouter(prefix="/v1", tags=["who"])


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
