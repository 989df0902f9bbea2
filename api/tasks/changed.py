"""What a write changed about a task: from the read model, or from the engine's receipt where it is not there yet."""

from __future__ import annotations

from typing import Any

from api.core.context import Services
from api.core.idempotency import Answer, Taken
from api.disputes.brief import DisputeBrief, brief_from, brief_of, read_at
from api.tasks.presenters import task_item
from api.tasks.schemas import Decided, TaskAnswered
from domain.errors import StoreUnavailable
from domain.image.projection import Image
from domain.image.update_result import UpdateResult
from domain.people.organisation import Actor
from domain.transitions.decisions import Receipt
from infra.database.engine import Session
from infra.database.tables.read_model import TaskRow
from infra.read_model.disputes import dispute_line
from infra.read_model.tasks import FoundTask, open_tasks_of, order_opened
from infra.read_model.visibility import OPEN
from infra.read_model.writer import task_rows


async def answered(
    services: Services, session: Session, actor: Actor, found: FoundTask, result: UpdateResult
) -> Answer[Decided] | Taken[Decided]:
    """The answer to a message: from the image that is to be written with it, or, where the engine writes by itself,
    from the read model as soon as it is there.
    """
    if result.image is None:
        return Answer(200, await changed(services, session, actor, found.row, result.receipt))
    return Taken(
        result.image,
        Answer(200, _taken(actor, found.row, result.receipt, result.image)),
        unpublished=Answer(200, _unpublished(found.row, result.receipt)),
        found=found.stored,
    )


async def changed(services: Services, session: Session, actor: Actor, task: TaskRow, receipt: Receipt) -> Decided:
    """The task as it is now, its dispute, and the tasks that opened."""
    shown = await read_at(
        services, session, task.dispute_no, receipt.revision, lambda: _shown(session, actor, task, receipt)
    )
    return shown or _unpublished(task, receipt)


def _taken(actor: Actor, task: TaskRow, receipt: Receipt, image: Image) -> Decided:
    """What the read model shows once it has the image. A task that is not in it stands as it was found."""
    rows = sorted(task_rows(image), key=order_opened)
    row = next((r for r in rows if r.task_id == task.task_id), task)
    return _decided(actor, row, rows, brief_of(image), receipt)


def _unpublished(task: TaskRow, receipt: Receipt) -> Decided:
    """What the engine answered; nothing of it can be looked up yet."""
    return Decided(
        task=TaskAnswered(
            task_id=task.task_id,
            dispute_no=task.dispute_no,
            kind=task.kind,
            round=task.round,
            state=receipt.task_state,
        ),
        dispute=brief_from(receipt),
        opened_tasks=[],
        published=False,
        **_of_receipt(receipt),
    )


async def changed_by(services: Services, session: Session, actor: Actor, task_id: str, write_id: str) -> Decided | None:
    """What a write did to a task according to the case; none where it was never taken.

    Raises:
        Refused, Unavailable: as `Engine.outcome`.
    """
    await session.close()
    async with services.database.resume(session):
        task = await session.get(TaskRow, task_id)
    await session.close()
    receipt = await services.engine.outcome(task.dispute_no, write_id, task_id) if task else None
    return await changed(services, session, actor, task, receipt) if task and receipt else None


async def _shown(session: Session, actor: Actor, task: TaskRow, receipt: Receipt) -> Decided:
    """What the read model shows of it.

    Raises:
        StoreUnavailable: it is being made again.
    """
    rows = await open_tasks_of(session, task.dispute_no, task.task_id)
    dispute = await dispute_line(session, task.dispute_no)
    row = next((r for r in rows if r.task_id == task.task_id), None)
    if row is None:
        raise StoreUnavailable
    return _decided(actor, row, rows, brief_of(dispute), receipt)


def _decided(actor: Actor, task: TaskRow, rows: list[TaskRow], dispute: DisputeBrief, receipt: Receipt) -> Decided:
    opened = [r for r in rows if r.state in OPEN and r.sealed["opened_revision"] >= receipt.revision]
    return Decided(
        task=task_item(task, actor),
        dispute=dispute,
        opened_tasks=[task_item(r, actor) for r in opened],
        **_of_receipt(receipt),
    )


def _of_receipt(receipt: Receipt) -> dict[str, Any]:
    """What only the engine knows: whether it was a proposal, and the change that waits for approval, if one does."""
    asked = {"change": receipt.change} if receipt.change else {}
    return {"proposed": receipt.proposed, **asked}
