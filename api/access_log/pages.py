"""The page of the access log: who read what, and who was refused."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from api.access_log.labels import noted, outcome
from api.access_log.schemas import AccessItem
from api.access_log.service import accesses
from api.audit.tabs import tabs
from api.core.deps import CursorDep, ServicesDep, SessionDep
from api.web.errors import PageRoute
from api.web.rendering import View, show
from api.web.session import ViewerDep
from infra.records.access_log import OK

router = APIRouter(route_class=PageRoute)
PAGE = 50


@router.get("/audit/access")
async def access_page(
    request: Request,
    services: ServicesDep,
    session: SessionDep,
    viewer: ViewerDep,
    person: Annotated[str, Query(max_length=80)] = "",
    dispute_no: Annotated[str, Query(max_length=40)] = "",
    refused: bool = False,
    cursor: CursorDep = None,
) -> Response:
    """The access log, the latest first."""
    asked: dict[str, str] = {"person": person.strip(), "dispute_no": dispute_no.strip()}
    if refused:
        asked["refused"] = "1"
    page = await accesses(
        services, session, viewer.actor, person=asked["person"] or None, dispute_no=asked["dispute_no"] or None,
        refused=refused, limit=PAGE, cursor=cursor,
    )  # fmt: skip
    filters = {name: value for name, value in asked.items() if value}
    return show(
        request,
        "access.html",
        viewer,
        tabs=await tabs(services, session, viewer, "/audit/access"),
        asked=asked,
        refused=refused,
        filtered=bool(filters),
        rows=[_row(each, filters) for each in page.items],
        more="/audit/access?" + urlencode({**filters, "cursor": page.next_cursor}) if page.next_cursor else "",
        first="/audit/access?" + urlencode(filters) if cursor else "",
    )


def _row(entry: AccessItem, filters: dict[str, str]) -> View:
    def narrowed(**more: str) -> str:
        return "/audit/access?" + urlencode({**filters, **more})

    return {
        "at": f"{entry.at:%Y-%m-%d %H:%M:%S}",
        "name": entry.name or "（未知人员）",
        "username": entry.username or "",
        "by_person": narrowed(person=entry.username) if entry.username else "",
        "no": entry.dispute_no or "",
        "by_dispute": narrowed(dispute_no=entry.dispute_no) if entry.dispute_no else "",
        "what": noted(entry.what),
        "code": entry.what,
        "outcome": outcome(entry.outcome),
        "refused": entry.outcome != OK,
    }
