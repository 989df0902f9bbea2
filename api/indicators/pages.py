"""指标: the figures of a period, each number a link to its cases, and what each of them means."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from api.core.context import Services
from api.core.deps import CursorDep, ServicesDep, SessionDep
from api.core.responses import as_download
from api.indicators import service
from api.indicators.asked import AskedDep, WordDep
from api.indicators.figure_view import again, cell_view, definition_view, pickable, presets, total_view
from api.indicators.question import BY, Part, Question
from api.indicators.schemas import CountedDispute, DefinitionItem, FigureRow, Indicators
from api.indicators.workbook import MEDIA_TYPE
from api.oversight.figure_supervision import STATES, listed_supervisions
from api.web.errors import PageRoute
from api.web.formatting import colour, due, present, stamp
from api.web.organisation_labels import Offices, offices_of
from api.web.rendering import View, show
from api.web.session import Viewer, ViewerDep
from domain.indicators.attribution import ATTRIBUTIONS
from domain.indicators.definitions import DEFINITIONS
from domain.indicators.formulas import SECTIONS, WINDOWS
from domain.policy.matters.matter import MATTER_NAMES, REPORTED
from infra.database.engine import Session

router = APIRouter(route_class=PageRoute)
PAGE = 30
PARTS = {"numerator": "分子", "denominator": "分母"}


@router.get("/indicators")
async def indicators_page(
    request: Request,
    services: ServicesDep,
    session: SessionDep,
    viewer: ViewerDep,
    asked: AskedDep,
) -> Response:
    """The figures."""
    question = await asked.question(services, session, viewer)
    codes = tuple(code for code, definition in DEFINITIONS.items() if definition.section == asked.section)
    found = await service.indicators(services, session, question, codes)
    offices = await offices_of(services, session)
    return show(
        request,
        "indicators.html",
        viewer,
        asked={"organisation": "", "by": "", **again(question)},
        errors=asked.errors,
        offices=await pickable(services, session, viewer, offices),
        office=offices.label(question.organisation) or "全部管辖范围",
        groups=list(BY.items()),
        matters=[(str(matter), MATTER_NAMES[matter]) for matter in REPORTED],
        matter=str(question.scope.matter),
        attributions=list(ATTRIBUTIONS.items()),
        attribution=ATTRIBUTIONS[question.scope.attribution],
        overlapping=question.by == "organisation" and question.scope.attribution == "any",
        by=BY[question.by] if question.by else "",
        windows={name: [(n, f"{n}天") for n in days] for name, days in WINDOWS.items()},
        presets=presets(question, "/indicators"),
        closes=f"{question.period.last:%Y-%m-%d} 24:00",
        as_of=question.as_of.isoformat(),
        counted_at=f"{found.counted_at:%Y-%m-%d %H:%M}",
        supervised=await _supervised(services, session, viewer, question),
        sections=_sections(question, found),
        columns=[d.name for d in _of(found, asked.section)],
        tabs=_tabs(question, asked.section) if question.by else [],
        rows=[_group(question, row, _of(found, asked.section)) for row in found.rows] if question.by else [],
        workbook=f"/indicators.xlsx?{urlencode(again(question))}",
        board=f"/indicators/board?{urlencode(again(question))}",
    )


@router.get("/indicators.xlsx")
async def workbook_page(services: ServicesDep, session: SessionDep, viewer: ViewerDep, asked: AskedDep) -> Response:
    """The workbook of what the page shows."""
    question = await asked.question(services, session, viewer)
    book = await service.export(services, session, viewer.actor, question)
    return as_download(book.content, MEDIA_TYPE, book.name)


@router.get("/indicators/cases")
async def cases_page(
    request: Request,
    services: ServicesDep,
    session: SessionDep,
    viewer: ViewerDep,
    asked: AskedDep,
    indicator: WordDep,
    part: Part = "numerator",
    group: WordDep = "",
    cursor: CursorDep = None,
) -> Response:
    """The disputes behind a number."""
    question = await asked.question(services, session, viewer)
    page = await service.cases(services, session, viewer.actor, question, indicator, part, group or None, PAGE, cursor)
    definition = DEFINITIONS[indicator]
    offices = await offices_of(services, session)
    here = {**again(question), "indicator": indicator, "part": part, "group": group}
    return show(
        request,
        "indicator_cases.html",
        viewer,
        name=definition.name,
        part=PARTS[part] if definition.rate else "",
        formula=definition.formula,
        group=await service.group_name(services, session, question.by, group) if group else "",
        office=offices.label(question.organisation) or "全部管辖范围",
        attribution="" if question.scope.attribution == "any" else ATTRIBUTIONS[question.scope.attribution],
        source=definition.source_words,
        period=f"{question.period.first} 至 {question.period.last}",
        count=page.count,
        items=[_case(item, offices) for item in page.items],
        more=f"/indicators/cases?{urlencode({**here, 'cursor': page.next_cursor})}" if page.next_cursor else "",
        back=f"/indicators?{urlencode(again(question))}",
    )


async def _supervised(services: Services, session: Session, viewer: Viewer, question: Question) -> list[View]:
    """What figures have called down and is not over, of the organisations that are asked about."""
    page = await listed_supervisions(services, session, viewer.actor, "open", question.organisation, 5, None)
    return [
        {"href": f"/figure-supervisions/{s.supervision_id}", "office": s.organisation_name, "month": s.month,
         "findings": [finding.words for finding in s.findings], "state": STATES[s.state]}
        for s in page.items
    ]  # fmt: skip


def _of(found: Indicators, section: str) -> list[DefinitionItem]:
    return [definition for definition in found.definitions if definition.section == section]


def _sections(question: Question, found: Indicators) -> list[View]:
    """The whole, part by part, with what each figure means."""
    return [
        {
            "code": code,
            "name": name,
            "total": [total_view(question, found.total, definition) for definition in _of(found, code)],
            "definitions": [definition_view(definition) for definition in _of(found, code)],
        }
        for code, name in SECTIONS.items()
    ]


def _tabs(question: Question, shown: str) -> list[View]:
    """Which part of the indicators the groups are told apart by."""
    return [
        {"name": name, "href": f"/indicators?{urlencode({**again(question), 'show': code})}#groups",
         "current": code == shown}
        for code, name in SECTIONS.items()
    ]  # fmt: skip


def _group(question: Question, row: FigureRow, definitions: list[DefinitionItem]) -> View:
    cells = [
        {
            **cell_view(question, definition, row),
            "name": definition.name,
            "rank": row.ranks[definition.code].shown if definition.code in row.ranks else "",
        }
        for definition in definitions
    ]
    return {"name": row.name, "cells": cells}


def _case(item: CountedDispute, offices: Offices) -> View:
    now = present(item.ahead)
    return {
        "href": f"/disputes/{item.dispute_no}",
        "no": item.dispute_no,
        "title": item.title,
        "colour": colour(item.colour),
        "was": _was(item),
        "stage": item.stage_name,
        "round": item.round,
        "office": offices.label(item.organisation),
        "opened": stamp(item.opened_at, now),
        "due": due(item.due_at, item.overdue, now) if item.due_at and not item.closed_at else None,
    }


def _was(item: CountedDispute) -> str:
    """The colours a recoloured dispute had, where they are not the present one."""
    earlier = {"初始": item.first_colour, "计数时": item.counted_colour}
    return "，".join(f"{when}{colour(code)['name']}" for when, code in earlier.items() if code != item.colour)
