"""Spreadsheets of incidents as jobs: tried, then registered; what became of each row, and the rows to be mended.

A file is one job from its trial to its end, so its rows are kept once. They are what was reported, before it is
recorded: the job is its reporter's alone, its rows are in no list and no log, and it is deleted after some days.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import structlog
from pydantic import TypeAdapter

from api.audit.schemas import JobAsked
from api.core.context import Services
from api.core.idempotency import Answer, Effect, once
from api.core.schemas import JsonObject
from api.importing.reading import Table, template
from api.incident_import.schemas import Came, Counts, RowWrong
from api.incident_import.sheet import COLUMNS, LINE, read_sheet
from api.incident_import.trial import rows_of
from api.intake.service import check_may_report
from domain.base import china
from domain.errors import NotFound, StoreUnavailable
from domain.people.organisation import Actor
from infra.database.engine import Session
from infra.database.tables.audit import JobRow
from infra.records.jobs import ask_for, find_job, forget_jobs, go_on_as, jobs_of

TRIAL, IMPORT = KINDS = ("incident_trial", "incident_import")
"""Kinds of the job: a file that is tried or was, and one whose rows are being registered or were. Also the operations
of which an idempotency key holds, and the codes of the access log."""
HELD_FOR = timedelta(hours=24)
"""How long a file that was tried can be registered, and its result be looked at. [DESIGN]"""
FORGOTTEN_AFTER = timedelta(hours=72)
SWEEP_EVERY = 3600.0
"""Seconds."""
SHOWN = 200
"""Errors that are told one by one over HTTP; all are counted."""
LISTED = 5
"""Files that a page lists, of each kind."""
ROW, PROBLEM = "原文件行号", "问题"
_ANSWER = TypeAdapter(JobAsked)
log = structlog.get_logger()


async def ask_for_import(
    services: Services, session: Session, actor: Actor, content: bytes, name: str, key: str | None, *, dry_run: bool
) -> Answer[JobAsked]:
    """Has a file tried, or its rows registered at once; answers the job's id. Noted.

    Raises:
        NotEntitled: none of the person's posts takes reports.
        TooLarge, MediaRefused, FieldsInvalid: the file can't be read as such a table.
        QuotaReached: he has searched as often as one may in a minute, of which a trial is one; or so many of his jobs
            are not done yet.
    """
    check_may_report(actor)
    if dry_run:
        services.searches.count(actor.person_id)
    table = await asyncio.to_thread(read_sheet, content)
    kind, digest = TRIAL if dry_run else IMPORT, hashlib.sha256(content).hexdigest()

    async def do(_: str) -> Effect[JobAsked]:
        async def queue(writing: Session) -> Answer[JobAsked]:
            services.access.note(
                actor.person_id, None, "import:incidents:try" if dry_run else "import:incidents",
                about={"count": len(table.rows)},
            )  # fmt: skip
            job_id = await ask_for(
                writing, kind, actor.person_id, _request(actor, table, name), most=services.settings.jobs_waiting
            )
            return Answer(202, JobAsked(job_id=job_id))

        return Effect(queue)

    answer = await once(services, session, actor, kind, key, {"sha256": digest}, _ANSWER, do)
    services.database.wakeups.job_waits()
    return answer


def _request(actor: Actor, table: Table, name: str) -> JsonObject:
    return {
        "person_id": actor.person_id,
        "at": datetime.now(UTC).isoformat(),
        "file": name[:100],
        "heads": table.heads,
        "rows": [[row.number, row.cells] for row in table.rows],
    }


def told(request: JsonObject) -> JsonObject:
    """A request as a list of jobs shows it: what was reported is not in it."""
    return {**{name: said for name, said in request.items() if name not in ("rows", "heads")},
            **({"count": len(request["rows"])} if "rows" in request else {})}  # fmt: skip


async def go_on(services: Services, session: Session, actor: Actor, job_id: str) -> None:
    """Has the rows registered of a file that was tried; once, however often it is asked. Noted.

    Raises:
        NotFound: there is none of his, or it is too old.
        NotEntitled: none of his posts takes reports any more.
        QuotaReached: so many of his jobs are not done yet.
    """
    check_may_report(actor)
    job = await own_import(session, actor, job_id)
    await session.close()
    async with services.database.write() as writing, services.access.within(writing):
        if await go_on_as(writing, job.job_id, TRIAL, IMPORT, most=services.settings.jobs_waiting):
            count = len(job.sealed["request"]["rows"])
            services.access.note(actor.person_id, None, "import:incidents", about={"count": count})
    services.database.wakeups.job_waits()


async def own_import(session: Session, actor: Actor, job_id: str) -> JobRow:
    """A file of one's own.

    Raises:
        NotFound: there is none, it is another's, or too old.
    """
    row = await find_job(session, job_id)
    if row is None or row.kind not in KINDS or row.person_id != actor.person_id or _is_old(row):
        raise NotFound("没有这次导入，或者已超过24小时")
    return row


async def own_imports(session: Session, actor: Actor) -> list[JobRow]:
    """The files that somebody had tried or registered of late, the latest first."""
    found = [row for kind in KINDS
             for row in await jobs_of(session, actor.person_id, kind=kind, limit=LISTED, before=None)]  # fmt: skip
    return sorted((row for row in found if not _is_old(row)), key=lambda row: row.job_id, reverse=True)


def _is_old(row: JobRow) -> bool:
    return datetime.now(UTC) - row.at > HELD_FOR


def came_of(job: JobRow) -> list[Came]:
    """What became of the rows, as far as a step is done: of its trial until they are registered."""
    return [Came.model_validate(each) for each in job.sealed["results"]]


def counted(came: Sequence[Came]) -> Counts:
    """How many rows went which way."""
    errors: list[RowWrong] = [error for each in came for error in each.errors]
    ways = [each.outcome for each in came]
    return Counts(
        created=ways.count("new"), joined=ways.count("joined"), known=ways.count("known") + ways.count("twice"),
        failed=ways.count("wrong"), errors=errors[:SHOWN],
    )  # fmt: skip


def unread(job: JobRow, asked: Sequence[str]) -> list[str]:
    """Columns of the file that nobody reads; `asked` are those of the sources' own forms."""
    ours = {*COLUMNS, *asked, LINE, ROW, PROBLEM}
    return [head for head in job.sealed["request"]["heads"] if head not in ours]


