"""Server-sent events: what happens, told to the signed-in person while it happens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header
from fastapi.security import HTTPAuthorizationCredentials
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.core.context import Services
from api.core.deps import ServicesDep, bearer, person_of
from api.core.event_stream import Stream, seq_of
from domain.errors import NotSignedIn
from infra.records.events import told

router = APIRouter(prefix="/v1", tags=["messages"])
RETRY = 1000
"""Milliseconds after which a reader whose stream ended comes back."""
LastEventId = Annotated[
    int | None, Header(alias="Last-Event-ID", ge=0, le=2**62, description="Resumes after this event")
]


async def open_stream(
    services: ServicesDep,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
    last_event_id: LastEventId = None,
) -> AsyncIterator[Stream]:
    """A stream for whoever's token it is."""
    if credentials is None:
        raise NotSignedIn
    async for stream in stream_of(services, credentials.credentials, last_event_id):
        yield stream


async def stream_of(services: Services, token: str, after: int | None) -> AsyncIterator[Stream]:
    """The one stream of a token's person, for the length of a request.

    Raises:
        NotSignedIn
        TooManyStreams
    """
    async with services.database.read() as session:
        actor = await person_of(services, session, token)
    async with services.tail.listen(actor, services.tokens.until(token), after) as stream:
        yield stream


async def sent(stream: Stream) -> AsyncIterator[ServerSentEvent]:
    """A stream on the wire. It begins with where it stands, so that a reader who has heard nothing yet resumes too."""
    yield ServerSentEvent(comment="listening", id=str(stream.seq), retry=RETRY)
    async for event, further in stream.events():
        seq = str(seq_of(event)) if further else None
        yield ServerSentEvent(event=event.kind, data=told(event), id=seq)


@router.get("/events", response_class=EventSourceResponse)
async def get_events(stream: Annotated[Stream, Depends(open_stream)]) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events for the person, as they happen: `task_opened` (also where a task was reassigned), `task_due`
    (a deadline called: reminder, due, overdue), `task_void`, `dispute_changed`. `data` is
    `{kind, dispute_no, task_id?, revision}`; what it is about is read where it always is.

    Of tasks one is told those addressed to a post one holds or watched by it, and those one has claimed; of disputes
    those in which such a task is open, or was until that change; of both, all that happens in disputes one watches.
    Never anything of a dispute that one may not see now.

    `id` counts up: `Last-Event-ID` resumes, for two days. A comment every fifteen seconds keeps the line open. The
    stream ends with the sign-in, and when the server stops. At most five a person.
    """
    async for event in sent(stream):
        yield event
