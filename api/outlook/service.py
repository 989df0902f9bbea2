"""What lies ahead of a dispute (前瞻): its own history driven on, by the very code that will decide.

Shown to whoever may see the case, and noted. It is worked out anew for whoever asks, one at a time in each process: it
is as true as the moment it is asked at, and everything that anybody does makes another of it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import structlog
from temporalio.service import RPCError, RPCStatusCode

from api.core.context import Services
from api.disputes.access import visible_dispute
from api.histories.ahead import Course, NotForeseen, course_in_thread
from api.histories.lookup import PATIENCE
from api.outlook.schemas import Ahead, Outlook
from domain.base import china
from domain.case.state import DisputeState, Entry
from domain.errors import Unavailable
from domain.image.shown_timeline import shown_entries
from domain.people.organisation import Actor
from infra.database.engine import Session

log = structlog.get_logger()
DAYS = 60
"""How far one looks ahead, unless asked otherwise."""
MOST_DAYS = 400


async def outlook_of(services: Services, session: Session, actor: Actor, dispute_no: str, days: int = DAYS) -> Outlook:
    """What happens of itself in the days to come.

    Raises:
        NotFound: there is no such dispute for this person.
        Busy: others ask just now.
        Unavailable: the engine does not answer, or the history can't be gone on from with this code.
    """
    course = await foreseen(services, session, actor, dispute_no, days)
    items = [Ahead(at=china(entry.at), kind=entry.kind, title=entry.title) for entry in to_come(course)]
    return Outlook(dispute_no=dispute_no, until=course.until and china(course.until), items=items)


async def foreseen(services: Services, session: Session, actor: Actor, dispute_no: str, days: int = DAYS) -> Course:
    """How the dispute goes on by itself; a closed one, and one that is about to be started, does not.

    Raises:
        NotFound, Busy, Unavailable: as `outlook_of`.
    """
    row = await visible_dispute(services, session, actor, dispute_no)
    services.access.note(actor.person_id, dispute_no, "outlook")
    course, closed = Course(now=_now, length=timedelta(days=days)), row.closed_at is not None
    await session.close()
    if closed:
        return course
    async with services.outlooks.admitted():
        try:
            handle = services.client.get_workflow_handle(dispute_no)
            history = await handle.fetch_history(rpc_timeout=PATIENCE)
            await course_in_thread(history, services.client.data_converter, course)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise Unavailable from error
        except NotForeseen as error:
            log.warning("not_foreseen", dispute_no=dispute_no)
            raise Unavailable("该纠纷的办理历史无法用当前程序推演，请管理员核对（doctor）") from error
    return course


def to_come(course: Course) -> list[Entry]:
    """The entries to come, without those of tasks that stand beside what opens them."""
    return shown_entries([*course.earlier, *course.entries])[len(shown_entries(course.earlier)) :]


def _now(state: DisputeState) -> datetime:
    """The time of the case, which a drill may have moved ahead."""
    return datetime.now(UTC) + timedelta(seconds=state.ahead)
