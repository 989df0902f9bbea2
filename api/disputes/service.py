"""Reading disputes: the list, the whole case, the timeline."""

from __future__ import annotations

from api.core.context import Services
from api.core.schemas import Listed
from api.disputes.access import visible_dispute
from api.disputes.presenters import present_dispute, present_entry, present_whole
from api.disputes.schemas import DisputeItem, EntryItem, WholeCase
from domain.people.organisation import Actor
from domain.triage.places import Directory
from infra.database.engine import Session
from infra.database.pagination import cursor_of, read_cursor
from infra.read_model.disputes import DisputeFilter, list_disputes, paths_of, timeline_of
from infra.read_model.notices.lists import numbers_of
from infra.read_model.tasks import tasks_of
from infra.records.attachments import attachments_of
from infra.records.comments import comments_of
from infra.records.messages import watches


async def listed_disputes(
    services: Services, session: Session, actor: Actor, f: DisputeFilter, *, limit: int, cursor: str | None
) -> Listed[DisputeItem]:
    """The disputes the person sees; the filter's organisations are codes here. Noted.

    Raises:
        FieldsInvalid: no organisation has this code.
        QuotaReached: he has searched as often as one may in a minute.
    """
    if f.q or f.marks:
        services.searches.count(actor.person_id)
    asked_for = f.model_dump(mode="json", exclude_none=True, exclude={"marks"})
    if f.organisation or f.place or f.held_at:
        f = with_paths(await services.directory.read(session), f)
    page = await list_disputes(session, actor, f, limit=limit, cursor=cursor)
    numbers = [row.dispute_no for row in page.rows]
    services.access.note_shown(actor.person_id, "search" if f.q or f.marks else "list", asked_for, numbers)
    return Listed[DisputeItem](items=[present_dispute(row) for row in page.rows], next_cursor=page.next_cursor)


def with_paths(directory: Directory, f: DisputeFilter) -> DisputeFilter:
    """A filter with the paths of the organisations whose codes it has.

    Raises:
        FieldsInvalid: no organisation has this code.
    """
    asked = {name: code for name in ("organisation", "place", "held_at") if (code := getattr(f, name))}
    return f.model_copy(update={name: directory.named(code, name).path for name, code in asked.items()})


async def whole_case(services: Services, session: Session, actor: Actor, dispute_no: str) -> WholeCase:
    """The whole case as the person may see it; the reading is noted.

    Raises:
        NotFound: there is no such dispute for this person.
    """
    row = await visible_dispute(services, session, actor, dispute_no)
    tasks = await tasks_of(session, dispute_no)
    files = await attachments_of(session, dispute_no, actor.person_id)
    comments = await comments_of(session, dispute_no)
    paths = await paths_of(session, dispute_no)
    numbered = await numbers_of(session, dispute_no)
    watched = await watches(session, dispute_no, actor.person_id)
    services.access.note(actor.person_id, dispute_no, "read")
    return present_whole(row, tasks, files, comments, paths, actor, numbered, watched=watched)


async def timeline_page(
    services: Services, session: Session, actor: Actor, dispute_no: str, *, limit: int, cursor: str | None
) -> Listed[EntryItem]:
    """A page of the timeline, the oldest entry first.

    Raises:
        NotFound: there is no such dispute for this person.
    """
    await visible_dispute(services, session, actor, dispute_no)
    after = read_cursor(cursor, int)[0] if cursor else 0
    entries = await timeline_of(session, dispute_no, after=after, limit=limit + 1)
    more = cursor_of(entries[limit - 1].seq) if len(entries) > limit else None
    return Listed[EntryItem](items=[present_entry(entry) for entry in entries[:limit]], next_cursor=more)


async def whole_timeline(services: Services, session: Session, actor: Actor, dispute_no: str) -> list[EntryItem]:
    """The whole timeline, the oldest entry first.

    Raises:
        NotFound: there is no such dispute for this person.
    """
    await visible_dispute(services, session, actor, dispute_no)
    return [present_entry(entry) for entry in await timeline_of(session, dispute_no, limit=None)]
