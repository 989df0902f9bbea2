"""Uploads in pieces as a page's script sends them; every answer is JSON, also a refusal."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.datastructures import UploadFile

from api.attachments.resuming import begin_upload, drop_upload, finish_upload, take_piece, upload_so_far
from api.attachments.schemas import UploadIn
from api.core.deps import SealingRoute, ServicesDep, SessionDep, incoming_of
from api.core.schemas import Shape
from api.web.session import PostedDep, ViewerDep, text
from domain.errors import FieldsInvalid

router = APIRouter(route_class=SealingRoute, include_in_schema=False)


@router.post("/uploads")
async def begin(services: ServicesDep, session: SessionDep, viewer: ViewerDep, form: PostedDep) -> Response:
    """Begins one."""
    try:
        asked = UploadIn.model_validate({name: text(form, name) for name in ("dispute_no", "name", "size")})
    except ValidationError as error:
        raise FieldsInvalid("文件是空的，或名称有误") from error
    return _said(await begin_upload(services, session, viewer.actor, asked), 201)


@router.get("/uploads/{upload_id}")
async def so_far(services: ServicesDep, viewer: ViewerDep, upload_id: str) -> Response:
    """How much of it is there."""
    return _said(await upload_so_far(services, viewer.actor, upload_id))


@router.post("/uploads/{upload_id}")
async def piece(services: ServicesDep, viewer: ViewerDep, form: PostedDep, upload_id: str) -> Response:
    """The next piece."""
    sent, offset = form.get("file"), text(form, "offset")
    if not isinstance(sent, UploadFile) or not (offset.isascii() and offset.isdecimal()):
        raise FieldsInvalid("没有收到文件内容")
    return _said(await take_piece(services, viewer.actor, upload_id, int(offset), incoming_of(sent)))


@router.post("/uploads/{upload_id}/finish")
async def finish(
    services: ServicesDep, session: SessionDep, viewer: ViewerDep, form: PostedDep, upload_id: str
) -> Response:
    """Makes an attachment of it."""
    return _said(await finish_upload(services, session, viewer.actor, upload_id), 201)


@router.post("/uploads/{upload_id}/drop")
async def drop(
    services: ServicesDep, session: SessionDep, viewer: ViewerDep, form: PostedDep, upload_id: str
) -> Response:
    """Drops it."""
    await drop_upload(services, session, viewer.actor, upload_id)
    return Response(status_code=204)


def _said(shape: Shape, status: int = 200) -> Response:
    return JSONResponse(shape.model_dump(mode="json"), status, headers={"Cache-Control": "no-store"})
