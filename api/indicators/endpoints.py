"""Indicators: figures by organisation and month, the cases behind each number, and the workbook."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Response

from api.core.context import Services
from api.core.deps import ActorDep, CursorDep, LimitDep, ServicesDep
from api.disputes.presenters import dispute_item
from api.indicators.service import Part, Question, QuestionDep, answer, group_key
from api.indicators.workbook import MEDIA_TYPE, workbook
from domain.errors import FieldsInvalid
from domain.indicators.definitions import DEFINITIONS
from domain.people.organisation import Actor
from infra.database.pagination import cursor_of, read_cursor
from infra.read_model.indicators import cases_behind, disputes_among

router = APIRouter(prefix="/v1", tags=["indicators"])


@router.get("/indicators")
async def get_indicators(services: ServicesDep, actor: ActorDep, question: QuestionDep) -> dict[str, Any]:
    """The indicators of a period (both days inclusive, it closes at 24:00 Asia/Shanghai), read on a day.

    `values` gives for each indicator `value` (per cent or number; none is shown as “—”), `numerator`, `denominator`,
    `participated` (with the parts taken beside others), `amended` (taken back after the period had closed) and `marks`;
    `compared` the period before and the same days a year before, rates in percentage points.
    """
    return await answer(services, question)


@router.get("/indicators/cases")
async def get_cases(
    services: ServicesDep,
    actor: ActorDep,
    question: QuestionDep,
    indicator: Annotated[str, Query(max_length=64)],
    part: Part = "numerator",
    group: Annotated[str | None, Query(max_length=64, description="`by`之下的一组，如单位代码")] = None,
    limit: LimitDep = 50,
    cursor: CursorDep = None,
) -> dict[str, Any]:
    """The disputes behind a number, in order of their number; `count` says how many there are in all.

    `counted_colour` is the colour in force at the event, `first_colour` that with which the dispute began, `colour` the
    present one. A number may count several events of one dispute, and disputes the person may not open: those are
    counted only.
    """
    return await cases(services, actor, question, indicator, part, group, limit, cursor)


async def cases(
    services: Services, actor: Actor, question: Question, indicator: str, part: Part, group: str | None, limit: int,
    cursor: str | None,
) -> dict[str, Any]:  # fmt: skip
    """See `get_cases`.

    Raises:
        FieldsInvalid: no such indicator or group.
    """
    definition = DEFINITIONS.get(indicator)
    if definition is None:
        raise FieldsInvalid(errors=[{"field": "indicator", "message": f"没有代码为“{indicator}”的指标"}])
    key = await group_key(services, question.by, group)
    after = read_cursor(cursor, str)[0] if cursor else ""
    async with services.database.read() as session:
        behind = await cases_behind(session, definition, question.span, question.scope, part, key)
        wanted = [number for number in behind if number > after]
        rows = await disputes_among(session, actor, wanted[:limit])
    more = cursor_of(wanted[limit - 1]) if len(wanted) > limit else None
    items = [
        {**dispute_item(row), "counted_colour": behind[row.dispute_no].colour,
         "first_colour": behind[row.dispute_no].first_colour}
        for row in rows
    ]  # fmt: skip
    return {"count": len(behind), "items": items, "next_cursor": more}


@router.get("/indicators.xlsx", response_class=Response, responses={200: {"content": {MEDIA_TYPE: {}}}})
async def get_workbook(services: ServicesDep, actor: ActorDep, question: QuestionDep) -> Response:
    """The same figures as a workbook: numbers as numbers, the definitions on a sheet of their own."""
    told = await answer(services, question)
    content = await asyncio.to_thread(workbook, told, actor.name)
    services.access.note(actor.person_id, None, "export:indicators")
    name = f"指标_{told['period']['from']}_{told['period']['to']}.xlsx"
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type=MEDIA_TYPE, headers=headers)
