"""The page 警源分析: where calls come from, and the disputes of a department's trade."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from api.calls import service
from api.calls.schemas import Calls, Counted, Origin
from api.core.deps import ServicesDep, SessionDep
from api.indicators.parameters import TypedDay, typed_day
from api.web.errors import PageRoute
from api.web.organisation_labels import offices_of
from api.web.rendering import View, show
from api.web.session import ViewerDep
from domain.errors import FieldsInvalid
from domain.people.organisation import within
from domain.people.permissions import overseen
from domain.policy.intake.sources import SOURCE_NAMES
from domain.triage.places import Kind

router = APIRouter(route_class=PageRoute)
_NOT_PICKED = {Kind.BEAT, Kind.GRID, Kind.VILLAGE}
WordDep = Annotated[str, Query(max_length=64)]


@router.get("/indicators/calls")
async def calls_page(
    request: Request,
    services: ServicesDep,
    session: SessionDep,
    viewer: ViewerDep,
    first: Annotated[TypedDay, Query(alias="from")] = "",
    last: Annotated[TypedDay, Query(alias="to")] = "",
    organisation: WordDep = "",
    source: WordDep = "",
    trade: WordDep = "",
) -> Response:
    """The analysis of a period; what can't be asked so is said beside the form, and nothing typed is lost."""
    typed = {"from": first, "to": last, "organisation": organisation, "source": source, "trade": trade}
    errors, found = list[str](), None
    try:
        found = await service.analysed(
            services, session, viewer.actor, first=typed_day(first, "from", "首日"),
            last=typed_day(last, "to", "末日"),
            organisation=organisation or None, source=source or None, trade=trade or None,
        )  # fmt: skip
    except FieldsInvalid as error:
        errors = [str(e["message"]) for e in error.errors]
    offices = await offices_of(services, session)
    directory = await services.directory.read(session)
    paths = overseen(viewer.actor)
    listed = [o for o in directory.organisations if any(within(o.path, path) for path in paths)]
    led = {category.lead for category in services.policy.lexicon.categories.values()}
    own = services.policy.playbook.process.sources
    return show(
        request, "calls.html", viewer, status=422 if errors else 200, typed=typed, errors=errors,
        offices=[(o.code, offices.label(o.code)) for o in listed if o.kind not in _NOT_PICKED],
        trades=[(o.code, o.name) for o in listed if o.code in led],
        sources=[(code, own[code].name if code in own else name) for code, name in {**SOURCE_NAMES, **{
            code: each.name for code, each in own.items()}}.items()],
        found=_found(found, typed) if found else None,
    )  # fmt: skip


def _found(found: Calls, typed: dict[str, str]) -> View:
    most = max((hour.reports for hour in found.by_hour), default=0)
    return {
        "period": f"{found.period.from_} 至 {found.period.to}",
        "total": _row(found.total, ""),
        "trade": found.trade,
        "definitions": found.definitions,
        "parts": [
            {"name": name, "rows": [_origin(row, f"/indicators/calls?{urlencode({**typed, 'source': row.code})}"
                                            if name == "来源" else "") for row in rows]}
            for name, rows in (("来源", found.by_source), ("类别", found.by_category), ("警格", found.by_beat))
        ],
        "hours": [{"name": h.name, "reports": h.reports, "most": 0 < h.reports == most} for h in found.by_hour],
        "places": [{**_row(place, place.address or "（无权查看的地点）"), "numbers": place.dispute_nos}
                   for place in found.places],
    }  # fmt: skip


def _origin(row: Origin, href: str) -> View:
    return {**_row(row, row.name), "href": href}


def _row(row: Counted, name: str) -> View:
    return {"name": name, **row.model_dump(include={"reports", "repeats", "matters", "resolved", "handled"})}
