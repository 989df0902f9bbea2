"""A person's answer on its way to the engine: decide, claim, release, delegate, transfer.

The rule is the engine's validator. Here is settled *who* acts: the person himself, or on whose behalf.
"""

from __future__ import annotations

from typing import Any, Literal

import structlog

from api.attachments.access import named_files
from api.attachments.service import sent_along
from api.core.context import Services
from api.core.engine import NoWorker
from api.disputes.brief import brief_from, brief_of
from api.disputes.mergers import check_still_open, check_target
from api.tasks.presenters import as_json, task_item
from api.tasks.schemas import Answering
from domain.case.state import Task
from domain.errors import (
    DisputeClosed,
    FieldsInvalid,
    NotEntitled,
    NotFound,
    Refused,
    StoreUnavailable,
    TaskClosed,
    Unavailable,
)
from domain.people.organisation import Actor, OrganisationRef
from domain.policy.catalogue import KINDS
from domain.transitions.approvals import MERGER
from domain.transitions.decisions import Command, Receipt, organisation_codes
from domain.transitions.handover import Claim, Handover, capacity
from infra.database.tables.read_model import TaskRow
from infra.read_model.disputes import dispute_line, dispute_row
from infra.read_model.tasks import find_task, open_tasks_of, task_exists
from infra.records.messages import NewMessage, leave_message, message_id_of
from infra.records.people import actor_named, manned, organisations_by_code

log = structlog.get_logger()


async def decide(services: Services, actor: Actor, task_id: str, answer: Answering, key: str) -> tuple[int, Any]:
    """Takes a decision; 200 with what it changed, or 202 where no worker answers and it takes effect later.

    Raises:
        Refused: by the rule that the engine applied.
        Unavailable: neither door of the engine answers.
    """
    task = await _task(services, actor, task_id)
    async with services.database.read() as session:
        await check_target(services, session, actor, task.dispute_no, answer.fields)
        if task.sealed["about"].get("action") == MERGER and answer.decision == "approve":
            await check_still_open(session, task.sealed["about"]["fields"]["dispute_no"])
    organisations = await _organisations(services, answer.fields)
    if answer.decision == "assign":
        await _check_manned(services, task.dispute_no, organisations)
    async with services.database.read() as session:
        evidence = await named_files(session, actor, task.dispute_no, answer.attachments)
    command = Command(
        key=key,
        task_id=task_id,
        decision=answer.decision,
        fields=answer.fields,
        evidence=evidence,
        note=answer.note,
        actor=capacity(Task.model_validate(task.sealed), actor, "decide"),
        organisations=organisations,
        labels=_labels(services, answer.fields),
    )
    try:
        async with sent_along(services, command.evidence):
            receipt = await services.engine.update(task.dispute_no, "decide", command, key)
    except NoWorker:
        await _leave(services, task.dispute_no, command)
        return 202, {"accepted_for": task_id}
    except DisputeClosed as error:
        raise TaskClosed(error.detail) from error
    except Refused as refusal:
        services.access.note(actor.person_id, task.dispute_no, f"decide:{task.kind}", refusal.code)
        raise
    return 200, await _changed(services, actor, task, receipt)


async def answered(services: Services, actor: Actor, task_id: str, key: str) -> tuple[int, Any] | None:
    """What a key did to a task, a decision or another; none where it was never taken.

    Raises:
        Refused, Unavailable: as `api.core.engine.Engine.outcome`.
    """
    async with services.database.read() as session:
        task = await session.get(TaskRow, task_id)
    receipt = await services.engine.outcome(task.dispute_no, key, task_id) if task else None
    return (200, await _changed(services, actor, task, receipt)) if task and receipt else None


async def claim(
    services: Services, actor: Actor, task_id: str, key: str, *, release: bool, reason: str = ""
) -> tuple[int, Any]:
    """Claims a task for the person, or gives it back; accepts or rejects, for a reason, what he was offered.

    Raises:
        Refused, Unavailable
    """
    task = await _task(services, actor, task_id)
    by = capacity(Task.model_validate(task.sealed), actor, "release" if release else "claim")
    message = Claim(key=key, task_id=task_id, actor=by, release=release, reason=reason)
    return await _hand(services, actor, task, "claim", message)


async def hand_over(
    services: Services, actor: Actor, task_id: str, update: Literal["delegate", "transfer"], to: str, why: str, key: str
) -> tuple[int, Any]:
    """Delegates a task, or offers it to another, who gets a message; `to` is a username or a person id.

    Raises:
        Refused, Unavailable
    """
    task = await _task(services, actor, task_id)
    async with services.database.read() as session:
        other = await actor_named(session, to)
    if other is None:
        raise FieldsInvalid(errors=[{"field": "to", "message": f"没有用户名或编号为“{to}”的人员"}])
    by = capacity(Task.model_validate(task.sealed), actor, "hand_over")
    message = Handover(key=key, task_id=task_id, actor=by, to=other, why=why)
    answer = await _hand(services, actor, task, update, message)
    content = {"task_id": task_id, "task_kind": task.kind, "kind_name": KINDS[task.kind].name, "by": actor.name,
               "text": why}  # fmt: skip
    kind = "handed" if update == "delegate" else "offered"
    told = NewMessage(message_id=message_id_of(key, other.person_id), person_id=other.person_id, kind=kind,
                dispute_no=task.dispute_no, content=content)  # fmt: skip
    await leave_message(services.database, told)
    return answer


