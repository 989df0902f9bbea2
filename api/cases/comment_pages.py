"""The form by which a comment is added to a case's page."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from api.attachments.uploads import take_files
from api.cases.pages import show_case
from api.core.deps import ServicesDep, SessionDep
from api.disputes.comments import CommentIn, comment_on
from api.web.errors import PageRoute
from api.web.rendering import View, by_htmx, go
from api.web.session import FilledDep, ViewerDep, text
from api.web.submission import banner_of, earlier, next_key, send
from domain.validation_messages import field_errors

router = APIRouter(route_class=PageRoute)
_FIELDS = {"text": "留言", "attachments": "附件"}


@router.post("/disputes/{no}/comments")
async def comment(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, posted: FilledDep, no: str
) -> Response:
    """Adds a remark with its files; the page shows it where it was written."""
    form = posted.form
    written = text(form, "text")
    mentions = [value for value in form.getlist("mentions") if isinstance(value, str)]
    attached = [value for value in form.getlist("attached") if isinstance(value, str)]
    wrong: list[str] = []
    if not posted.stale:
        kept, wrong = await take_files(services, session, viewer, no, form)
        attached = list(dict.fromkeys([*attached, *kept]))

    async def again(status: int, error: str, **more: Any) -> Response:
        draft: View = {"comment_text": written, "comment_mentions": mentions, "comment_attached": attached}
        async with services.database.resume(session):
            return await show_case(request, services, session, viewer, no, status=status, comment_error=error,
                                   **draft, **more)  # fmt: skip

    if wrong:
        return await again(422, "；".join(wrong))
    try:
        said = CommentIn(text=written, mentions=mentions, attachments=attached)
    except ValidationError as error:
        [first, *_] = field_errors(error)
        return await again(422, f"{_FIELDS.get(first['field'], '提到的人员')}{first['message']}")
    async with services.database.resume(session):
        outcome = await send(services, session, viewer, posted, f"comment:{no}",
                             lambda key: comment_on(services, session, viewer.actor, no, said, key))  # fmt: skip
    if outcome.reused:
        then = "现在填写的内容没有发表；核对后再次点击“发表”，就另发一条。"
        return await again(outcome.status, "", comment_banner=earlier(outcome, "前一次的留言已经发表", then))
    if outcome.errors:
        return await again(outcome.status, outcome.detail)
    if outcome.answer is None:
        banner, key = banner_of(outcome.refusal), next_key(outcome, posted)
        return await again(outcome.status, "", comment_banner=banner, key=key)
    if not by_htmx(request):
        return go(request, f"/disputes/{no}#comments")
    async with services.database.resume(session):
        return await show_case(request, services, session, viewer, no, status=201)


@router.get("/disputes/{no}/comments")
async def comments_reread(request: Request, viewer: ViewerDep, no: str) -> Response:
    """The address of the form, read again: the case itself."""
    return go(request, f"/disputes/{no}#comments")
