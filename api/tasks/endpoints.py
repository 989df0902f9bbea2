"""The inbox: tasks, and what people do with them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from api.core.context import Services
from api.core.deps import ActorDep, CursorDep, KeyDep, LimitDep, ServicesDep
from api.core.old_idempotency import once
from api.tasks.presenters import as_json, task_item, task_whole
from api.tasks.schemas import Answering, DelegateIn, ReleaseIn, TransferIn
from api.tasks.service import answered, claim, decide, hand_over
from domain.base import china
from domain.case.state import Task
from domain.errors import NotFound
from domain.people.organisation import Actor
from domain.policy.fields import Code, Moment
from domain.transitions.handover import capacity, places_of, standing
from infra.read_model.disputes import dispute_row, timeline_of
from infra.read_model.tasks import InboxFilter, candidates, find_task, inbox
from infra.records.people import PersonAtPost, colleagues

router = APIRouter(prefix="/v1/tasks", tags=["inbox"])


@router.get("")
async def get_tasks(
    services: ServicesDep,
    actor: ActorDep,
    box: Code = "claimable",
    kind: Code | None = None,
    colour: Code | None = None,
    due_before: Moment | None = None,
    q: Annotated[str | None, Query(max_length=100)] = None,
    limit: LimitDep = 50,
    cursor: CursorDep = None,
) -> dict[str, Any]:
    """A box of the person's tasks (`mine`, `claimable`, `done`, `watched`), the most urgent first."""
    f = InboxFilter(kind=kind, colour=colour, due_before=due_before and china(due_before), q=q)
    async with services.database.read() as session:
        page = await inbox(session, actor, box, f, limit=limit, cursor=cursor, now=datetime.now(UTC))
    return {
        "items": [as_json(task_item(row, actor, page.now)) for row in page.rows],
        "next_cursor": page.next_cursor,
    }


async def whole_task(services: Services, actor: Actor, task_id: str) -> dict[str, Any]:
    """A task with its candidates, decisions and brief; the reading is noted.

    `colleagues` are those to whom the person may delegate it: none where it is not his to hand over.

    Raises:
        NotFound: there is none, or not for this person.
    """
    async with services.database.read() as session:
        row = await find_task(session, actor, task_id)
        if row is None:
            raise NotFound("没有这个待办")
        who = _with_posts(await candidates(session, row)) if row.state in ("open", "claimed") else []
        dispute = await dispute_row(session, row.dispute_no)
        earlier = await timeline_of(session, row.dispute_no)
    helpers = await _helpers(services, Task.model_validate(row.sealed), actor)
    services.access.note(actor.person_id, row.dispute_no, f"task:{row.kind}")
    return task_whole(row, who, helpers, dispute, earlier, actor).model_dump(
        mode="json", by_alias=True, exclude_unset=True
    )


async def _helpers(services: Services, task: Task, actor: Actor) -> list[dict[str, Any]]:
    if standing(task, actor) not in ("mine", "free"):
        return []
    by = capacity(task, actor, "hand_over")
    async with services.database.read() as session:
        found = await colleagues(session, places_of(task, by), {*by.persons, *task.excluded})
    return _with_posts(found)


def _with_posts(people: list[PersonAtPost]) -> list[dict[str, Any]]:
    return [
        {"person_id": p.person_id, "username": p.username, "name": p.name,
         "post": {"role": p.role, "organisation": p.organisation}}
        for p in people
    ]  # fmt: skip


@router.get("/{task_id}")
async def get_task(services: ServicesDep, actor: ActorDep, task_id: str) -> dict[str, Any]:
    """One task: who may answer it, with what, and what they need to know."""
    return await whole_task(services, actor, task_id)


@router.post("/{task_id}/claim")
async def post_claim(services: ServicesDep, actor: ActorDep, task_id: str, key: KeyDep = None) -> JSONResponse:
    """Ties the task to the person; accepts what he was offered; takes back what he delegated or offered."""
    return await once(
        services, actor, f"claim:{task_id}", key, None,
        lambda i: claim(services, actor, task_id, i, release=False), lambda i: answered(services, actor, task_id, i),
    )  # fmt: skip


@router.post("/{task_id}/release")
async def post_release(
    services: ServicesDep, actor: ActorDep, task_id: str, body: ReleaseIn | None = None, key: KeyDep = None
) -> JSONResponse:
    """Gives a claimed task back; rejects an offer; hands back what was delegated to the person."""
    reason = body.reason if body else ""
    return await once(
        services,
        actor,
        f"release:{task_id}",
        key,
        reason or None,
        lambda i: claim(services, actor, task_id, i, release=True, reason=reason),
        lambda i: answered(services, actor, task_id, i),
    )


@router.post("/{task_id}/delegate")
async def post_delegate(
    services: ServicesDep, actor: ActorDep, task_id: str, body: DelegateIn, key: KeyDep = None
) -> JSONResponse:
    """Has the task prepared by a colleague or another candidate; it comes back, and only the person decides."""
    return await once(
        services,
        actor,
        f"delegate:{task_id}",
        key,
        body.model_dump(),
        lambda i: hand_over(services, actor, task_id, "delegate", body.to, body.note, i),
        lambda i: answered(services, actor, task_id, i),
    )


@router.post("/{task_id}/transfer")
async def post_transfer(
    services: ServicesDep, actor: ActorDep, task_id: str, body: TransferIn, key: KeyDep = None
) -> JSONResponse:
    """Offers the task to another candidate, who claims it to accept or releases it to reject; until then it stays."""
    return await once(
        services,
        actor,
        f"transfer:{task_id}",
        key,
        body.model_dump(),
        lambda i: hand_over(services, actor, task_id, "transfer", body.to, body.reason, i),
        lambda i: answered(services, actor, task_id, i),
    )


@router.post("/{task_id}/decide")
async def post_decide(
    services: ServicesDep, actor: ActorDep, task_id: str, answer: Answering, key: KeyDep = None
) -> JSONResponse:
    """Answers the task. 202 where no worker answers: it takes effect, or is refused in the timeline, later."""
    return await once(
        services,
        actor,
        f"decide:{task_id}",
        key,
        answer.model_dump(mode="json"),
        lambda i: decide(services, actor, task_id, answer, i),
        lambda i: answered(services, actor, task_id, i),
    )
