"""People from a file, for the administrators of security."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile
from fastapi.responses import JSONResponse

from api.core.deps import ActorDep, KeyDep, SealingRoute, ServicesDep, SessionDep
from api.core.documentation import WRITE, by_name, problems
from api.core.responses import as_response
from api.importing import service
from api.importing.reading import MOST_BYTES
from api.importing.schemas import Imported

router = APIRouter(prefix="/v1/imports", tags=["who"], route_class=SealingRoute, generate_unique_id_function=by_name)


@router.post("/people", response_model=Imported, responses=problems(WRITE | {415}))
async def post_people(
    services: ServicesDep,
    session: SessionDep,
    actor: ActorDep,
    file: Annotated[UploadFile, File()],
    dry_run: Annotated[bool, Form()] = False,
    key: KeyDep = None,
) -> JSONResponse:
    """Takes a list of people in (.csv or .xlsx, 5,000 lines): all of it, or where a line is wrong nothing and says why.

    With `dry_run` it is tried only. The same list again changes nothing.
    """
    content = await file.read(MOST_BYTES + 1)
    return as_response(await service.import_people(services, session, actor, content, key, dry_run=dry_run))
