"""Notices: sent beside a dispute as an action on it is taken; read with the question that carries them."""

from __future__ import annotations

from api.core.context import Services
from api.core.idempotency import Answer
from api.core.schemas import JsonObject, Listed
from api.disputes.actions import take_action
from api.notices.presenters import present_notice
from api.notices.schemas import Notice, NoticeIn, NoticeWaits, NoticeWanted
from domain.case.state import Task
from domain.errors import NotFound
from domain.people.organisation import Actor
from domain.policy.catalogue import title_of
from domain.transitions.handover import standing
from domain.transitions.letters.sending import SEND
from infra.database.engine import Session
from infra.read_model.notices.lists import NoticeFilter, find_notice, list_notices
from infra.read_model.tasks import find_task


async def send_notice(
    services: Services, session: Session, actor: Actor, asked: NoticeIn, key: str | None
) -> Answer[Notice] | Answer[NoticeWaits]:
    """Sends a notice; answers it with its number.

    Raises:
        Refused: by the rule that the engine applied.
    """
    fields: JsonObject = asked.model_dump(mode="json", exclude_none=True, exclude={"dispute_no"})
    acted = await take_action(services, session, actor, asked.dispute_no, SEND, fields, key)
    if acted.body.published:
        async with services.database.resume(session):
            wanted = NoticeWanted(kind=asked.kind, dispute_no=asked.dispute_no)
            sent = await listed_notices(services, session, actor, wanted, 200, None)
        if mine := [each for each in sent.items if each.to == asked.to]:
            return Answer(201, mine[0])
    return Answer(202, NoticeWaits(dispute_no=asked.dispute_no, published=False))


async def listed_notices(
    services: Services, session: Session, actor: Actor, wanted: NoticeWanted, limit: int, cursor: str | None
) -> Listed[Notice]:
    """A page of the notices that a person may see, the newest first.

    Raises:
        FieldsInvalid: there is no such organisation.
    """
    narrowed = NoticeFilter(**wanted.model_dump())
    if wanted.organisation:
        narrowed.organisation = (await services.directory.read(session)).named(wanted.organisation).path
    page = await list_notices(session, actor, narrowed, limit=limit, cursor=cursor)
    return Listed[Notice](items=[present_notice(line) for line in page.rows], next_cursor=page.next_cursor)


async def whole_notice(services: Services, session: Session, actor: Actor, number: str) -> Notice:
    """A notice by its number; the reading is noted.

    Raises:
        NotFound: there is none, or its dispute is not for this person.
    """
    line = await find_notice(session, actor, number)
    if line is None:
        raise NotFound("没有这份函件")
    services.access.note(actor.person_id, line.dispute.dispute_no, "notice")
    return present_notice(line)


async def open_to(session: Session, actor: Actor, notice: Notice) -> list[tuple[str, str]]:
    """What a person may answer to a notice now: title and address of the form; nothing where it is not his turn."""
    row = await find_task(session, actor, notice.task_id) if notice.state == "open" else None
    task = Task.model_validate(row.sealed) if row else None
    if row is None or task is None or not task.pending or standing(task, actor) not in ("free", "mine", "delegate"):
        return []
    return [(title_of(row.kind, name), f"/tasks/{row.task_id}?decision={name}") for name in row.sealed["decisions"]]
