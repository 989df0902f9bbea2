"""Event streams of signed-in people, as server-sent events: for programs (`/v1/events`) and for pages (`/events`)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Header
from fastapi.sse import ServerSentEvent

from api.core.context import Services
from api.core.deps import person_of
from api.core.event_stream import EventStream, seq_of
from domain.errors import TooManyStreams
from infra.database.tables.messages import EventRow

RETRY = 1000
"""Milliseconds after which a reader whose stream ended comes back."""
LastEventId = Annotated[
    int | None, Header(alias="Last-Event-ID", ge=0, le=2**62, description="Resumes after this event")
]


async def stream_of(services: Services, token: str, after: int | None, path: str = "") -> AsyncIterator[EventStream]:
    """The one stream of a token's person, for the length of a request at `path`.

    Raises:
        NotSignedIn
        TooManyStreams: he has as many open as one person may.
    """
    actor = await person_of(services, token, path)
    signed_in = await services.sessions.of(token, datetime.now(UTC))
    with services.places.taken(f"stream {actor.person_id}", services.settings.streams_per_person) as admitted:
        if not admitted:
            raise TooManyStreams
        async with services.broadcaster.listen(actor, signed_in, after) as stream:
            yield stream


async def server_sent(stream: EventStream) -> AsyncIterator[ServerSentEvent]:
    """A stream on the wire. It begins with where it stands, so that a reader who has got nothing yet resumes too."""
    yield ServerSentEvent(comment="listening", id=str(stream.seq), retry=RETRY)
    async for event, furthest in stream.events():
        seq = str(seq_of(event)) if furthest else None
        yield ServerSentEvent(event=event.kind, data=_data(event), id=seq)


def _data(event: EventRow) -> dict[str, str | int]:
    of_task = {"task_id": event.task_id} if event.task_id else {}
    return {"kind": event.kind, "dispute_no": event.dispute_no, **of_task, "revision": event.revision}
