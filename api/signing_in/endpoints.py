"""Signing in, for programs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form

from api.core.deps import ServicesDep, SessionDep, WhereDep
from api.core.documentation import SIGN_IN, by_name, problems
from api.people.schemas import Token
from api.signing_in.service import sign_in
from domain.people.second_factor import LONGEST
from domain.storable_text import fit

router = APIRouter(prefix="/v1", tags=["who"], generate_unique_id_function=by_name)


@router.post("/auth/token", response_model=Token, response_model_exclude_unset=True, responses=problems(SIGN_IN))
async def token(
    services: ServicesDep,
    session: SessionDep,
    username: Annotated[str, Form(max_length=100)],
    password: Annotated[str, Form(max_length=200)],
    where: WhereDep,
    otp: Annotated[str, Form(max_length=LONGEST)] = "",
) -> Token:
    """A bearer token for a username and its password. Of who has a second factor also `otp` is asked for: without it
    the answer is 401 `second_factor_due`, and the same is sent again with a code of the device, or a recovery code.
    """
    return await sign_in(
        services, session, fit("username", username), fit("password", password), where, fit("otp", otp)
    )
