"""指标: the figures of a period, each number a link to its cases, and what each of them means."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response

from api.core.context import Services
from api.core.deps import CursorDep, ServicesDep, SessionDep
from api.core.responses import as_download
from api.indicators import service
from api.indicators.parameters import TypedDay, typed_day
from api.indicators.question import BY, Part, Question, ask, today
from api.indicators.schemas import CountedDispute, DefinitionItem, FigureRow, Indicators
from api.indicators.workbook import BASES, BETTER, MEDIA_TYPE
from api.oversight.figure_supervision import STATES, listed_supervisions
from api.web.errors import PageRoute
from api.web.formatting import colour, due, present, stamp
from api.web.organisation_labels import Offices, offices_of
from api.web.rendering import View, show
from api.web.session import Viewer, ViewerDep
from domain.errors import FieldsInvalid
from domain.indicators.attribution import ATTRIBUTIONS
from domain.indicators.definitions import DEFINITIONS
from domain.indicators.formulas import DEFAULT_WINDOWS, SECTIONS, WINDOWS, Comparison
from domain.people.organisation import within
from domain.people.permissions import overseen
from domain.policy.matters.matter import MATTER_NAMES, REPORTED, Matter, usual
from domain.triage.places import Kind
from infra.database.engine import Session

router = APIRouter(route_class=PageRoute)
PAGE = 30
PARTS = {"numerator": "分子", "denominator": "分母"}
_NOT_PICKED = {Kind.BEAT, Kind.GRID, Kind.VILLAGE}
WordDep = Annotated[str, Query(max_length=64)]


class Asked:
    """What the page's form holds, as typed; what can't be used is an error beside the form, and left out."""

    def __init__(
        self,
        first: Annotated[TypedDay, Query(alias="from")] = "",
        last: Annotated[TypedDay, Query(alias="to")] = "",
        organisation: WordDep = "",
        by: WordDep = "",
        attribution: WordDep = "any",
        show: WordDep = "four",
        relapse_days: WordDep = "",
        repeat_days: WordDep = "",
        matter: WordDep = "",
    ) -> None:
        self.typed = {"from": first, "to": last, "organisation": organisation, "by": by,
                      "attribution": attribution, "relapse_days": relapse_days, "repeat_days": repeat_days}  # fmt: skip
        self.matter = next((known for known in REPORTED if known == matter), Matter.DISPUTE)
        self.errors: list[str] = []
        self.section = show if show in SECTIONS else "four"

    async def question(self, services: Services, session: Session, viewer: Viewer) -> Question:
        """The question, or the usual one where it can't be asked like that."""
        typed = self.typed
        windows = {
            name: int(typed[f"{name}_days"]) if typed[f"{name}_days"].isdigit() else days
            for name, days in DEFAULT_WINDOWS.items()
        }
        by: Any = typed["by"] if typed["by"] in BY else None
        part: Any = typed["attribution"] if typed["attribution"] in ATTRIBUTIONS else "any"
        try:
            return await ask(
                services, session, viewer.actor, first=typed_day(typed["from"], "from", "首日"),
                last=typed_day(typed["to"], "to", "末日"),
                organisation=typed["organisation"] or None, by=by, as_of=None, windows=windows,
                attribution=part, matter=self.matter,
            )  # fmt: skip
        except FieldsInvalid as error:
            self.errors += [str(e["message"]) for e in error.errors]
            return await ask(services, session, viewer.actor, first=None, last=None, organisation=None, by=by,
                             as_of=None, windows=DEFAULT_WINDOWS, attribution=part, matter=self.matter)  # fmt: skip


AskedDep = Annotated[Asked, Depends()]


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
    found = await service.indicators(services, session, question)
    offices = await offices_of(services, session)
    return show(
        request,
        "indicators.html",
        viewer,
        asked={"organisation": "", "by": "", **_again(question)},
        errors=asked.errors,
        offices=await _offices(services, session, viewer, offices),
        office=offices.label(question.organisation) or "全部管辖范围",
        groups=list(BY.items()),
        matters=[(str(matter), MATTER_NAMES[matter]) for matter in REPORTED],
        matter=str(question.scope.matter),
        attributions=list(ATTRIBUTIONS.items()),
        attribution=ATTRIBUTIONS[question.scope.attribution],
        overlapping=question.by == "organisation" and question.scope.attribution == "any",
        by=BY[question.by] if question.by else "",
        windows={name: [(n, f"{n}天") for n in days] for name, days in WINDOWS.items()},
        presets=_presets(question),
        closes=f"{question.period.last:%Y-%m-%d} 24:00",
        as_of=question.as_of.isoformat(),
        supervised=await _supervised(services, session, viewer, question),
        sections=_sections(question, found),
        columns=[d.name for d in _of(found, asked.section)],
        tabs=_tabs(question, asked.section) if question.by else [],
        rows=[_group(question, row, _of(found, asked.section)) for row in found.rows] if question.by else [],
        workbook=f"/indicators.xlsx?{urlencode(_again(question))}",
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
    again = {**_again(question), "indicator": indicator, "part": part, "group": group}
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
        more=f"/indicators/cases?{urlencode({**again, 'cursor': page.next_cursor})}" if page.next_cursor else "",
        back=f"/indicators?{urlencode(_again(question))}",
    )


