"""The person's messages (消息), the stream that pages listen to, and watching a case (关注)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.core.deps import CursorDep, ServicesDep
from api.core.event_stream import Stream
from api.disputes.watch_endpoints import delete_watch, post_watch
from api.messages.endpoints import get_messages, post_read, post_read_all
from api.messages.event_endpoints import LastEventId, sent, stream_of
from api.web import formatting as w
from api.web.errors import PageRoute
from api.web.rendering import go, show
from api.web.session import SESSION, PostedDep, ViewerDep, text
from domain.errors import NotFound, NotSignedIn

router = APIRouter(route_class=PageRoute)
wire = APIRouter()
PAGE = 20
HANDED = {"handed": "委托您办理", "offered": "向您移交，请确认是否接收"}
WHY = {"overdue": "已超期", "due_today": "24 小时内到期", "reminded": "已临期提醒"}


@router.get("/messages")
async def messages_page(
    request: Request, services: ServicesDep, viewer: ViewerDep, unread: bool = False, cursor: CursorDep = None
) -> Response:
    """The messages, the newest first."""
    page = await get_messages(services, viewer.actor, True if unread else None, PAGE, cursor)
    more = f"/messages?cursor={page['next_cursor']}{'&unread=true' if unread else ''}" if page["next_cursor"] else ""
    return show(request, "messages.html", viewer, messages=[_message(m) for m in page["items"]], more=more,
                unread=unread, count=page["unread"])  # fmt: skip


@router.post("/messages/read")
async def read_all_page(request: Request, services: ServicesDep, viewer: ViewerDep, form: PostedDep) -> Response:
    """Marks all as read."""
    await post_read_all(services, viewer.actor)
    return go(request, "/messages", {"tone": "ok", "text": "已全部标为已读"})


@router.post("/messages/{message_id}/read")
async def read_page(
    request: Request, services: ServicesDep, viewer: ViewerDep, form: PostedDep, message_id: str
) -> Response:
    """Marks one as read, and goes on to what it is about where that is asked."""
    if (await post_read(services, viewer.actor, message_id)).status_code == 404:
        raise NotFound("没有这条消息")
    to = text(form, "to")
    return go(request, to if to.startswith("/") and not to.startswith("//") else "/messages")


@router.get("/messages/read")
@router.get("/messages/{message_id}/read")
async def read_reread(request: Request, viewer: ViewerDep, message_id: str = "") -> Response:
    """The addresses of these forms, read again: the messages."""
    return go(request, "/messages")


@router.get("/disputes/{no}/watch")
async def watch_reread(request: Request, viewer: ViewerDep, no: str) -> Response:
    """The address of the form, read again: the case."""
    return go(request, f"/disputes/{no}")


@router.post("/disputes/{no}/watch")
async def watch_page(request: Request, services: ServicesDep, viewer: ViewerDep, form: PostedDep, no: str) -> Response:
    """Watches a case, or no more."""
    begins = text(form, "watch") == "1"
    answer = await (post_watch if begins else delete_watch)(services, viewer.actor, no)
    if answer.status_code == 404:
        raise NotFound("没有这个纠纷")
    said = "已关注，该纠纷的待办会出现在“关注”中" if begins else "已取消关注"
    return go(request, f"/disputes/{no}", {"tone": "ok", "text": said})


async def open_stream(
    request: Request,
    services: ServicesDep,
    last_event_id: LastEventId = None,
    after: Annotated[int | None, Query(ge=0, le=2**62)] = None,
) -> AsyncIterator[Stream]:
    """A stream for whoever's session it is; `after` is where the page stood when it was made."""
    token = request.cookies.get(SESSION)
    if not token:
        raise NotSignedIn
    async for stream in stream_of(services, token, after if last_event_id is None else last_event_id):
        yield stream


@wire.get("/events", response_class=EventSourceResponse)
async def events(stream: Annotated[Stream, Depends(open_stream)]) -> AsyncIterator[ServerSentEvent]:
    """What `GET /v1/events` tells, for the pages; its errors are not pages, because a script reads them."""
    async for event in sent(stream):
        yield event


def _message(m: dict[str, Any]) -> dict[str, Any]:
    now = w.present()
    shown = {"id": m["message_id"], "at": w.stamp(m["at"], now), "new": m["read_at"] is None, "items": [], "said": ""}
    if m["kind"] == "digest":
        counts = "，".join(f"{word} {m[why]} 项" for why, word in WHY.items() if m[why])
        title = f"{m['day']} 待办提要：{counts}"
        return {**shown, "title": title, "href": "/", "items": [_item(i, now) for i in m["items"]],
                "rest": sum(m[why] for why in WHY) - len(m["items"])}  # fmt: skip
    if m["kind"] == "mention":
        title = f"{m['by']} 在 {m['dispute_no']} 的留言中提到了您"
        return {**shown, "title": title, "href": f"/disputes/{m['dispute_no']}#comments", "said": m["text"]}
    title = f"{m['by']} {HANDED[m['kind']]}：{m['kind_name']}（{m['dispute_no']}）"
    return {**shown, "title": title, "href": f"/tasks/{m['task_id']}", "said": m["text"]}


def _item(i: dict[str, Any], now: datetime) -> dict[str, Any]:
    return {
        "href": f"/tasks/{i['task_id']}",
        "kind": i["kind_name"],
        "title": " · ".join(filter(None, (i.get("party"), i["title"]))),
        "no": i["dispute_no"],
        "why": WHY[i["why"]],
        "late": i["why"] == "overdue",
        "colour": w.colour(i["colour"]),
        "due": w.stamp(i["due_at"], now),
    }
