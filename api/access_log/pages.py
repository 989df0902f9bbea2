"""The pages of the access log: the auditor's, that of a case, and the download."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from api.access_log import service
from api.access_log.labels import noted, outcome
from api.access_log.schemas import AccessItem, PostThen
from api.audit.page_parts import tabs
from api.core.deps import CursorDep, ServicesDep, SessionDep
from api.core.permissions import holds_at_root
from api.core.responses import as_download
from api.web.errors import PageRoute
from api.web.organisation_labels import beside
from api.web.rendering import View, show
from api.web.session import ViewerDep
from domain.errors import FieldsInvalid
from domain.people.permissions import ACCESS_LOG_READERS
from infra.records.access_log.log import OK

router = APIRouter(route_class=PageRoute)
PAGE = 50
PersonQuery = Annotated[str, Query(max_length=80)]
NumberQuery = Annotated[str, Query(max_length=40)]
DayQuery = Annotated[str, Query(max_length=10)]


@router.get("/audit/access")
async def access_page(
    request: Request,
    services: ServicesDep,
    session: SessionDep,
    viewer: ViewerDep,
    person: PersonQuery = "",
    dispute_no: NumberQuery = "",
    day: DayQuery = "",
    refused: bool = False,
    cursor: CursorDep = None,
) -> Response:
    """The access log, the latest first; who supervises is asked whose he wants to see."""
    asked = _filters(person, dispute_no, day, refused)
    whole = await holds_at_root(services, session, viewer.actor, ACCESS_LOG_READERS)
    shown_tabs = await tabs(services, session, viewer, "/audit/access")
    if not whole and not asked.get("person") and any(tab["current"] for tab in shown_tabs):
        return show(request, "access.html", viewer, tabs=shown_tabs, asked=asked, whole=False, rows=[], waits=True,
                    unusual=[])  # fmt: skip
    unusual = await service.unusual_reading(services, session, viewer.actor) if whole and not asked else None
    page = await service.accesses(
        services, session, viewer.actor, person=asked.get("person"), dispute_no=asked.get("dispute_no"),
        refused=refused, day=_day(day), limit=PAGE, cursor=cursor,
    )  # fmt: skip
    return show(
        request,
        "access.html",
        viewer,
        tabs=shown_tabs,
        asked=asked,
        whole=whole,
        waits=False,
        filtered=bool(asked),
        unusual=[
            {
                "name": each.name,
                "href": "/audit/access?" + urlencode({"person": each.username}),
                "roles": "、".join(each.roles),
                "read": each.read,
                "usual": f"{each.usual:g}",
                "most": each.most,
            }
            for each in (unusual.items if unusual else [])
        ],
        rows=[_row(each, asked) for each in page.items],
        more="/audit/access?" + urlencode({**asked, "cursor": page.next_cursor}) if page.next_cursor else "",
        first="/audit/access?" + urlencode(asked) if cursor else "",
    )


@router.get("/audit/access.csv")
async def access_table(
    services: ServicesDep,
    session: SessionDep,
    viewer: ViewerDep,
    reason: Annotated[str, Query(min_length=2, max_length=200)],
    person: PersonQuery = "",
    dispute_no: NumberQuery = "",
    day: DayQuery = "",
    refused: bool = False,
) -> Response:
    """The same as a table."""
    asked = _filters(person, dispute_no, day, refused)
    taken = await service.export(
        services, session, viewer.actor, person=asked.get("person"), dispute_no=asked.get("dispute_no"),
        refused=refused, day=_day(day), reason=reason,
    )  # fmt: skip
    return as_download(taken.content, "text/csv", taken.name)


@router.get("/disputes/{no}/access")
async def readers_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, no: str, cursor: CursorDep = None
) -> Response:
    """Who read a case."""
    page = await service.readers(services, session, viewer.actor, no, limit=PAGE, cursor=cursor)
    here = f"/disputes/{no}/access"
    rows = [
        {
            "at": f"{each.at:%Y-%m-%d %H:%M:%S}",
            "name": each.name or "（系统）",
            "behalf": each.on_behalf_name or "",
            "posts": _posts(each.posts),
            "what": noted(each.what),
            "outcome": outcome(each.outcome),
            "refused": each.outcome != OK,
        }
        for each in page.items
    ]
    more = f"{here}?" + urlencode({"cursor": page.next_cursor}) if page.next_cursor else ""
    return show(request, "readers.html", viewer, no=no, rows=rows, more=more, first=here if cursor else "")


def _filters(person: str, dispute_no: str, day: str, refused: bool) -> dict[str, str]:
    """What was filled in."""
    asked = {"person": person.strip(), "dispute_no": dispute_no.strip(), "day": day, "refused": "1" if refused else ""}
    return {name: value for name, value in asked.items() if value}


def _day(day: str) -> date | None:
    try:
        return date.fromisoformat(day) if day else None
    except ValueError as error:
        raise FieldsInvalid(errors=[{"field": "day", "message": "日期有误"}]) from error


def _posts(posts: list[PostThen]) -> str:
    return "、".join(f"{post.organisation}{beside(post.organisation, post.role_name)}" for post in posts)


def _row(entry: AccessItem, filters: dict[str, str]) -> View:
    def narrowed(**more: str) -> str:
        return "/audit/access?" + urlencode({**filters, **more})

    return {
        "at": f"{entry.at:%Y-%m-%d %H:%M:%S}",
        "name": entry.name or "（未知人员）",
        "username": entry.username or "",
        "by_person": narrowed(person=entry.username) if entry.username else "",
        "behalf": entry.on_behalf_name or "",
        "posts": _posts(entry.posts),
        "address": entry.address or "",
        "program": entry.program or "",
        "no": entry.dispute_no or "",
        "by_dispute": narrowed(dispute_no=entry.dispute_no) if entry.dispute_no else "",
        "what": noted(entry.what) + (f"（{entry.count} 条）" if entry.count is not None else ""),
        "shown": "、".join(entry.shown or []),
        "outcome": outcome(entry.outcome),
        "refused": entry.outcome != OK,
    }
