"""Organisations, for the administrators of the system."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Path
from fastapi.responses import JSONResponse

from api.core.deps import ActorDep, KeyDep, ServicesDep, SessionDep
from api.core.documentation import WRITE, problems
from api.core.responses import as_response
from api.organisations import service
from api.organisations.schemas import (
    OrganisationClosed,
    OrganisationIn,
    OrganisationMoved,
    OrganisationRenamed,
    OrganisationShown,
    OrganisationsMerged,
)

router = APIRouter(prefix="/v1/organisations", tags=["registers"])
SeenDep = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=80,
        description="The `etag` of the organisation as it was seen; where it has changed since, nothing is done (412).",
    ),
]
CodeInPath = Annotated[str, Path(max_length=64)]


@router.post("", status_code=201, response_model=OrganisationShown, responses=problems(WRITE))
async def post_organisation(
    services: ServicesDep, session: SessionDep, actor: ActorDep, asked: OrganisationIn, key: KeyDep = None
) -> JSONResponse:
    """Founds an organisation under another; a beat (警格) and a grid (网格) are such too."""
    return as_response(await service.found(services, session, actor, asked, key))


@router.post("/{code}/name", response_model=OrganisationShown, responses=problems(WRITE | {412}))
async def post_organisation_name(
    services: ServicesDep, session: SessionDep, actor: ActorDep, code: CodeInPath, asked: OrganisationRenamed,
    key: KeyDep = None, seen: SeenDep = None,
) -> JSONResponse:  # fmt: skip
    """Calls an organisation otherwise from now on; what is on record keeps the old name."""
    return as_response(await service.rename(services, session, actor, code, asked, key, seen))


@router.post("/{code}/move", response_model=OrganisationShown, responses=problems(WRITE | {412}))
async def post_organisation_move(
    services: ServicesDep, session: SessionDep, actor: ActorDep, code: CodeInPath, asked: OrganisationMoved,
    key: KeyDep = None, seen: SeenDep = None,
) -> JSONResponse:  # fmt: skip
    """Puts an organisation, and all below it, under another from now on. Its open cases stay its people's."""
    return as_response(await service.move(services, session, actor, code, asked, key, seen))


@router.post("/{code}/merge", response_model=OrganisationShown, responses=problems(WRITE | {412}))
async def post_organisation_merger(
    services: ServicesDep, session: SessionDep, actor: ActorDep, code: CodeInPath, asked: OrganisationsMerged,
    key: KeyDep = None, seen: SeenDep = None,
) -> JSONResponse:  # fmt: skip
    """Merges organisations of the same kind into this one (撤并): what lies below them, people, beats, open cases."""
    return as_response(await service.merge(services, session, actor, code, asked, key, seen))


@router.post("/{code}/close", response_model=OrganisationShown, responses=problems(WRITE | {412}))
async def post_organisation_close(
    services: ServicesDep, session: SessionDep, actor: ActorDep, code: CodeInPath, asked: OrganisationClosed,
    key: KeyDep = None, seen: SeenDep = None,
) -> JSONResponse:  # fmt: skip
    """Closes an organisation at which nobody and nothing is any more; it stays on record."""
    return as_response(await service.close(services, session, actor, code, asked, key, seen))
