"""Taking a note: a fact, sent to the case as a signal, so that it waits safely where no worker answers."""

from __future__ import annotations

from pydantic import TypeAdapter

from api.core.context import Services
from api.core.idempotency import Answer, once
from api.disputes.access import visible_dispute
from api.notes.schemas import Noted, NoteIn
from domain.errors import DisputeClosed, NotEntitled, NotFound
from domain.people.organisation import Actor
from domain.people.permissions import INTAKE_ROLES
from domain.transitions import message_keys
from domain.transitions.facts import Note
from infra.database.engine import Session
from infra.read_model.disputes import find_dispute, last_line, timeline_of
from infra.records.incidents import find_incident

SOURCES = {"hotline_operator": "12345", "call_taker": "110"}
"""Where a note comes from that does not say so, by the role of whoever takes it; of others it is told at the desk."""
OTHER = "walk_in"
CLOSED = "纠纷已办结：来电又反映的，请作为新的警情上报，系统会并入原纠纷"
_ANSWER: TypeAdapter[Noted] = TypeAdapter(Noted)


def operation(dispute_no: str) -> str:
    """What an idempotency key of a note is kept under."""
    return f"note:{dispute_no}"


def may_note(actor: Actor) -> bool:
    """Whether a person takes notes at all: who may report an incident hears what came of it."""
    return actor.has_role(*INTAKE_ROLES)


async def note_on(
    services: Services, session: Session, actor: Actor, dispute_no: str, note: NoteIn, key: str | None
) -> Answer[Noted]:
    """Puts what was heard on the timeline of a dispute that the person sees, and tells whoever holds it.

    Raises:
        NotFound: there is no such dispute for this person.
        NotEntitled: none of his posts takes reports; noted.
        DisputeClosed: what is heard then is a new report.
        Unavailable: the engine does not answer; it may have been reached all the same.
    """
    row = await visible_dispute(services, session, actor, dispute_no)
    return await _noted(services, session, actor, row.dispute_no, note, key, closed=row.closed_at is not None)


async def note_on_report(
    services: Services, session: Session, actor: Actor, incident_id: str, note: NoteIn, key: str | None
) -> Answer[Noted]:
    """The same by a report of one's own, also where it joined a dispute that one does not see: the caller calls again.

    Raises:
        NotFound: there is no such report for this person; the try is noted.
        NotEntitled, DisputeClosed, Unavailable: as above.
    """
    report = await find_incident(session, incident_id)
    seen = report is not None and await find_dispute(session, actor, report.dispute_no) is not None
    if report is None or not (seen or report.received_by == actor.person_id):
        services.access.note(actor.person_id, report.dispute_no if report else None, "incident", NotFound.code)
        raise NotFound("没有这条警情")
    return await _noted(services, session, actor, report.dispute_no, note, key)


async def _noted(
    services: Services,
    session: Session,
    actor: Actor,
    dispute_no: str,
    note: NoteIn,
    key: str | None,
    *,
    closed: bool = False,
) -> Answer[Noted]:
    if not may_note(actor):
        services.access.note(actor.person_id, dispute_no, "note", NotEntitled.code)
        raise NotEntitled("您的岗位不转来电、来信")
    source = note.source or next((SOURCES[p.role] for p in actor.posts if p.role in SOURCES), OTHER)

    async def do(write_id: str) -> Answer[Noted]:
        if closed:
            raise DisputeClosed(CLOSED)
        last = await last_line(session, dispute_no)
        await session.close()
        by = actor.model_copy(update={"deputises": []})
        fact = Note(key=write_id, source=source, text=note.text, actor=by)
        await services.engine.signal(dispute_no, "hotline_note", fact)
        services.access.note(actor.person_id, dispute_no, "note")
        ours = message_keys.write(write_id)

        async def there(reading: Session) -> bool:
            lines = await timeline_of(reading, dispute_no, after=last)
            return any(line.detail.get("note_id") == ours for line in lines)

        noted = Noted(dispute_no=dispute_no, source=source, text=note.text)
        if not await services.revisions.visible(dispute_no, there):
            noted.published = False
        return Answer(201, noted)

    return await once(services, session, actor, operation(dispute_no), key, note.model_dump(), _ANSWER, do)
