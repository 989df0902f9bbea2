"""Files and comments beside the process."""

from __future__ import annotations

import json
import re
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile

from api.context import Services
from api.deps import ServicesDep
from api.once import Done, Effect, once
from api.pages.case import show_case
from api.pages.faults import PageRoute
from api.pages.rendering import by_htmx, go
from api.pages.session import PostedDep, Viewer, ViewerDep, text
from api.routes.disputes import CommentIn, file_response, post_comment, seen
from api.views import attachment_item
from domain.errors import FieldsInvalid, Refused
from domain.messages import field_errors
from infra.database import Session
from infra.ids import new_id
from infra.papers import add_attachment

router = APIRouter(route_class=PageRoute)
_BETWEEN = re.compile(r"[\s,，、;；]+")


@router.get("/attachments/{attachment_id}")
async def attachment(services: ServicesDep, viewer: ViewerDep, attachment_id: str) -> Response:
    """A file, for somebody who may see its dispute."""
    return await file_response(services, viewer.actor, attachment_id)


@router.post("/disputes/{no}/comments")
async def comment(request: Request, services: ServicesDep, viewer: ViewerDep, form: PostedDep, no: str) -> Response:
    """Adds a remark; the page shows it where it was written."""
    written = text(form, "text")
    typed = text(form, "mentions")
    draft = {"comment_text": written, "comment_mentions": typed}
    try:
        said = CommentIn(text=written, mentions=_BETWEEN.split(typed) if typed else [])
    except ValidationError as error:
        [first, *_] = field_errors(error)
        what = "留言" if first["field"] == "text" else "提到的人员"
        return await show_case(request, services, viewer, no, status=422, comment_error=f"{what}{first['message']}",
                               **draft)  # fmt: skip
    response = await post_comment(services, viewer.actor, no, said, text(form, "key") or None)
    if response.status_code >= 400:
        body = json.loads(bytes(response.body))
        told = "；".join(error["message"] for error in body.get("errors", [])) or body["detail"]
        return await show_case(request, services, viewer, no, status=response.status_code, comment_error=told, **draft)
    if not by_htmx(request):
        return go(request, f"/disputes/{no}#comments")
    return await show_case(request, services, viewer, no, status=201)


@router.post("/disputes/{no}/attachments")
async def attach(request: Request, services: ServicesDep, viewer: ViewerDep, form: PostedDep, no: str) -> Response:
    """Adds files to the case."""
    try:
        files = await take_files(services, viewer, no, form, text(form, "key"))
    except Refused as refusal:
        return await show_case(request, services, viewer, no, status=refusal.status, file_error=refusal.detail)
    if not files:
        return await show_case(request, services, viewer, no, status=422, file_error="请先选择文件")
    return go(request, f"/disputes/{no}#files", {"tone": "ok", "text": f"已上传 {len(files)} 个附件"})


async def take_files(services: Services, viewer: Viewer, no: str, form: FormData, key: str) -> list[dict[str, Any]]:
    """Takes the files of a form in, each once for the form's key; answers what is known of each.

    Raises:
        Refused: one of them is too large or of no admitted kind; nothing of it is kept.
    """
    read = [
        (upload.filename or "附件", await upload.read(services.files.limit + 1))
        for upload in form.getlist("files")
        if isinstance(upload, UploadFile) and upload.filename
    ]
    examined = [(name, content, *services.files.examine(content)) for name, content in read if content]
    if len(examined) < len(read):
        raise FieldsInvalid("有文件是空的")
    taken = []
    for name, content, media_type, sha256 in examined:

        async def do(_: str, name: str = name, content: bytes = content, kind: str = media_type, sha256: str = sha256
                     ) -> Effect:  # fmt: skip
            await seen(services, viewer.actor, no)
            attachment_id = new_id()
            await services.files.put(attachment_id, content)

            async def register(session: Session) -> Done:
                row = await add_attachment(session, attachment_id, no, viewer.actor, name=name, sha256=sha256,
                                           media_type=kind, size=len(content))  # fmt: skip
                return 201, attachment_item(row)

            return Effect(register)

        response = await once(services, viewer.actor, "attachment", f"{key}:{sha256}" if key else None, [no], do)
        body = json.loads(bytes(response.body))
        if response.status_code >= 400:
            raise Refused(body["detail"])
        taken.append(body)
    return taken
