"""看板: the figures at a glance, with charts; also what is printed, or kept as a PDF by the browser."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from api.core.deps import ServicesDep, SessionDep
from api.indicators.asked import AskedDep, WordDep
from api.indicators.board import AMONG, RANKED, USUAL, board
from api.indicators.board_view import four_view, funnel_view, heat_view, months_view, ranking_view
from api.indicators.figure_view import again, pickable, presets
from api.web.errors import PageRoute
from api.web.organisation_labels import offices_of
from api.web.rendering import show
from api.web.session import ViewerDep
from domain.base import china
from domain.indicators.attribution import ATTRIBUTIONS
from domain.policy.matters.matter import MATTER_NAMES, REPORTED
from domain.triage.places import Kind

router = APIRouter(route_class=PageRoute)
PAGE = "/indicators/board"
IN_FORM = {"from", "to", "organisation", "matter"}


@router.get(PAGE)
async def board_page(
    request: Request,
    services: ServicesDep,
    session: SessionDep,
    viewer: ViewerDep,
    asked: AskedDep,
    among: WordDep = "",
    rank: WordDep = "",
) -> Response:
    """The board; what can't be asked so is said above the usual one."""
    among, rank = among if among in AMONG else Kind.TOWN, rank if rank in RANKED else USUAL
    asked.typed["by"] = ""
    question = await asked.question(services, session, viewer)
    found = await board(services, session, question, among=among, by_code=rank)
    offices = await offices_of(services, session)
    here = again(question)
    return show(
        request,
        "indicator_board.html",
        viewer,
        asked={"organisation": "", **here},
        carried=[(name, value) for name, value in here.items() if name not in IN_FORM],
        errors=asked.errors,
        offices=await pickable(services, session, viewer, offices),
        office=offices.label(question.organisation) or "全部管辖范围",
        matters=[(str(matter), MATTER_NAMES[matter]) for matter in REPORTED],
        matter=str(question.scope.matter),
        matter_name=MATTER_NAMES[question.scope.matter],
        attribution="" if question.scope.attribution == "any" else ATTRIBUTIONS[question.scope.attribution],
        presets=presets(question, PAGE),
        period=f"{question.period.first} 至 {question.period.last}",
        as_of=question.as_of.isoformat(),
        counted_at=f"{china(found.counted_at):%Y-%m-%d %H:%M}",
        compared=[f"{p.first} 至 {p.last}" for p in (question.period.before, question.period.year_before)],
        taken=f"{china(datetime.now(UTC)):%Y-%m-%d %H:%M}",
        four_figures=four_view(found),
        months=months_view(found),
        funnel=funnel_view(found),
        ranking_of=ranking_view(found, among, rank, PAGE),
        heat_of=heat_view(found),
        details=f"/indicators?{urlencode(here)}",
        workbook=f"/indicators.xlsx?{urlencode(here)}",
    )
