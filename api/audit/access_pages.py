"""The page of the access log: who read what, and who was refused."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from api.audit.access_labels import noted, outcome
from api.audit.endpoints import get_accesses
from api.audit.pages import tabs
from api.core.deps import CursorDep, ServicesDep
from api.web import formatting as w
from api.web.errors import PageRoute
from api.web.rendering import show
from api.web.session import ViewerDep
from infra.records.access_log import OK

router = APIRouter(route_class=PageRoute)
PAGE = 50


@router.get("/audit/access")
async def access_page(
    request: Request,
    services: ServicesDep,
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
    page = await get_accesses(services, viewer.actor, asked["person"] or None, asked["dispute_no"] or None, refused,
                              PAGE, cursor)  # fmt: skip
    said = {name: value for name, value in asked.items() if value}
    more = {**said, "cursor": page["next_cursor"]}
    return show(
        request,
        "access.html",
        viewer,
        tabs=await tabs(services, viewer, "/audit/access"),
        asked=asked,
        refused=refused,
        filtered=bool(said),
        rows=[_row(each, said) for each in page["items"]],
        more="/audit/access?" + urlencode(more) if page["next_cursor"] else "",
        first="/audit/access?" + urlencode(said) if cursor else "",
    )


def _row(entry: dict[str, Any], said: dict[str, str]) -> dict[str, Any]:
    at = w.instant(entry["at"])

    def narrowed(**more: str) -> str:
        return "/audit/access?" + urlencode({**said, **more})

    return {
        "at": f"{at:%Y-%m-%d %H:%M:%S}" if at else "",
        "name": entry["name"] or "（未知人员）",
        "username": entry["username"] or "",
        "by_person": narrowed(person=entry["username"]) if entry["username"] else "",
        "no": entry["dispute_no"] or "",
        "by_dispute": narrowed(dispute_no=entry["dispute_no"]) if entry["dispute_no"] else "",
        "what": noted(entry["what"]),
        "code": entry["what"],
        "outcome": outcome(entry["outcome"]),
        "refused": entry["outcome"] != OK,
    }
