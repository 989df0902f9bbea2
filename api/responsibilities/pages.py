"""The page 责任清单: the 81 classes with their lead units as of a day, and the editions that make it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from fastapi import APIRouter, Request, Response

from api.core.deps import ServicesDep
from api.responsibilities import service
from api.responsibilities.schemas import ListEdition
from api.web.errors import PageRoute
from api.web.rendering import View, show
from api.web.session import ViewerDep
from domain.triage.lexicon import Lexicon

router = APIRouter(route_class=PageRoute)
FIRST, LAST = 1900, 2199


@router.get("/responsibilities")
async def responsibilities_page(request: Request, services: ServicesDep, viewer: ViewerDep, on: str = "") -> Response:
    """The list of a day, today's where none is given or what is given is no day."""
    day, wrong = _day(on)
    lexicon = service.list_of(services, day)
    editions = service.list_editions(services).items
    rows = [
        {
            "group": group.name,
            "rows": [_row(lexicon, category.code) for category in group.categories],
        }
        for group in lexicon.listed.groups
    ]
    return show(
        request, "responsibilities.html", viewer, groups=rows, editions=[_edition(e, lexicon) for e in editions],
        on=on[:10], wrong=wrong, count=len(lexicon.categories), status=422 if wrong else 200,
    )  # fmt: skip


def _day(written: str) -> tuple[date | None, str]:
    if not written.strip():
        return None, ""
    try:
        day = date.fromisoformat(written.strip()[:10])
    except ValueError:
        return None, "日期应写作 2026-11-01；现显示今日的清单"
    return (day, "") if FIRST <= day.year <= LAST else (None, "日期超出范围；现显示今日的清单")


def _row(lexicon: Lexicon, code: str) -> View:
    found = lexicon.categories[code]
    return {
        "name": found.name,
        "lead": _unit(lexicon, found.lead),
        "others": _units(lexicon, found.cooperating),
        "divert": found.non_police,
    }


def _edition(edition: ListEdition, lexicon: Lexicon) -> View:
    return {
        "title": edition.title,
        "since": f"{edition.effective:%Y-%m-%d} 起施行" if edition.effective else "",
        "day": f"{edition.effective:%Y-%m-%d}" if edition.effective else "",
        "state": service.STATES[edition.state],
        "current": edition.state == "current",
        "changed": [
            f"{row.name}：牵头 {_unit(lexicon, row.lead)}，配合 {_units(lexicon, row.cooperating) or '无'}"
            for row in edition.changed
        ],
    }


def _unit(lexicon: Lexicon, code: str) -> str:
    return lexicon.listed.departments[code].name


def _units(lexicon: Lexicon, codes: Iterable[str]) -> str:
    return "、".join(_unit(lexicon, code) for code in codes)
