"""For auditors: histories, the case as it stood, replays, and who read what."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Self

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from google.protobuf.json_format import MessageToDict
from pydantic import Field, model_validator

from api.audit import service
from api.core.deps import ActorDep, CursorDep, KeyDep, LimitDep, ServicesDep
from api.core.old_idempotency import Done, Effect, once
from api.core.permissions import at_root
from api.disputes.presenters import moment
from domain.base import CHINA, Strict
from domain.errors import NotFound
from domain.people.permissions import ACCESS_LOG_READERS, AUDITORS, CODEC_READERS
from infra.database.engine import Session
from infra.database.pagination import cursor_of, read_cursor
from infra.database.tables.audit import JobRow
from infra.records import jobs
from infra.records.access_log import accesses
from infra.records.people import person_by_username
from infra.runtime.crypto import load_keys
from infra.temporal.codec import EncryptionCodec, opened

router = APIRouter(prefix="/v1", tags=["audit"])
RunDep = Annotated[str | None, Query(max_length=80, description="Run id of `runs`; the latest unless given")]


@router.get("/disputes/{no}/history")
async def get_history(
    services: ServicesDep, actor: ActorDep, no: str, run: RunDep = None, decoded: bool = False
) -> JSONResponse:
    """The engine's own history as stored, payloads encrypted; with `decoded` opened, which is noted."""
    await service.may_audit(services, actor, no)
    if decoded:
        await at_root(services, actor, CODEC_READERS, "history:decoded")
    history = await service.histories(services).fetch(no, run)
    services.access.note(actor.person_id, no, "history:decoded" if decoded else "history")
    if decoded:
        codec = EncryptionCodec(load_keys(services.settings.key_file))
        for event in history.events:
            opened(event, codec)
    return JSONResponse({"events": [MessageToDict(event) for event in history.events]})


@router.get("/disputes/{no}/history/words")
async def get_history_in_words(services: ServicesDep, actor: ActorDep, no: str, run: RunDep = None) -> dict[str, Any]:
    """The history for people: its moments, each with its events and what the timeline tells of it."""
    await service.may_audit(services, actor, no)
    services.access.note(actor.person_id, no, "history:words")
    return await service.in_words(services, no, run)


@router.get("/disputes/{no}/state")
async def get_state(
    services: ServicesDep,
    actor: ActorDep,
    no: str,
    event: Annotated[int | None, Query(description="Event id; the last unless given")] = None,
    run: RunDep = None,
) -> dict[str, Any]:
    """The case as it stood after an event, derived again from the history; what is not process is left out."""
    await service.may_audit(services, actor, no)
    services.access.note(actor.person_id, no, "state")
    whole: dict[str, Any] = await service.state_at(services, no, run, event)
    return whole


FIRST, LAST = date(2000, 1, 1), date(2199, 12, 31)
"""Between these days a period may lie."""


class ReplayIn(Strict):
    """One dispute, or all that were begun in a period (dates in China, both inclusive)."""

    dispute_no: str | None = Field(default=None, min_length=1, max_length=40)
    since: date | None = Field(default=None, alias="from", ge=FIRST, le=LAST)
    to: date | None = Field(default=None, ge=FIRST, le=LAST)

    @model_validator(mode="after")
    def _one_or_period(self) -> Self:
        if (self.dispute_no is None) == (self.since is None or self.to is None):
            raise ValueError("请给出纠纷编号，或起止日期")
        if self.since and self.to and self.since > self.to:
            raise ValueError("起始日期不能晚于截止日期")
        return self

    def request(self) -> dict[str, Any]:
        """What the job is asked."""
        if self.dispute_no:
            return {"dispute_no": self.dispute_no}
        assert self.since
        assert self.to
        until = self.to + timedelta(days=1)
        return {"since": _midnight(self.since).isoformat(), "until": _midnight(until).isoformat()}


@router.post("/audit/replays", status_code=202)
async def post_replays(services: ServicesDep, actor: ActorDep, asked: ReplayIn, key: KeyDep = None) -> JSONResponse:
    """Replays one dispute or a period as a job: the same commands, the same state, differences in words."""

    async def do(_: str) -> Effect:
        if asked.dispute_no:
            await service.may_audit(services, actor, asked.dispute_no)
        else:
            await at_root(services, actor, AUDITORS, "replays")
        services.access.note(actor.person_id, asked.dispute_no, "replays")

        async def ask(session: Session) -> Done:
            return 202, {"job_id": await jobs.ask_for(session, "replays", actor.person_id, asked.request())}

        return Effect(ask)

    answer = await once(services, actor, "replays", key, asked.model_dump(mode="json"), do)
    services.jobs.wake()
    return answer


@router.get("/jobs/{job_id}", tags=["jobs"])
async def get_job(services: ServicesDep, actor: ActorDep, job_id: str) -> dict[str, Any]:
    """A job of one's own as it stands: how far it is, and what came of it."""
    job = await jobs.find_job(services.database, job_id)
    if job is None or job.person_id != actor.person_id:
        raise NotFound("没有这个任务")
    return {**_job(job), "results": job.sealed["results"]}


@router.get("/jobs", tags=["jobs"])
async def get_jobs(
    services: ServicesDep,
    actor: ActorDep,
    kind: Annotated[str | None, Query(max_length=40, description="Only this kind, for example `replays`")] = None,
    limit: LimitDep = 50,
    cursor: CursorDep = None,
) -> dict[str, Any]:
    """One's own jobs, the latest first, without their results."""
    before = read_cursor(cursor, str)[0] if cursor else None
    found = await jobs.jobs_of(services.database, actor.person_id, kind=kind, limit=limit + 1, before=before)
    items = [_job(job) for job in found[:limit]]
    return {"items": items, "next_cursor": cursor_of(found[limit - 1].job_id) if len(found) > limit else None}


def _job(job: JobRow) -> dict[str, Any]:
    return {
        "job_id": job.job_id,
        "kind": job.kind,
        "state": job.state,
        "done": job.done,
        "total": job.total,
        "asked_at": moment(job.at),
        "finished_at": moment(job.finished_at),
        "error": job.sealed.get("error"),
        "request": job.sealed["request"],
    }


@router.get("/audit/access")
async def get_accesses(
    services: ServicesDep,
    actor: ActorDep,
    person: Annotated[str | None, Query(max_length=80, description="Username or person id")] = None,
    dispute_no: Annotated[str | None, Query(max_length=40)] = None,
    refused: Annotated[bool, Query(description="Only the attempts that were refused")] = False,
    limit: LimitDep = 50,
    cursor: CursorDep = None,
) -> dict[str, Any]:
    """Who read or tried what, the latest first; `outcome` is `ok` or the code of the refusal."""
    await at_root(services, actor, ACCESS_LOG_READERS, "access")
    services.access.note(actor.person_id, dispute_no, "access")
    await services.access.write()
    if person:
        async with services.database.read() as session:
            found = await person_by_username(session, person)
        person = found.person_id if found else person
    before = read_cursor(cursor, str)[0] if cursor else None
    rows = await accesses(services.database, person_id=person, dispute_no=dispute_no, refused=refused,
                          limit=limit + 1, before=before)  # fmt: skip
    items = [
        {"access_id": row.access_id, "at": moment(row.at), "person_id": row.person_id, "name": name,
         "username": username, "dispute_no": row.dispute_no, "what": row.what, "outcome": row.outcome}
        for row, name, username in rows[:limit]
    ]  # fmt: skip
    return {"items": items, "next_cursor": cursor_of(rows[limit - 1][0].access_id) if len(rows) > limit else None}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)