async def _supervised(services: Services, session: Session, viewer: Viewer, question: Question) -> list[View]:
    """What figures have called down and is not over, of the organisations that are asked about."""
    page = await listed_supervisions(services, session, viewer.actor, "open", question.organisation, 5, None)
    return [
        {"href": f"/figure-supervisions/{s.supervision_id}", "office": s.organisation_name, "month": s.month,
         "findings": [finding.words for finding in s.findings], "state": STATES[s.state]}
        for s in page.items
    ]  # fmt: skip


def _again(question: Question) -> dict[str, str]:
    """The question as an address asks it."""
    windows = {f"{name}_days": str(days) for name, days in question.scope.windows.items()}
    asked = {"from": str(question.period.first), "to": str(question.period.last),
             "organisation": question.organisation or "", "by": question.by or "",
             "attribution": question.scope.attribution,
             "matter": "" if usual(question.scope.matter) else str(question.scope.matter), **windows}  # fmt: skip
    return {name: value for name, value in asked.items() if value}


async def _offices(services: Services, session: Session, viewer: Viewer, offices: Offices) -> list[tuple[str, str]]:
    paths = overseen(viewer.actor)
    directory = await services.directory.read(session)
    listed = [o for o in directory.organisations if o.kind not in _NOT_PICKED]
    return [(o.code, offices.label(o.code)) for o in listed if any(within(o.path, path) for path in paths)]


def _of(found: Indicators, section: str) -> list[DefinitionItem]:
    return [definition for definition in found.definitions if definition.section == section]


def _sections(question: Question, found: Indicators) -> list[View]:
    """The whole, part by part, with what each figure means."""
    return [
        {
            "code": code,
            "name": name,
            "total": [_total(question, found.total, definition) for definition in _of(found, code)],
            "definitions": [_definition(definition) for definition in _of(found, code)],
        }
        for code, name in SECTIONS.items()
    ]


def _tabs(question: Question, shown: str) -> list[View]:
    """Which part of the indicators the groups are told apart by."""
    return [
        {"name": name, "href": f"/indicators?{urlencode({**_again(question), 'show': code})}#groups",
         "current": code == shown}
        for code, name in SECTIONS.items()
    ]  # fmt: skip


def _presets(question: Question) -> list[View]:
    now = today()
    month = now.replace(day=1)
    before = month - timedelta(days=1)
    spans = {
        "本月": (month, now),
        "上月": (before.replace(day=1), before),
        "本季": (date(now.year, (now.month - 1) // 3 * 3 + 1, 1), now),
        "本年": (date(now.year, 1, 1), now),
        "上半年": (date(now.year, 1, 1), date(now.year, 6, 30)),
        "下半年": (date(now.year, 7, 1), date(now.year, 12, 31)),
        "自运行以来": (question.live_since, now),
    }
    period = (question.period.first, question.period.last)
    return [
        {
            "name": name,
            "href": "/indicators?" + urlencode({**_again(question), "from": str(first), "to": str(last)}),
            "current": (first, last) == period,
        }
        for name, (first, last) in spans.items()
    ]


def _cell(question: Question, definition: DefinitionItem, row: FigureRow) -> View:
    """A value, and the addresses of the cases behind its two lists."""
    figure = row.values[definition.code]
    asked = {**_again(question), "indicator": definition.code, **({"group": row.group} if row.group else {})}
    rate = definition.kind == "rate"
    return {
        "shown": figure.shown,
        "none": figure.value is None or (not rate and not figure.value),
        "href": f"/indicators/cases?{urlencode({**asked, 'part': 'numerator'})}" if figure.numerator else "",
        "numerator": f"{figure.numerator:g}",
        "denominator": figure.denominator if rate else None,
        "base": f"/indicators/cases?{urlencode({**asked, 'part': 'denominator'})}" if figure.denominator else "",
    }


def _total(question: Question, total: FigureRow, definition: DefinitionItem) -> View:
    figure, compared = total.values[definition.code], total.compared[definition.code]
    beside = {name: n for name, n in figure.marks.items() if n}
    if figure.amended:
        beside["更正"] = figure.amended
    return {
        "code": definition.code,
        "name": definition.name,
        "unit": "" if definition.kind == "rate" else definition.unit,
        "better": BETTER[definition.better],
        **_cell(question, definition, total),
        "previous": _change(definition, compared.previous),
        "year": _change(definition, compared.year),
        "beside": [f"{name} {n}" for name, n in beside.items()],
    }


def _change(definition: DefinitionItem, compared: Comparison) -> dict[str, str]:
    moved = compared.difference if compared.change is None else compared.change
    wanted = {"higher": 1, "lower": -1, "neither": 0}[definition.better]
    tone = "" if not moved or not wanted else "better" if moved * wanted > 0 else "worse"
    return {"shown": compared.shown, "tone": tone}


def _group(question: Question, row: FigureRow, definitions: list[DefinitionItem]) -> View:
    cells = [
        {
            **_cell(question, definition, row),
            "name": definition.name,
            "rank": row.ranks[definition.code].shown if definition.code in row.ranks else "",
        }
        for definition in definitions
    ]
    return {"name": row.name, "cells": cells}


def _definition(definition: DefinitionItem) -> View:
    return {
        "code": definition.code,
        "name": definition.name,
        "formula": definition.formula,
        "edge_cases": definition.edge_cases,
        "basis": BASES[definition.basis],
        "better": BETTER[definition.better],
        "source_words": definition.source_words,
    }


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
