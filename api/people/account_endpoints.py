"""Accounts and their posts, for the administrators of security."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import JSONResponse

from api.core.deps import ActorDep, KeyDep, ServicesDep, SessionDep
from api.core.documentation import WRITE, problems
from api.core.responses import as_response
from api.people import account_service as service
from api.people.schemas import Account, AccountIn, NewName, PostIn

router = APIRouter(prefix="/v1", tags=["who"])
Username = Annotated[str, Path(max_length=64)]


@router.post("/people", status_code=201, response_model=Account, responses=problems(WRITE))
async def post_account(
    services: ServicesDep, session: SessionDep, actor: ActorDep, asked: AccountIn, key: KeyDep = None
) -> JSONResponse:
    """Opens an account with its first posts. It has no password: `password-reset` gives a one-time code for it."""
    return as_response(await service.open_account(services, session, actor, asked, key))


@router.post("/people/{person}/posts", response_model=Account, responses=problems(WRITE))
async def post_post(
    services: ServicesDep, session: SessionDep, actor: ActorDep, person: Username, asked: PostIn, key: KeyDep = None
) -> JSONResponse:
    """Gives somebody one more post from now on. Who moves leaves the other one by `leave`, which hands his work on."""
    return as_response(await service.appoint(services, session, actor, person, asked, key))


@router.post("/people/{person}/name", response_model=Account, responses=problems(WRITE))
async def post_name(
    services: ServicesDep, session: SessionDep, actor: ActorDep, person: Username, asked: NewName, key: KeyDep = None
) -> JSONResponse:
    """Calls somebody otherwise from now on; what is on record keeps the name it was written with."""
    return as_response(await service.rename(services, session, actor, person, asked, key))
