"""Files and comments beside the process."""

from __future__ import annotations

import re
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from api.attachments.access import visible_attachment
from api.attachments.presenters import present_attachment
from api.attachments.responses import as_file
from api.attachments.service import read_file, read_thumbnail, remove
from api.attachments.uploads import take_files
from api.core.deps import ServicesDep, SessionDep
from api.disputes.endpoints import CommentIn, post_comment
from api.disputes.pages import show_case
from api.web.errors import PageRoute
from api.web.old_submission import banner_of, earlier, next_key, reused, send
from api.web.rendering import by_htmx, go
from api.web.session import FilledDep, PostedDep, ViewerDep, text
from domain.errors import Conflict, NotEntitled, NotFound
from domain.validation_messages import field_errors

router = APIRouter(route_class=PageRoute)
_BETWEEN = re.compile(r"[\s,，、;；]+")
_FIELDS = {"text": "留言", "attachments": "附件"}


@router.get("/attachments/{attachment_id}")
async def attachment(services: ServicesDep, session: SessionDep, viewer: ViewerDep, attachment_id: str) -> Response:
    """A file, for somebody who may see its dispute."""
    return as_file(await read_file(services, session, viewer.actor, attachment_id))


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
    return go(request, f"/disputes/{row.dispute_no}#files", said)


@router.get("/attachments/{attachment_id}/remove")
async def remove_reread(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, attachment_id: str
) -> Response:
    """The address of the form, read again: the files of the case; the inbox where the file is gone by now."""
    try:
        row = await visible_attachment(services, session, viewer.actor, attachment_id)
    except NotFound:
        return go(request, "/")
    return go(request, f"/disputes/{row.dispute_no}#files")


@router.post("/disputes/{no}/comments")
async def comment(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, posted: FilledDep, no: str
) -> Response:
    """Adds a remark with its files; the page shows it where it was written."""
    form = posted.form
    written, mentions = text(form, "text"), text(form, "mentions")
    attached = [value for value in form.getlist("attached") if isinstance(value, str)]
    wrong: list[str] = []
    if not posted.stale:
        kept, wrong = await take_files(services, session, viewer, no, form)
        attached = list(dict.fromkeys([*attached, *kept]))

    async def again(status: int, said: str, **more: Any) -> Response:
        draft = {"comment_text": written, "comment_mentions": mentions, "comment_attached": attached}
        return await show_case(request, services, viewer, no, status=status, comment_error=said, **draft, **more)

    if wrong:
        return await again(422, "；".join(wrong))
    try:
        said = CommentIn(text=written, mentions=_BETWEEN.split(mentions) if mentions else [], attachments=attached)
    except ValidationError as error:
        [first, *_] = field_errors(error)
        return await again(422, f"{_FIELDS.get(first['field'], '提到的人员')}{first['message']}")
    outcome = await send(services, viewer, posted, f"comment:{no}",
                         lambda key: post_comment(services, viewer.actor, no, said, key))  # fmt: skip
    if reused(outcome):
        then = "现在填写的内容没有发表；核对后再次点击“发表”，就另发一条。"
        return await again(outcome.status, "", comment_banner=earlier(outcome, "前一次的留言已经发表", then))
    if outcome.errors:
        return await again(outcome.status, outcome.detail)
    if not outcome.done:
        key = next_key(outcome, posted)
        return await again(outcome.status, "", comment_banner=banner_of(outcome.body), key=key)
    if not by_htmx(request):
        return go(request, f"/disputes/{no}#comments")
    return await show_case(request, services, viewer, no, status=201)


@router.get("/disputes/{no}/comments")
async def comments_reread(request: Request, viewer: ViewerDep, no: str) -> Response:
    """The address of the form, read again: the case itself."""
    return go(request, f"/disputes/{no}#comments")
