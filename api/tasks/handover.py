"""A task changes hands: claimed and released, delegated (委托办理), transferred (移交)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Literal

from pydantic import TypeAdapter

from api.core.context import Services
from api.core.engine import NoWorker
from api.core.idempotency import Answer, Taken, once
from api.tasks.changed import answered, changed_by
from api.tasks.schemas import Decided, DelegateIn, ReleaseIn, TransferIn
from api.tasks.service import task_to_change
from domain.case.bells import bell_of
from domain.case.state import Task
from domain.errors import DisputeClosed, FieldsInvalid, Refused, TaskClosed, Unavailable
from domain.people.organisation import Actor
from domain.policy.catalogue import KINDS
from domain.transitions.handover import Claim, Handover, Heard, capacity
from infra.database.engine import Session
from infra.read_model.tasks import FoundTask
from infra.records.messages import NewMessage, leave_message, message_id_of
from infra.records.people import actor_named

Verb = Literal["claim", "release", "delegate", "transfer", "acknowledge"]
Sent = Answer[Decided] | Taken[Decided]
_DECIDED = TypeAdapter(Decided)


async def claim(services: Services, session: Session, actor: Actor, task_id: str, key: str | None) -> Answer[Decided]:
    """Claims a task for the person; accepts what he was offered; takes back what he delegated or offered.

    Raises:
        Refused, Unavailable
    """

    async def do(write_id: str) -> Sent:
        found = await task_to_change(services, session, actor, task_id, write_id)
        by = capacity(Task.model_validate(found.row.sealed), actor, "claim")
        message = Claim(key=write_id, task_id=task_id, actor=by)
        return await _send(services, session, actor, found, "claim", message)

    return await _once(services, session, actor, "claim", task_id, key, None, do)


async def release(
    services: Services, session: Session, actor: Actor, task_id: str, release: ReleaseIn, key: str | None
) -> Answer[Decided]:
    """Gives a claimed task back; rejects, for a reason, what the person was offered; hands back what was delegated.

    Raises:
        Refused, Unavailable
    """

    async def do(write_id: str) -> Sent:
        found = await task_to_change(services, session, actor, task_id, write_id)
        by = capacity(Task.model_validate(found.row.sealed), actor, "release")
        message = Claim(key=write_id, task_id=task_id, actor=by, release=True, reason=release.reason)
        return await _send(services, session, actor, found, "claim", message)

    return await _once(services, session, actor, "release", task_id, key, release.reason or None, do)


async def delegate(
    services: Services, session: Session, actor: Actor, task_id: str, delegation: DelegateIn, key: str | None
) -> Answer[Decided]:
    """Has a task prepared by another, who gets a message; it comes back, and only the person decides.

    Raises:
        Refused, Unavailable
    """

    async def do(write_id: str) -> Sent:
        return await _hand_over(services, session, actor, task_id, "delegate", delegation.to, delegation.note, write_id)

    return await _once(services, session, actor, "delegate", task_id, key, delegation.model_dump(), do)


async def transfer(
    services: Services, session: Session, actor: Actor, task_id: str, transfer: TransferIn, key: str | None
) -> Answer[Decided]:
    """Offers a task to another, who gets a message, and claims it to accept or releases it to reject.

    Raises:
        Refused, Unavailable
    """

    async def do(write_id: str) -> Sent:
        return await _hand_over(services, session, actor, task_id, "transfer", transfer.to, transfer.reason, write_id)

    return await _once(services, session, actor, "transfer", task_id, key, transfer.model_dump(), do)


async def acknowledge(
    services: Services, session: Session, actor: Actor, task_id: str, key: str | None
) -> Answer[Decided]:
    """Answers the ring of a task; nothing is claimed or decided by it. Where it does not ring any more, all stays.

    Raises:
        Refused, Unavailable
    """

    async def do(write_id: str) -> Sent:
        found = await task_to_change(services, session, actor, task_id, write_id)
        task = Task.model_validate(found.row.sealed)
        by = next((c for c in actor.capacities if bell_of(task, c)), capacity(task, actor, "claim"))
        return await _send(
            services, session, actor, found, "acknowledge", Heard(key=write_id, task_id=task_id, actor=by)
        )

    return await _once(services, session, actor, "acknowledge", task_id, key, None, do)


async def _once(
    services: Services,
    session: Session,
    actor: Actor,
    verb: Verb,
    task_id: str,
    key: str | None,
    content: Any,
    do: Callable[[str], Awaitable[Sent]],
) -> Answer[Decided]:
    async def did(write_id: str) -> Answer[Decided] | None:
        done = await changed_by(services, session, actor, task_id, write_id)
        return Answer(200, done) if done else None

    return await once(services, session, actor, f"{verb}:{task_id}", key, content, _DECIDED, do, did, intended=True)


async def _hand_over(
    services: Services,
    session: Session,
    actor: Actor,
    task_id: str,
    update: Literal["delegate", "transfer"],
    to: str,
    why: str,
    write_id: str,
) -> Sent:
    """Sends a task to another and leaves him a message; `to` is a username or a person id."""
    found = await task_to_change(services, session, actor, task_id, write_id)
    other = await actor_named(session, to)
    if other is None:
        raise FieldsInvalid(errors=[{"field": "to", "message": f"没有用户名或编号为“{to}”的人员"}])
    by = capacity(Task.model_validate(found.row.sealed), actor, "hand_over")
    message = Handover(key=write_id, task_id=task_id, actor=by, to=other, why=why)
    sent = await _send(services, session, actor, found, update, message)
    await session.close()
    task = found.row
    called = task.sealed.get("called") or KINDS[task.kind].name
    content = {"task_id": task_id, "task_kind": task.kind, "kind_name": called, "by": actor.name,
               "text": why}  # fmt: skip
    kind = "handed" if update == "delegate" else "offered"
    note = NewMessage(message_id=message_id_of(write_id, other.person_id), person_id=other.person_id, kind=kind,
                dispute_no=task.dispute_no, content=content)  # fmt: skip
    await leave_message(services.database, note)
    return sent


async def _send(
    services: Services,
    session: Session,
    actor: Actor,
    found: FoundTask,
    update: Literal["claim", "delegate", "transfer", "acknowledge"],
    message: Claim | Handover | Heard,
) -> Sent:
    task = found.row
    await session.close()
    message.seen = await services.intents.begin(message.key, task.dispute_no, found.seen)
    try:
        result = await services.engine.update(task.dispute_no, update, message)
    except NoWorker as error:
        raise Unavailable(may_take_effect=True) from error
    except DisputeClosed as error:
        raise TaskClosed(error.detail) from error
    except Refused as refusal:
        services.access.note(actor.person_id, task.dispute_no, f"{update}:{task.kind}", refusal.code)
        raise
    services.access.note(actor.person_id, task.dispute_no, f"{update}:{task.kind}", by=message.actor)
    return await answered(services, session, actor, found, result)
