"""Reporting up: `/v1/desk-days`, `/v1/reports`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from api.core.deps import ActorDep, CursorDep, KeyDep, LimitDep, ServicesDep, SessionDep
from api.core.documentation import READ, WRITE, problems
from api.core.responses import as_response
from api.core.schemas import Listed
from api.reporting import service
from api.reporting.schemas import DeskDay, Report, ReportIn, ReportItem
from domain.policy.fields import Code, Day

router = APIRouter(prefix="/v1", tags=["reporting"])
DayDep = Annotated[Day | None, Query()]


@router.get("/desk-days", response_model=DeskDay, response_model_exclude_unset=True, responses=problems(READ))
async def get_desk_day(
    services: ServicesDep, session: SessionDep, actor: ActorDep, day: DayDep = None, organisation: Code | None = None,
    limit: LimitDep = 50, cursor: CursorDep = None,
) -> DeskDay:  # fmt: skip
    """What the person's desk judges on a day (today), the unreviewed on top, those owed from before among them
    (Q-040). With `organisation` the desks of it and below, for who oversees them.
    """
    return await service.day_of_desk(services, session, actor, day, organisation, limit, cursor)


@router.get("/reports", response_model=Listed[ReportItem], response_model_exclude_unset=True, responses=problems(READ))
async def get_reports(
    services: ServicesDep, session: SessionDep, actor: ActorDep, day: DayDep = None, organisation: Code | None = None,
    limit: LimitDep = 50, cursor: CursorDep = None,
) -> Listed[ReportItem]:  # fmt: skip
    """Reports (报送), the newest first: those the person sent, and those with a dispute he may see (Q-042)."""
    return await service.listed_reports(services, session, actor, day, organisation, limit, cursor)


@router.get("/reports/{number}", response_model=Report, response_model_exclude_unset=True, responses=problems(READ))
async def get_report(services: ServicesDep, session: SessionDep, actor: ActorDep, number: Code) -> Report:
    """A report with its disputes."""
    return await service.whole_report(services, session, actor, number)


@router.post("/reports", status_code=201, response_model=Report, responses=problems(WRITE))
async def post_report(
    services: ServicesDep, session: SessionDep, actor: ActorDep, asked: ReportIn, key: KeyDep = None
) -> JSONResponse:
    """Reports up (报送) what the desk has judged, or what leaves the police with approval: one alone, or at most a
    hundred as a bundle, under one number of the organisation's series of the day.

    Each dispute goes up as by `confirm`, or by `approve` with what was suggested; what is refused stays at the desk,
    `refused` with the reason. Where no engine answers it is `waiting`, and goes up when one does.
    """
    return as_response(await service.report_up(services, session, actor, asked, key))
