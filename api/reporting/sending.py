"""Sending what a report holds: each of its disputes by its own decision, once, whoever does it and how often."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import structlog

from api.core.context import Services
from api.core.schemas import JsonObject
from api.tasks.schemas import Answering, Decided
from api.tasks.service import decide
from domain.errors import FieldsInvalid, NotFound, Refused, SantuiError, Unavailable
from domain.people.organisation import Actor
from domain.transitions.triage.reporting import ANSWERS, APPROVAL
from infra.database.engine import Session
from infra.database.tables.reporting import ReportItemRow, ReportRow
from infra.read_model.tasks import find_task
from infra.records.reporting.reports import refuse_item, report_by_number, waiting_items, waiting_of

log = structlog.get_logger()
EVERY = 5.0
"""Seconds between two looks for what a crash or an outage left unsent."""
LEFT_ALONE = timedelta(seconds=20)
"""What is younger is left to the request that brought it."""
AT_ONCE = 8
"""Disputes of a report that go up side by side."""
MOST = 200
"""Disputes that one look sends."""


async def send_waiting(services: Services, number: str) -> None:
    """Sends up what waits of a report; what could not be sent for an outage waits on."""
    async with services.database.read() as session:
        report = await report_by_number(session, number)
        items = await waiting_of(session, number)
    if report and items:
        await _send(services, report, items)


async def keep_reporting(services: Services) -> None:
    """Sends what was left, for as long as the process lives."""
    while True:
        await asyncio.sleep(EVERY)
        try:
            # One process of a machine at a time; on several machines one may be sent twice, which its key makes once.
            with services.places.taken("reports") as alone:
                if alone:
                    await send_left(services, datetime.now(UTC) - LEFT_ALONE)
        except Unavailable as error:
            log.warning("reports_wait", code=error.code)


async def send_left(services: Services, before: datetime) -> int:
    """One try at everything that has been waiting since before an instant; answers how many reports that were."""
    async with services.database.read() as session:
        items = await waiting_items(session, before=before, limit=MOST)
    numbers = list(dict.fromkeys(item.number for item in items))
    if numbers and not await services.engine.answers():
        return 0
    for number in numbers:
        await send_waiting(services, number)
    return len(numbers)


async def _send(services: Services, report: ReportRow, items: Sequence[ReportItemRow]) -> None:
    actor = await services.actors.acting(report.sent_by, datetime.now(UTC))
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(item: ReportItemRow) -> None:
        async with turns:
            await _send_one(services, report.number, item, actor)

    await asyncio.gather(*(one(item) for item in items))


async def _send_one(services: Services, number: str, item: ReportItemRow, actor: Actor | None) -> None:
    """The image that the decision makes says that it was sent (`infra.records.reporting.reports`)."""
    if actor is None:
        await refuse_item(services.database, number, item.task_id, "报送人已不在岗")
        return
    try:
        async with services.database.read() as session:
            answering = await _answer(session, actor, item, number)
            taken = await decide(services, session, actor, item.task_id, answering, number)
        if isinstance(taken.body, Decided) and taken.body.published:  # its image is written, and says what it reported
            await refuse_item(services.database, number, item.task_id, "已办理，但本级办理后未上报")
    except Refused as refusal:
        await refuse_item(services.database, number, item.task_id, _words(refusal))
    except Unavailable as error:
        log.warning("report_item_waits", number=number, code=error.code)


async def _answer(session: Session, actor: Actor, item: ReportItemRow, number: str) -> Answering:
    """The decision by which a task goes up with others; what was suggested to who approves stands."""
    row = await find_task(session, actor, item.task_id)
    if row is None:
        raise NotFound("没有这个待办")
    fields: JsonObject = {"bundle": number}
    if row.kind == APPROVAL:
        fields["suggested"] = row.sealed["about"].get("suggested", [])
    return Answering(decision=ANSWERS[row.kind], fields=fields)


def _words(refusal: SantuiError) -> str:
    said = "；".join(str(e["message"]) for e in refusal.errors) if isinstance(refusal, FieldsInvalid) else ""
    return said or refusal.detail or refusal.title
