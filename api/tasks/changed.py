"""What a write changed about a task: from the read model, or from the engine's receipt where it is not there yet."""

from __future__ import annotations

from typing import Any

from api.core.context import Services
from api.disputes.brief import brief_from, brief_of, read_at
from api.tasks.presenters import task_item
from api.tasks.schemas import Decided, TaskAnswered
from domain.errors import StoreUnavailable
from domain.people.organisation import Actor
from domain.transitions.decisions import Receipt
from infra.database.engine import Session
from infra.database.tables.read_model import TaskRow
from infra.read_model.disputes import dispute_line
from infra.read_model.tasks import open_tasks_of


async def changed(services: Services, session: Session, actor: Actor, task: TaskRow, receipt: Receipt) -> Decided:
    """The task as it is now, its dispute, and the tasks that opened."""
    shown = await read_at(
        services, session, task.dispute_no, receipt.revision, lambda: _shown(session, actor, task, receipt)
    )
    if shown:
        return shown
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
    opened = [r for r in rows if r.state in ("open", "claimed") and r.sealed["opened_revision"] >= receipt.revision]
    return Decided(
        task=task_item(row, actor),
        dispute=brief_of(dispute),
        opened_tasks=[task_item(r, actor) for r in opened],
        **_of_receipt(receipt),
    )


def _of_receipt(receipt: Receipt) -> dict[str, Any]:
    """What only the engine knows: whether it was a proposal, and the change that waits for approval, if one does."""
    asked = {"change": receipt.change} if receipt.change else {}
    return {"proposed": receipt.proposed, **asked}
