"""Server-sent events for the signed-in person (动态)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.security import HTTPAuthorizationCredentials
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.core.deps import ServicesDep, bearer
from api.core.documentation import READ, problems
from api.core.event_stream import EventStream
from api.messages.streams import LastEventId, server_sent, stream_of
from domain.errors import NotSignedIn

router = APIRouter(prefix="/v1", tags=["messages"])


async def open_stream(
    services: ServicesDep,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
    last_event_id: LastEventId = None,
) -> AsyncIterator[EventStream]:
    """The stream of the token's person."""
    if credentials is None:
        raise NotSignedIn
    async for stream in stream_of(services, credentials.credentials, last_event_id, "/v1/events"):
        yield stream


@router.get("/events", response_class=EventSourceResponse, responses=problems(READ | {429}))
async def get_events(stream: Annotated[EventStream, Depends(open_stream)]) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events for the person, as they happen: `task_opened` (also where a task was reassigned), `task_due`
    (a deadline called: reminder, due, overdue), `task_ringing`, `task_void`, `dispute_changed`. `data` is
    `{kind, dispute_no, task_id?, revision}`; what it is about is read where it always is.

    Of tasks one is told those addressed to a post one holds or watched by it, and those one has claimed; of disputes
    those in which such a task is open, or was until that change; of both, all that happens in disputes one watches.
    Never anything of a dispute that one may not see now.

    `id` counts up: `Last-Event-ID` resumes, for two days. A comment every fifteen seconds keeps the line open. The
    stream ends with the sign-in, and when the server stops. At most five a person.
    """
    async for event in server_sent(stream):
        yield event
