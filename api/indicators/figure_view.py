"""Figures as pages show them: each a way to its cases, compared, with what it means; and the form above them."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlencode

from api.core.context import Services
from api.indicators.question import Question, today
from api.indicators.schemas import DefinitionItem, FigureRow
from api.indicators.workbook import BASES, BETTER
from api.web.organisation_labels import Offices
from api.web.rendering import View
from api.web.session import Viewer
from domain.indicators.formulas import Comparison
from domain.people.organisation import within
from domain.people.permissions import overseen
from domain.policy.matters.matter import usual
from domain.triage.places import Kind
from infra.database.engine import Session

_NOT_PICKED = {Kind.BEAT, Kind.GRID, Kind.VILLAGE}


def again(question: Question) -> dict[str, str]:
    """The question as an address asks it."""
    windows = {f"{name}_days": str(days) for name, days in question.scope.windows.items()}
    asked = {"from": str(question.period.first), "to": str(question.period.last),
             "organisation": question.organisation or "", "by": question.by or "",
             "attribution": question.scope.attribution,
             "matter": "" if usual(question.scope.matter) else str(question.scope.matter), **windows}  # fmt: skip
    return {name: value for name, value in asked.items() if value}


async def pickable(services: Services, session: Session, viewer: Viewer, offices: Offices) -> list[tuple[str, str]]:
    """The organisations that may be asked about: code and name."""
    paths = overseen(viewer.actor)
    directory = await services.directory.read(session)
    listed = [o for o in directory.organisations if o.kind not in _NOT_PICKED]
    return [(o.code, offices.label(o.code)) for o in listed if any(within(o.path, path) for path in paths)]


def presets(question: Question, page: str) -> list[View]:
    """The usual periods, as ways to the page of that address."""
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
            "href": f"{page}?" + urlencode({**again(question), "from": str(first), "to": str(last)}),
            "current": (first, last) == period,
        }
        for name, (first, last) in spans.items()
    ]


def cell_view(question: Question, definition: DefinitionItem, row: FigureRow) -> View:
    """A value, and the addresses of the cases behind its two lists."""
    figure = row.values[definition.code]
    asked = {**again(question), "indicator": definition.code, **({"group": row.group} if row.group else {})}
    rate = definition.kind == "rate"
    return {
        "shown": figure.shown,
        "none": figure.value is None or (not rate and not figure.value),
        "href": f"/indicators/cases?{urlencode({**asked, 'part': 'numerator'})}" if figure.numerator else "",
        "numerator": f"{figure.numerator:g}",
        "denominator": figure.denominator if rate else None,
        "base": f"/indicators/cases?{urlencode({**asked, 'part': 'denominator'})}" if figure.denominator else "",
    }


def total_view(question: Question, total: FigureRow, definition: DefinitionItem) -> View:
    """A figure of the whole, with what it is compared with and what stands beside it."""
    figure, compared = total.values[definition.code], total.compared[definition.code]
    beside = {name: n for name, n in figure.marks.items() if n}
    if figure.amended:
        beside["更正"] = figure.amended
    return {
        "code": definition.code,
        "name": definition.name,
        "unit": "" if definition.kind == "rate" else definition.unit,
        "better": BETTER[definition.better],
        **cell_view(question, definition, total),
        "previous": change_view(definition, compared.previous),
        "year": change_view(definition, compared.year),
        "beside": [f"{name} {n}" for name, n in beside.items()],
    }


def change_view(definition: DefinitionItem, compared: Comparison) -> dict[str, str]:
    """A comparison, and whether it is for the better."""
    moved = compared.difference if compared.change is None else compared.change
    wanted = {"higher": 1, "lower": -1, "neither": 0}[definition.better]
    tone = "" if not moved or not wanted else "better" if moved * wanted > 0 else "worse"
    return {"shown": compared.shown, "tone": tone}


def definition_view(definition: DefinitionItem) -> View:
    """What a figure means."""
    return {
        "code": definition.code,
        "name": definition.name,
        "formula": definition.formula,
        "edge_cases": definition.edge_cases,
        "basis": BASES[definition.basis],
        "better": BETTER[definition.better],
        "source_words": definition.source_words,
    }
