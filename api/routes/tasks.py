"""The inbox: tasks, and what people do with them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from api.context import Services
from api.deciding import Answering, claim, decide
from api.deps import ActorDep, CursorDep, KeyDep, LimitDep, ServicesDep
from api.once import once
from api.views import task_item, task_whole
from domain.base import china
from domain.errors import NotFound
from domain.fields import Moment
from domain.organisation import Actor
from infra.queries import InboxFilter, candidates, dispute_row, find_task, inbox, timeline_of

router = APIRouter(prefix="/v1/tasks", tags=["inbox"])


@router.get("")
async def get_tasks(
    services: ServicesDep,
    actor: ActorDep,
    box: str = "claimable",
    kind: str | None = None,
    colour: str | None = None,
    due_before: Moment | None = None,
    q: Annotated[str | None, Query(max_length=100)] = None,
    limit: LimitDep = 50,
    cursor: CursorDep = None,
) -> dict[str, Any]:
    """A box of the person's tasks (`mine`, `claimable`, `done`, `watched`), the most urgent first."""
    f = InboxFilter(kind=kind, colour=colour, due_before=due_before and china(due_before), q=q)
    async with services.database.read() as session:
        page = await inbox(session, actor, box, f, limit=limit, cursor=cursor)
    return {"items": [task_item(row) for row in page.rows], "next_cursor": page.next_cursor}


async def whole_task(services: Services, actor: Actor, task_id: str) -> dict[str, Any]:
    """A task with its candidates, decisions and brief; the reading is noted.

    Raises:
        NotFound: there is none, or not for this person.
    """
    async with services.database.read() as session:
        row = await find_task(session, actor, task_id)
        if row is None:
            raise NotFound("没有这个待办")
        who = await candidates(session, row) if row.state in ("open", "claimed") else []
        dispute = await dispute_row(session, row.dispute_no)
        earlier = await timeline_of(session, row.dispute_no)
    services.access.note(actor.person_id, row.dispute_no, f"task:{row.kind}")
    return task_whole(row, who, dispute, earlier, actor)


@router.get("/{task_id}")
async def get_task(services: ServicesDep, actor: ActorDep, task_id: str) -> dict[str, Any]:
    """One task: who may answer it, with what, and what they need to know."""
    return await whole_task(services, actor, task_id)


@router.post("/{task_id}/claim")
async def post_claim(services: ServicesDep, actor: ActorDep, task_id: str, key: KeyDep = None) -> JSONResponse:
    """Ties the task to the person."""
    return await once(
        services, actor, f"claim:{task_id}", key, None, lambda i: claim(services, actor, task_id, i, release=False)
    )


@router.post("/{task_id}/release")
async def post_release(services: ServicesDep, actor: ActorDep, task_id: str, key: KeyDep = None) -> JSONResponse:
    """Gives a claimed task back."""
    return await once(
        services, actor, f"release:{task_id}", key, None, lambda i: claim(services, actor, task_id, i, release=True)
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
    )
