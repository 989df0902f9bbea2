"""Files of a case, and the button that removes one."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.attachments.access import visible_attachment
from api.attachments.presenters import present_attachment
from api.attachments.responses import as_file
from api.attachments.service import read_file, read_thumbnail, remove
from api.core.deps import ServicesDep, SessionDep
from api.web.errors import PageRoute
from api.web.rendering import go
from api.web.session import PostedDep, ViewerDep
from domain.errors import Conflict, NotEntitled, NotFound

router = APIRouter(route_class=PageRoute)


@router.get("/attachments/{attachment_id}")
async def attachment(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, attachment_id: str,
    original: bool = False,
) -> Response:  # fmt: skip
    """A file as it may be shown; `original`: as it was sent, to be saved."""
    file = await read_file(services, session, viewer.actor, attachment_id, shown=not original)
    return as_file(file, request.headers.get("Range"))


@router.get("/attachments/{attachment_id}/thumbnail")
async def thumbnail(services: ServicesDep, session: SessionDep, viewer: ViewerDep, attachment_id: str) -> Response:
    """Its small picture."""
    return as_file(await read_thumbnail(services, session, viewer.actor, attachment_id))


@router.post("/attachments/{attachment_id}/remove")
async def remove_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, form: PostedDep, attachment_id: str
) -> Response:
    """Removes a file that no answer has."""
    row = await visible_attachment(services, session, viewer.actor, attachment_id)
    said = {"tone": "ok", "text": f"已删除附件“{present_attachment(row).name}”"}
    try:
        await remove(services, session, viewer.actor, attachment_id)
    except (Conflict, NotEntitled) as refusal:
        said = {"tone": "bad", "text": refusal.detail}
    return go(request, f"/disputes/{row.dispute_no}/materials#files", said)


@router.get("/attachments/{attachment_id}/remove")
async def remove_reread(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, attachment_id: str
) -> Response:
    """The address of the form, read again: the files of the case; the inbox where the file is gone by now."""
    try:
        row = await visible_attachment(services, session, viewer.actor, attachment_id)
    except NotFound:
        return go(request, "/")
    return go(request, f"/disputes/{row.dispute_no}/materials#files")
