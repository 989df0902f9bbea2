"""The rows of a file registered, each as a report by itself: by the same service, under its own number.

A row that was recorded before is not recorded again, so the job may be killed anywhere and begun anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import structlog

from api.core.context import Services
from api.core.schemas import JsonObject
from api.importing.reading import Row
from api.incident_import.schemas import Came, RowWrong
from api.incident_import.sheet import NARRATIVE, Reader
from api.incident_import.trial import checked, reader_for, rows_of, said
from api.intake.schemas import IncidentIn, NumberConflict, Received
from api.intake.service import take_in
from domain.base import china
from domain.errors import FieldsInvalid, NotEntitled, Refused, Unavailable
from domain.people.organisation import Actor
from infra.database.engine import Session
from infra.records.deputies import acting

TRIES = 6
"""How often a row is tried that could not be recorded because something was away, or there was too much to do."""
FIRST_WAIT = 1.0
"""Seconds until the second try; then twice as long each time."""
log = structlog.get_logger()


async def taken_in(services: Services, request: JsonObject) -> AsyncIterator[Came]:
    """Registers the rows one after the other."""
    asked_at, seen = datetime.fromisoformat(request["at"]), dict[str, int]()
    for row in rows_of(request):
        came = await _row(services, request["person_id"], row)
        if came.incident_id and (first := seen.setdefault(came.incident_id, row.number)) != row.number:
            came = came.model_copy(update={"outcome": "twice", "with_row": first})
        elif came.incident_id and came.received_at < asked_at:
            came = came.model_copy(update={"outcome": "known"})
        yield Came.model_validate(came.model_dump(exclude={"received_at"}))


class _Taken(Came):
    received_at: datetime = datetime.min.replace(tzinfo=UTC)


async def _row(services: Services, person_id: str, row: Row) -> _Taken:
    wait = FIRST_WAIT
    for left in reversed(range(TRIES)):
        try:
            async with services.database.read() as session:
                actor = await acting(session, person_id, datetime.now(UTC))
                if actor is None:
                    raise NotEntitled("账号已停用或没有岗位，没有继续")
                return await _taken(services, session, actor, await reader_for(services, session, actor), row)
        except Unavailable as error:
            log.warning("import_row_waits", row=row.number, code=error.code, left=left)
            if left:
                await asyncio.sleep(wait)
                wait *= 2
    wrong = RowWrong(row=row.number, field=NARRATIVE, message="系统繁忙，本行没有登记，请稍后重新导入")
    return _Taken(row=row.number, outcome="wrong", errors=[wrong])


async def _taken(services: Services, session: Session, actor: Actor, reader: Reader, row: Row) -> _Taken:
    report, wrong = await checked(services, session, actor, reader, row)
    if report is None:
        return _Taken(row=row.number, outcome="wrong", errors=wrong)
    try:
        answer = await take_in(services, session, actor, report, None)
    except FieldsInvalid as error:
        return _Taken(row=row.number, outcome="wrong", errors=said(reader, row, report, error))
    except Refused as error:
        refused = RowWrong(row=row.number, field=NARRATIVE, message=error.detail)
        return _Taken(row=row.number, outcome="wrong", errors=[refused])
    return _as(services, answer.body, report, row)


def _as(services: Services, body: NumberConflict | Received, report: IncidentIn, row: Row) -> _Taken:
    return _Taken(
        row=row.number,
        outcome="joined" if body.joined else "new",
        dispute_no=body.dispute_no,
        incident_id=body.incident_id,
        category=body.triage.category_name,
        colour=body.triage.colour,
        police=body.triage.police,
        number_taken=isinstance(body, NumberConflict),
        received_at=china(body.received_at),
    )
