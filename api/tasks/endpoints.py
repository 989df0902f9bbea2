"""The inbox: tasks, and what people do with them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from api.core.deps import ActorDep, CursorDep, KeyDep, LimitDep, ServicesDep, SessionDep
from api.core.documentation import COUNTED, READ, WRITE, problems
from api.core.responses import as_response
from api.core.schemas import Listed
from api.tasks import handover, service
from api.tasks.schemas import (
    AcceptedFor,
    Answering,
    Decided,
    DelegateIn,
    ReleaseIn,
    TaskItem,
    TransferIn,
    WholeTask,
)
from domain.base import china
from domain.policy.fields import Code, Moment
from infra.read_model.tasks import InboxFilter

router = APIRouter(prefix="/v1/tasks", tags=["inbox"])


@router.get("", response_model=Listed[TaskItem], response_model_exclude_unset=True, responses=problems(READ | COUNTED))
async def get_tasks(
    services: ServicesDep,
    session: SessionDep,
    actor: ActorDep,
    box: Code = "claimable",
    kind: Code | None = None,
    colour: Code | None = None,
    due_before: Moment | None = None,
    q: Annotated[str | None, Query(max_length=100)] = None,
    limit: LimitDep = 50,
    cursor: CursorDep = None,
) -> Listed[TaskItem]:
    """A box of the person's tasks (`mine`, `claimable`, `done`, `watched`), the most urgent first."""
    f = InboxFilter(kind=kind, colour=colour, due_before=due_before and china(due_before), q=q)
    return await service.inbox_box(services, session, actor, box, f, limit=limit, cursor=cursor)


@router.get("/{task_id}", response_model=WholeTask, response_model_exclude_unset=True, responses=problems(READ))
async def get_task(services: ServicesDep, session: SessionDep, actor: ActorDep, task_id: str) -> WholeTask:
    """One task: who may answer it, with what, and what they need to know."""
    return await service.whole_task(services, session, actor, task_id)


@router.post("/{task_id}/claim", response_model=Decided, responses=problems(WRITE))
async def post_claim(
    services: ServicesDep, session: SessionDep, actor: ActorDep, task_id: str, key: KeyDep = None
) -> JSONResponse:
    """Ties the task to the person; accepts what he was offered; takes back what he delegated or offered."""
    return as_response(await handover.claim(services, session, actor, task_id, key))


@router.post("/{task_id}/release", response_model=Decided, responses=problems(WRITE))
async def post_release(
    services: ServicesDep,
    session: SessionDep,
    actor: ActorDep,
    task_id: str,
    body: ReleaseIn | None = None,
    key: KeyDep = None,
) -> JSONResponse:
    """Gives a claimed task back; rejects an offer; hands back what was delegated to the person."""
    return as_response(await handover.release(services, session, actor, task_id, body or ReleaseIn(), key))


@router.post("/{task_id}/delegate", response_model=Decided, responses=problems(WRITE))
async def post_delegate(
    services: ServicesDep, session: SessionDep, actor: ActorDep, task_id: str, body: DelegateIn, key: KeyDep = None
) -> JSONResponse:
    """Has the task prepared by a colleague or another candidate; it comes back, and only the person decides."""
    return as_response(await handover.delegate(services, session, actor, task_id, body, key))


@router.post("/{task_id}/transfer", response_model=Decided, responses=problems(WRITE))
async def post_transfer(
    services: ServicesDep, session: SessionDep, actor: ActorDep, task_id: str, body: TransferIn, key: KeyDep = None
) -> JSONResponse:
    """Offers the task to another candidate, who claims it to accept or releases it to reject; until then it stays."""
    return as_response(await handover.transfer(services, session, actor, task_id, body, key))


@router.post("/{task_id}/acknowledge", response_model=Decided, responses=problems(WRITE))
async def post_acknowledge(
    services: ServicesDep, session: SessionDep, actor: ActorDep, task_id: str, key: KeyDep = None
) -> JSONResponse:
    """Answers the ring of the task (应铃): it rings no more, or at a level above not at the person's own desk."""
    return as_response(await handover.acknowledge(services, session, actor, task_id, key))


@router.post("/{task_id}/decide", response_model=Decided, responses={202: {"model": AcceptedFor}, **problems(WRITE)})
async def post_decide(
    services: ServicesDep, session: SessionDep, actor: ActorDep, task_id: str, answer: Answering, key: KeyDep = None
) -> JSONResponse:
    """Answers the task. 202 where no worker answers: it takes effect, or is refused in the timeline, later."""
    return as_response(await service.decide(services, session, actor, task_id, answer, key))
