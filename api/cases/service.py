"""What the tabs of a case's page read: each the case itself, once, and what it alone shows."""

from __future__ import annotations

from dataclasses import dataclass

from api.core.context import Services
from api.disputes.access import visible_dispute
from api.disputes.presenters import present_entry, present_whole
from api.disputes.schemas import EntryItem, WholeCase
from domain.people.organisation import Actor
from infra.database.engine import Session
from infra.database.tables.read_model import DisputeRow
from infra.read_model.disputes import latest_of, paths_of, stages_entered, timeline_of
from infra.read_model.notices.lists import numbers_of
from infra.read_model.tasks import tasks_of
from infra.records.attachments import attachments_of
from infra.records.comments import comments_of
from infra.records.messages import watches

LATEST = 6
"""Lines of the timeline that the overview shows."""


@dataclass(frozen=True)
class CaseRead:
    """A case as the person may see it, its row as it was read, and the stages that it has been in."""

    row: DisputeRow
    case: WholeCase
    entered: set[str]


async def read_case(
    services: Services,
    session: Session,
    actor: Actor,
    dispute_no: str,
    *,
    files: bool = False,
    comments: bool = False,
    letters: bool = False,
) -> CaseRead:
    """The case with those of its files, comments and letters that are asked for; the reading is noted.

    Raises:
        NotFound: there is no such dispute for this person.
    """
    row = await visible_dispute(services, session, actor, dispute_no)
    tasks = await tasks_of(session, dispute_no)
    paths = await paths_of(session, dispute_no)
    watched = await watches(session, dispute_no, actor.person_id)
    entered = await stages_entered(session, dispute_no)
    sent = await attachments_of(session, dispute_no, actor.person_id) if files else []
    said = await comments_of(session, dispute_no) if comments else []
    numbered = await numbers_of(session, dispute_no) if letters else []
    services.access.note(actor.person_id, dispute_no, "read")
    return CaseRead(row, present_whole(row, tasks, sent, said, paths, actor, numbered, watched=watched), entered)


async def course_of(session: Session, read: CaseRead) -> list[EntryItem]:
    """The whole timeline of a case that was read, the oldest entry first."""
    return [present_entry(entry) for entry in await timeline_of(session, read.row.dispute_no, limit=None)]


async def latest_in(session: Session, read: CaseRead) -> list[EntryItem]:
    """The end of its timeline, the oldest entry first."""
    return [present_entry(entry) for entry in await latest_of(session, read.row.dispute_no, 2 * LATEST)]
