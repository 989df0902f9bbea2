"""Notes: by a dispute's number, or by a report of one's own."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.core.deps import ActorDep, KeyDep, ServicesDep, SessionDep
from api.core.documentation import WRITE, problems
from api.core.responses import as_response
from api.notes.schemas import Noted, NoteIn
from api.notes.service import note_on, note_on_report

router = APIRouter(prefix="/v1", tags=["intake"])


@router.post("/disputes/{no}/notes", status_code=201, response_model=Noted, responses=problems(WRITE))
async def post_note(
    services: ServicesDep, session: SessionDep, actor: ActorDep, no: str, note: NoteIn, key: KeyDep = None
) -> JSONResponse:
    """Puts what a hotline heard on the timeline of a dispute, and tells whoever holds it."""
    return as_response(await note_on(services, session, actor, no, note, key))


@router.post("/incidents/{incident_id:uuid}/notes", status_code=201, response_model=Noted, responses=problems(WRITE))
async def post_note_on_report(
    services: ServicesDep, session: SessionDep, actor: ActorDep, incident_id: UUID, note: NoteIn, key: KeyDep = None
) -> JSONResponse:
    """The same by one's own report, whose dispute one may not see."""
    return as_response(await note_on_report(services, session, actor, str(incident_id), note, key))