async def _hand(
    services: Services,
    actor: Actor,
    task: TaskRow,
    update: Literal["claim", "delegate", "transfer"],
    message: Claim | Handover,
) -> tuple[int, Any]:
    try:
        receipt = await services.engine.update(task.dispute_no, update, message, message.key)
    except NoWorker as error:
        raise Unavailable(may_take_effect=True) from error
    except DisputeClosed as error:
        raise TaskClosed(error.detail) from error
    except Refused as refusal:
        services.access.note(actor.person_id, task.dispute_no, f"{update}:{task.kind}", refusal.code)
        raise
    return 200, await _changed(services, actor, task, receipt)


async def _task(services: Services, actor: Actor, task_id: str) -> TaskRow:
    """The task a person wants to act on; trying is not reading, so a foreign task is refused, not hidden.

    Raises:
        NotFound: there is no such task.
        NotEntitled: there is, but none of the person's posts has anything to do with it; the try is noted.
    """
    async with services.database.read() as session:
        task = await find_task(session, actor, task_id)
        if task is None and await task_exists(session, task_id):
            services.access.note(actor.person_id, None, "task", NotEntitled.code)
            raise NotEntitled
    if task is None:
        raise NotFound("没有这个待办")
    return task


async def _leave(services: Services, dispute_no: str, command: Command) -> None:
    """No worker answers: the decision is left as a signal, durable, and applied once by its key."""
    try:
        await services.engine.signal(dispute_no, "decision", command)
    except DisputeClosed as error:
        raise TaskClosed from error
    log.info("decision_left_as_signal", dispute_no=dispute_no)


async def _changed(services: Services, actor: Actor, task: TaskRow, receipt: Receipt) -> dict[str, Any]:
    """The task as it is now, the dispute, and the tasks that opened; from the receipt where nobody can see it yet."""
    try:
        if await services.revisions.published(task.dispute_no, receipt.revision):
            return await _shown(services, actor, task, receipt)
    except StoreUnavailable:  # taken all the same: nobody can see it yet
        pass
    return {
        "task": {"task_id": task.task_id, "dispute_no": task.dispute_no, "kind": task.kind, "round": task.round,
                 "state": receipt.task_state},
        "dispute": brief_from(receipt).model_dump(exclude_unset=True),
        "opened_tasks": [],
        "published": False,
        **_asked(receipt),
    }  # fmt: skip


async def _shown(services: Services, actor: Actor, task: TaskRow, receipt: Receipt) -> dict[str, Any]:
    """What the read model shows of it.

    Raises:
        StoreUnavailable: it is being made again, or does not answer.
    """
    async with services.database.read() as session:
        rows = await open_tasks_of(session, task.dispute_no, task.task_id)
        dispute = await dispute_line(session, task.dispute_no)
    row = next((r for r in rows if r.task_id == task.task_id), None)
    if row is None:
        raise StoreUnavailable
    before = {t.task_id for t in rows if t.sealed["opened_revision"] < receipt.revision}
    opened = [r for r in rows if r.state in ("open", "claimed") and r.task_id not in before]
    return {
        "task": as_json(task_item(row, actor)),
        "dispute": brief_of(dispute).model_dump(),
        "opened_tasks": [as_json(task_item(r, actor)) for r in opened],
        **_asked(receipt),
    }


def _asked(receipt: Receipt) -> dict[str, Any]:
    """The change that waits for approval, where the message put one up."""
    return {"change": receipt.change.model_dump()} if receipt.change else {}


async def _check_manned(services: Services, dispute_no: str, organisations: dict[str, OrganisationRef]) -> None:
    """A dispute is not sent where nobody could accept it; who holds which post is not known to the engine.

    Which roles accept is the case's own mechanism's to say, whatever today's playbook says.

    Raises:
        FieldsInvalid
    """
    async with services.database.read() as session:
        accepting = (await dispute_row(session, dispute_no)).sealed["accepted_by"]
        paths = await manned(session, [ref.path for ref in organisations.values()], accepting)
    empty = [ref.name for ref in organisations.values() if ref.path not in paths]
    if empty:
        raise FieldsInvalid(errors=[{"field": "lead", "message": f"{'、'.join(empty)}没有可以签收的岗位"}])


async def _organisations(services: Services, fields: dict[str, Any]) -> dict[str, OrganisationRef]:
    async with services.database.read() as session:
        return await organisations_by_code(session, organisation_codes(fields))


def _labels(services: Services, fields: dict[str, Any]) -> dict[str, str]:
    category = services.policy.lexicon.categories.get(str(fields.get("category")))
    return {category.code: category.name} if category else {}