def refused(job: JobRow) -> tuple[str, bytes]:
    """The rows that were refused, as a file to be mended and sent again: its name and content.

    Raises:
        NotFound: no row was.
    """
    wrong = {each.row: each.errors for each in came_of(job) if each.outcome == "wrong"}
    rows = [row for row in rows_of(job.sealed["request"]) if row.number in wrong]
    if not rows:
        raise NotFound("没有被退回的行")
    at = f"{china(job.at):%Y%m%d%H%M}"
    heads = [head for head in job.sealed["request"]["heads"] if head not in (ROW, PROBLEM)]
    if heads == [LINE]:
        return f"退回的警情_{at}.ndjson", "\n".join(row.cells[LINE] for row in rows).encode()
    lines = [
        [*(row.cells[head] for head in heads), str(row.number),
         "；".join(f"{each.field}：{each.message}" for each in wrong[row.number])]
        for row in rows
    ]  # fmt: skip
    return f"退回的警情_{at}.xlsx", template([*heads, ROW, PROBLEM], "退回", lines)


async def keep_forgetting(services: Services) -> None:
    """Deletes what is long done, for as long as the process lives."""
    while True:
        with suppress(StoreUnavailable):
            if gone := await forget_jobs(services.database, KINDS, datetime.now(UTC) - FORGOTTEN_AFTER):
                log.info("imports_forgotten", imports=gone)
        await asyncio.sleep(SWEEP_EVERY)
