"""The list taken out as a table: asked for with a reason, made by a job as its maker sees it now, handed to him alone.

Who, when and why stand in the file and in its name. Names of parties, telephones and narratives are not in it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import xlsxwriter
from pydantic import TypeAdapter

from api.audit.schemas import JobAsked
from api.core.context import Services
from api.core.idempotency import Answer, Effect, once
from api.core.schemas import JsonObject
from api.dispute_list.list_view import row_view
from api.dispute_list.question import filter_of
from api.dispute_list.service import lines_of
from api.dispute_list.sought import opened
from api.disputes.presenters import present_dispute
from api.disputes.service import with_paths
from api.web.organisation_labels import Offices
from domain.base import Model, china
from domain.errors import FieldsInvalid, NotFound
from domain.people.organisation import Actor
from domain.storable_text import plain_cell
from domain.triage.places import Directory
from infra.database.engine import Database, Session
from infra.database.tables.audit import JobRow
from infra.read_model.disputes import DisputeFilter, count_disputes, list_disputes
from infra.records.deputies import acting
from infra.records.jobs import ask_for, find_job
from infra.records.people import DirectoryCache

JOB = "dispute_export"
NOTED = "export:disputes"
MOST = 5_000
"""Disputes in one table; the first of the order that was asked for."""
AT_ONCE = 200
HELD_FOR = timedelta(hours=24)
"""How long it can be fetched: sight changes, and a file should not outlive its reason. [DESIGN]"""
COLUMNS = "编号 标题 颜色 阶段 轮次 类别 属地 承办单位 承办 时限 是否超期 受理 办结 办结方式 来源".split()
_ANSWER = TypeAdapter(JobAsked)


class Row(Model):
    """A line of the table."""

    cells: list[str]


async def ask_for_export(
    services: Services, session: Session, actor: Actor, asked: Mapping[str, str], reason: str, key: str
) -> str:
    """Has the list made into a table; answers the job's id. Noted with its reason.

    Raises:
        FieldsInvalid: there is no reason.
        QuotaReached: he has taken out as much as one may in an hour, or so many of his jobs are not done yet.
        StoreUnavailable: it can't be noted now.
    """
    if len(reason) < 2:
        raise FieldsInvalid(errors=[{"field": "reason", "message": "请写明导出事由"}])
    request: JsonObject = {"person_id": actor.person_id, "name": actor.name, "reason": reason, "asked": dict(asked)}

    async def do(_: str) -> Effect[JobAsked]:
        await session.close()
        await services.exports.count(actor.person_id, NOTED)
        services.access.note(actor.person_id, None, "export:disputes", about={"reason": reason, "asked": dict(asked)})

        async def queue(writing: Session) -> Answer[JobAsked]:
            job_id = await ask_for(writing, JOB, actor.person_id, request, most=services.settings.jobs_waiting)
            return Answer(202, JobAsked(job_id=job_id))

        return Effect(queue)

    answer = await once(services, session, actor, NOTED, key, request, _ANSWER, do)
    services.database.wakeups.job_waits()
    return str(answer.document()["job_id"])


@dataclass(frozen=True)
class Wanted:
    """What a job is to take out: whose list, which, and how much it has."""

    actor: Actor
    directory: Directory
    filter: DisputeFilter
    total: int


async def wanted_by(database: Database, request: JsonObject) -> Wanted | None:
    """The list that was asked for, as its maker sees it now; none where he holds no account any more.

    Raises:
        FieldsInvalid: what was sought is forgotten by now.
    """
    async with database.read() as session:
        actor = await acting(session, request["person_id"], datetime.now(UTC))
        directory = await DirectoryCache(database).read(session)
        if actor is None:
            return None
        asked = request["asked"]
        sought = opened(asked["sought"], actor.person_id) if "sought" in asked else None
        if "sought" in asked and sought is None:
            raise FieldsInvalid("查找已过期，请重新查找后再导出")
        f = with_paths(directory, filter_of(asked, sought))
        return Wanted(actor, directory, f, await count_disputes(session, actor, f, MOST))


async def exported(database: Database, wanted: Wanted | None) -> AsyncIterator[Row]:
    """The lines, as the person sees them while they are made."""
    if wanted is None:
        return
    actor, directory, f, offices = wanted.actor, wanted.directory, wanted.filter, Offices(wanted.directory)
    cursor, left = None, MOST
    while left > 0:
        async with database.read() as session:
            page = await list_disputes(session, actor, f, limit=min(AT_ONCE, left), cursor=cursor)
            items = [present_dispute(row) for row in page.rows]
            made = await lines_of(session, items, directory)
        for line in made:
            yield Row(cells=_cells(row_view(line, offices, {})))
        cursor, left = page.next_cursor, left - len(made)
        if cursor is None:
            return


def _cells(row: Mapping[str, Any]) -> list[str]:
    due = row["due"]["iso"][:16].replace("T", " ") if row["due"] else ""
    return [
        row["no"], row["title"], row["colour"]["name"], row["stage"], str(row["round"]), row["category"], row["place"],
        row["unit"], row["holder"], due, "超期" if row["overdue"] else "", row["opened"], row["closed"],
        row["outcome"], row["source"],
    ]  # fmt: skip


async def own_export(session: Session, actor: Actor, job_id: str) -> JobRow:
    """A job of one's own that makes, or made, such a table.

    Raises:
        NotFound: there is none, it is another's, or too old.
    """
    row = await find_job(session, job_id)
    if row is None or (row.kind, row.person_id) != (JOB, actor.person_id) or datetime.now(UTC) - row.at > HELD_FOR:
        raise NotFound("没有这个导出，或者已超过24小时")
    return row


async def fetched(services: Services, session: Session, actor: Actor, job_id: str, form: str) -> tuple[str, bytes]:
    """The file's name and content; that it was fetched is on record before.

    Raises:
        NotFound: there is none for this person, or it is not done.
        StoreUnavailable: it can't be noted now.
    """
    job = await own_export(session, actor, job_id)
    if job.state != "done":
        raise NotFound("导出还没有完成")
    rows = [Row.model_validate(each).cells for each in job.sealed["results"]]
    request, at = job.sealed["request"], china(job.at)
    mark = f"{request['name']} 于 {at:%Y-%m-%d %H:%M} 导出 · 事由：{request['reason']} · 共 {len(rows)} 件 · 内部使用"
    await session.close()
    shown = {"reason": request["reason"], "count": len(rows), "shown": [row[0] for row in rows[:200]]}
    services.access.note(actor.person_id, None, "export:disputes:fetch", about=shown)
    await services.access.written()
    name = f"纠纷_{request['name']}_{at:%Y%m%d%H%M}_{_tame(request['reason'])}.{form}"
    return name, (_workbook if form == "xlsx" else _csv)(mark, rows)


def _tame(reason: str) -> str:
    return "".join(c for c in reason if c.isalnum())[:20]


def _csv(mark: str, rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerows([[plain_cell(cell) for cell in line] for line in ([mark], COLUMNS, *rows)])
    return text.getvalue().encode("utf-8-sig")


def _workbook(mark: str, rows: list[list[str]]) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("纠纷")
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&L{mark.replace('&', '&&')[:200]}&R第 &P 页，共 &N 页")
    for n, line in enumerate(([mark], COLUMNS, *rows)):
        sheet.write_row(n, 0, line)
    sheet.freeze_panes(2, 1)
    sheet.set_column(0, 0, 15)
    sheet.set_column(1, len(COLUMNS) - 1, 18)
    book.close()
    return buffer.getvalue()
