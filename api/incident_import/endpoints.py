"""Incidents from a file, over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile
from fastapi.responses import JSONResponse

from api.audit.schemas import JobAsked
from api.core.deps import ActorDep, KeyDep, SealingRoute, ServicesDep, SessionDep
from api.core.documentation import COUNTED, WRITE, by_name, problems
from api.core.responses import as_response
from api.importing.reading import MOST_BYTES
from api.incident_import import service

router = APIRouter(
    prefix="/v1/incidents", tags=["intake"], route_class=SealingRoute, generate_unique_id_function=by_name
)


@router.post("/import", status_code=202, response_model=JobAsked, responses=problems(WRITE | {415} | COUNTED))
async def post_import(
    services: ServicesDep,
    session: SessionDep,
    actor: ActorDep,
    file: Annotated[UploadFile, File()],
    dry_run: Annotated[bool, Form()] = False,
    key: KeyDep = None,
) -> JSONResponse:
    """Registers the rows of a file (.csv, .xlsx, .ndjson; 1,000 rows) as a job, each by itself: a bad one stops none.

    A row that was registered before is not again. With `dry_run` the job says what would become of each.
    """
    content = await file.read(MOST_BYTES + 1)
    name = file.filename or ""
    return as_response(await service.ask_for_import(services, session, actor, content, name, key, dry_run=dry_run))
