"""One job, in a process of its own, by `infra.startup.loading`: `api.audit.job_process JOB_ID HOLDER`."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from temporalio.client import Client

from api.audit.parallel_replays import checks
from api.audit.replay_process import Room
from api.calendar.telling import engine_of, told
from api.core.schemas import JsonObject
from api.dispute_list.exporting import JOB as EXPORT
from api.dispute_list.exporting import exported, wanted_by
from api.histories.lookup import Histories
from api.histories.replayed_runs import all_asked
from api.incident_import.service import IMPORT, TRIAL
from api.incident_import.taking import taken_in
from api.incident_import.trial import tried
from api.incident_import.working import worked
from api.learning.making import learned
from api.operations.doctor import examination
from domain.base import Model
from domain.errors import SantuiError
from infra.database.engine import Database, open_database
from infra.health.doctor.records import JOB as EXAMINATION
from infra.records.archive import Archive
from infra.records.calendars.editions import count_open
from infra.records.jobs import Taken, find_job, finish, report
from infra.records.learning.editions import JOB
from infra.runtime.logs import configure_logs
from infra.runtime.policy_files import read_policy
from infra.runtime.settings import Settings, get_settings
from infra.temporal.client import connect

REPORT_EVERY = 0.5
"""Seconds between two reports of progress."""
log = structlog.get_logger()


@dataclass(frozen=True)
class Work:
    """A job's work: the number of its pieces, and their results as they come."""

    total: int
    results: AsyncIterator[Model]


async def replays(settings: Settings, client: Client, database: Database, request: JsonObject) -> Work:
    """Replays the runs of one dispute, or those begun in a period."""
    histories = Histories(client, Archive(settings.archive_dir))
    room = Room(histories, client.data_converter, database, client)
    if number := request.get("dispute_no"):
        runs = later = await histories.runs(number)
    else:
        since, until = (datetime.fromisoformat(request[name]) for name in ("since", "until"))
        later = [run async for run in histories.all_runs(since)]
        runs = [run for run in later if run.started_at is None or run.started_at < until]
    runs = sorted(runs, key=lambda run: run.dispute_no)
    return Work(total=len(runs), results=checks(settings, room).made(all_asked(runs, later)))


async def calendar(settings: Settings, client: Client, database: Database, request: JsonObject) -> Work:
    """Tells an edition of the working calendar to every open dispute."""
    results = told(engine_of(settings, client), database, request)
    return Work(total=await count_open(database), results=results)


async def learning(settings: Settings, client: Client, database: Database, request: JsonObject) -> Work:
    """Learns from the cases that the desks confirmed."""
    lexicon = read_policy(settings.playbook).lexicon_at(datetime.now(UTC))
    return Work(total=1, results=learned(database, lexicon))


async def examining(settings: Settings, client: Client, database: Database, request: JsonObject) -> Work:
    """Looks at every dispute and every run for what is wrong."""
    total, results = await examination(settings, client, database)
    return Work(total=total, results=results)


async def exporting(settings: Settings, client: Client, database: Database, request: JsonObject) -> Work:
    """Makes a list of disputes into a table, as its maker sees it."""
    wanted = await wanted_by(database, request)
    return Work(total=wanted.total if wanted else 0, results=exported(database, wanted))


async def trying(settings: Settings, client: Client, database: Database, request: JsonObject) -> Work:
    """Looks what the rows of a spreadsheet of incidents would come to."""
    return Work(total=len(request["rows"]), results=worked(settings, client, database, request, tried))


async def registering(settings: Settings, client: Client, database: Database, request: JsonObject) -> Work:
    """Registers the rows of a spreadsheet of incidents."""
    return Work(total=len(request["rows"]), results=worked(settings, client, database, request, taken_in))


KINDS: dict[str, Callable[[Settings, Client, Database, JsonObject], Awaitable[Work]]] = {
    "replays": replays,
    "calendar": calendar,
    JOB: learning,
    EXAMINATION: examining,
    EXPORT: exporting,
    TRIAL: trying,
    IMPORT: registering,
}


async def run(settings: Settings, taken: Taken) -> None:
    """Does the job and keeps its results, as long as nobody else has it."""
    database = open_database(settings, long=True)
    try:
        async with database.read() as session:
            job = await find_job(session, taken.job_id)
        if job is None:
            return
        results: list[Any] = []
        try:
            work = await KINDS[job.kind](settings, await connect(settings), database, job.sealed["request"])
            await report(database, taken, 0, work.total)
            reported = time.monotonic()
            async for result in work.results:
                results.append(result.model_dump(mode="json"))
                if time.monotonic() - reported > REPORT_EVERY:
                    if not await report(database, taken, len(results), work.total):
                        return
                    reported = time.monotonic()
            await report(database, taken, len(results), work.total)
            await finish(database, taken, "done", results)
        except SantuiError as error:
            log.warning("job_failed", job_id=taken.job_id, code=error.code)
            await finish(database, taken, "failed", results, error.detail)
    finally:
        await database.close()


def main(job_id: str, holder: str) -> None:
    """Runs with the settings of the environment."""
    settings = get_settings()
    configure_logs(settings.log_level)
    asyncio.run(run(settings, Taken(job_id, holder)))
    gc.collect()  # the SDK may crash the interpreter at exit while its objects are alive (sdk-python#300)
