"""For auditors: histories, the case as it stood, and replays."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from api.audit import job_service, service
from api.audit.schemas import CaseAtEvent, History, HistoryInWords, Job, JobAsked, JobItem, ReplayIn
from api.core.deps import ActorDep, CursorDep, KeyDep, LimitDep, ServicesDep, SessionDep
from api.core.documentation import COUNTED, READ, WRITE, problems
from api.core.responses import as_response
from api.core.schemas import Listed

router = APIRouter(prefix="/v1", tags=["audit"])
RunDep = Annotated[str | None, Query(max_length=80, description="Run id of `runs`; the latest unless given")]


@router.get("/disputes/{no}/history", response_model=History, responses=problems(READ | COUNTED))
async def get_history(
    services: ServicesDep, session: SessionDep, actor: ActorDep, no: str, run: RunDep = None, decoded: bool = False
) -> History:
    """The engine's own history as stored, payloads encrypted; with `decoded` opened, which is noted."""
    return await service.history(services, session, actor, no, run, decoded=decoded)


@router.get(
    "/disputes/{no}/history/words",
    response_model=HistoryInWords,
    response_model_exclude_unset=True,
    responses=problems(READ),
)
async def get_history_in_words(
    services: ServicesDep, session: SessionDep, actor: ActorDep, no: str, run: RunDep = None
) -> HistoryInWords:
    """The history for people: its moments, each with its events and what the timeline tells of it."""
    return await service.history_in_words(services, session, actor, no, run)


@router.get(
    "/disputes/{no}/state", response_model=CaseAtEvent, response_model_exclude_unset=True, responses=problems(READ)
)
async def get_state(
    services: ServicesDep,
    session: SessionDep,
    actor: ActorDep,
    no: str,
    event: Annotated[int | None, Query(description="Event id; the last unless given")] = None,
    run: RunDep = None,
) -> CaseAtEvent:
    """The case as it stood after an event, derived again from the history; what is not process is left out."""
    return await service.state(services, session, actor, no, run, event)


@router.post("/audit/replays", status_code=202, response_model=JobAsked, responses=problems(WRITE | COUNTED))
async def post_replays(
    services: ServicesDep, session: SessionDep, actor: ActorDep, asked: ReplayIn, key: KeyDep = None
) -> JSONResponse:
    """Replays one dispute or a period as a job: the same commands, the same state, differences in words."""
    return as_response(await job_service.ask_for_replays(services, session, actor, asked, key))


@router.get(
    "/jobs/{job_id}",
    tags=["jobs"],
    response_model=Job,
    response_model_exclude_unset=True,
    responses=problems(READ),
)
async def get_job(session: SessionDep, actor: ActorDep, job_id: str) -> Job:
    """A job of one's own as it stands: how far it is, and what came of it."""
    return await job_service.job(session, actor, job_id)


@router.get(
    "/jobs",
    tags=["jobs"],
    response_model=Listed[JobItem],
    response_model_exclude_unset=True,
    responses=problems(READ),
)
async def get_jobs(
    session: SessionDep,
    actor: ActorDep,
    kind: Annotated[str | None, Query(max_length=40, description="Only this kind, for example `replays`")] = None,
    limit: LimitDep = 50,
    cursor: CursorDep = None,
) -> Listed[JobItem]:
    """One's own jobs, the latest first, without their results."""
    return await job_service.jobs(session, actor, kind, limit, cursor)
