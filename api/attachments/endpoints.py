"""Attachments: files of a dispute, sent, read and removed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, File, Form, Query, Request, Response, UploadFile
from fastapi.responses import JSONResponse

from api.attachments.responses import as_file
from api.attachments.schemas import Attachment, Removed
from api.attachments.service import attach, examine, read_file, read_thumbnail, remove
from api.core.deps import ActorDep, KeyDep, SealingRoute, ServicesDep, SessionDep, incoming_of
from api.core.documentation import COUNTED, READ, WRITE, by_name, problems
from api.core.responses import as_response
from domain.storable_text import fit

router = APIRouter(prefix="/v1", tags=["disputes"], route_class=SealingRoute, generate_unique_id_function=by_name)


@router.post("/attachments", status_code=201, response_model=Attachment, responses=problems(WRITE | COUNTED | {415}))
async def post_attachment(
    services: ServicesDep,
    session: SessionDep,
    actor: ActorDep,
    dispute_no: Annotated[str, Form(max_length=40)],
    file: Annotated[UploadFile, File()],
    key: KeyDep = None,
) -> JSONResponse:
    """Takes a file in: its type is told from its content. Until an answer names it, only its sender sees it."""
    fit("dispute_no", dispute_no)
    fit("file", file.filename or "")
    upload = await examine(services, actor, dispute_no, file.filename, incoming_of(file))
    return as_response(await attach(services, session, actor, dispute_no, upload, key))


@router.get("/attachments/{attachment_id}", response_class=Response, responses=problems(READ))
async def get_attachment(
    request: Request,
    services: ServicesDep,
    session: SessionDep,
    actor: ActorDep,
    attachment_id: str,
    shown: Annotated[bool, Query(description="A picture drawn anew, without what its camera wrote beside")] = False,
) -> Response:
    """A file, as it was sent; whole, or the range that the header `Range` asks for."""
    file = await read_file(services, session, actor, attachment_id, shown=shown)
    return as_file(file, request.headers.get("Range"))


@router.get("/attachments/{attachment_id}/thumbnail", response_class=Response, responses=problems(READ))
async def get_thumbnail(services: ServicesDep, session: SessionDep, actor: ActorDep, attachment_id: str) -> Response:
    """A small picture of a file that has one, a JPEG."""
    return as_file(await read_thumbnail(services, session, actor, attachment_id))


@router.delete("/attachments/{attachment_id}", response_model=Removed, responses=problems(WRITE))
async def delete_attachment(
    services: ServicesDep, session: SessionDep, actor: ActorDep, attachment_id: str, key: KeyDep = None
) -> JSONResponse:
    """Removes a file that no answer has, for who sent it."""
    return as_response(await remove(services, session, actor, attachment_id, key))
