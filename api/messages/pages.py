"""The person's messages (消息), and the stream that pages listen to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.core.deps import CursorDep, ServicesDep, SessionDep
from api.core.event_stream import EventStream
from api.core.wire.cookies import cookie
from api.messages.message_view import message_view
from api.messages.service import list_messages, read_all, read_message
from api.messages.streams import LastEventId, server_sent, stream_of
from api.web import formatting as w
from api.web.errors import PageRoute
from api.web.rendering import go, show
from api.web.session import SESSION, PostedDep, ViewerDep, text
from domain.errors import NotSignedIn

router = APIRouter(route_class=PageRoute)
wire = APIRouter()
PAGE = 20


@router.get("/messages")
async def messages_page(
    request: Request, session: SessionDep, viewer: ViewerDep, unread: bool = False, cursor: CursorDep = None
) -> Response:
    """The messages, the newest first."""
    page = await list_messages(session, viewer.actor, True if unread else None, PAGE, cursor)
    more = f"/messages?cursor={page.next_cursor}{'&unread=true' if unread else ''}" if page.next_cursor else ""
    now = w.present()
    return show(request, "messages.html", viewer, messages=[message_view(m, now) for m in page.items], more=more,
                unread=unread, count=page.unread)  # fmt: skip


@router.post("/messages/read")
async def read_all_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, form: PostedDep
) -> Response:
    """Marks all as read."""
    await read_all(services, session, viewer.actor, None)
    return go(request, "/messages", {"tone": "ok", "text": "已全部标为已读"})


@router.post("/messages/{message_id}/read")
async def read_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, form: PostedDep, message_id: str
) -> Response:
    """Marks one as read, and goes on to what it is about where that is asked."""
    await read_message(services, session, viewer.actor, message_id, None)
    to = text(form, "to")
    return go(request, to if to.startswith("/") and not to.startswith("//") else "/messages")


@router.get("/messages/read")
@router.get("/messages/{message_id}/read")
async def read_reread(request: Request, viewer: ViewerDep, message_id: str = "") -> Response:
    """The addresses of these forms, read again: the messages."""
    return go(request, "/messages")


async def open_stream(
    request: Request,
    services: ServicesDep,
    last_event_id: LastEventId = None,
    after: Annotated[int | None, Query(ge=0, le=2**62)] = None,
) -> AsyncIterator[EventStream]:
    """The stream of the session's person; `after` is where the page stood when it was made."""
    token = cookie(request, SESSION)
    if not token:
        raise NotSignedIn
    async for stream in stream_of(services, token, after if last_event_id is None else last_event_id, "/events"):
        yield stream


@wire.get("/events", response_class=EventSourceResponse)
async def events(stream: Annotated[EventStream, Depends(open_stream)]) -> AsyncIterator[ServerSentEvent]:
    """`GET /v1/events` for the pages; its errors are not pages, because a script reads them."""
    async for event in server_sent(stream):
        yield event
