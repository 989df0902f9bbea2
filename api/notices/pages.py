"""函件: those that one may see in a list, and each to be printed, with its proof of delivery and its answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from pydantic import ValidationError

from api.core.deps import CursorDep, ServicesDep, SessionDep
from api.notices import service
from api.notices.notice_view import STATES, notice_view
from api.notices.schemas import Notice, NoticeWanted
from api.web.errors import PageRoute
from api.web.formatting import present
from api.web.organisation_labels import Offices, offices_of
from api.web.rendering import View, show
from api.web.session import ViewerDep
from domain.base import china
from domain.policy.parts.notices import NOTICES

router = APIRouter(route_class=PageRoute)
PAGE = 50
WordDep = Annotated[str, Query(max_length=64)]


@router.get("/notices")
async def notices_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, kind: WordDep = "",
    state: WordDep = "", cursor: CursorDep = None,
) -> Response:  # fmt: skip
    """The notices one may see, the newest first."""
    asked = {name: value for name, value in {"kind": kind, "state": state}.items() if value}
    try:
        wanted, error = NoticeWanted.model_validate(asked), ""
    except ValidationError:
        wanted, asked, error = NoticeWanted(), {}, "没有这种函件或者状态，现显示全部"
    found = await service.listed_notices(services, session, viewer.actor, wanted, PAGE, cursor)
    offices = await offices_of(services, session)
    more = f"/notices?{urlencode({**asked, 'cursor': found.next_cursor})}" if found.next_cursor else ""
    return show(
        request, "notices.html", viewer,
        notices=[_line(n, offices) for n in found.items],
        more=more, kinds=list(NOTICES.items()), states=list(STATES.items()), asked=asked, error=error,
    )  # fmt: skip


@router.get("/notices/{number}")
async def notice_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, number: str
) -> Response:
    """A notice, to be printed."""
    notice = await service.whole_notice(services, session, viewer.actor, number)
    offices = await offices_of(services, session)
    doing = await service.open_to(session, viewer.actor, notice)
    return show(request, "notice.html", viewer, n=_sheet(notice, offices), doing=doing)


def _line(n: Notice, offices: Offices) -> View:
    return {**notice_view(n, offices, present(n.ahead)), "title": n.title, "no": n.dispute_no}


def _sheet(notice: Notice, offices: Offices) -> View:
    """A notice as a sheet of paper: times in full."""
    proof = [
        ("送达", notice.delivered_at, ""),
        ("首次查阅", notice.seen_at, notice.seen_by or ""),
        ("视为知悉", notice.known_at, "送达后逾期无人查阅"),
        (notice.decision_name or "反馈", notice.answered_at, notice.answered_by or ""),
    ]
    return {
        **notice_view(notice, offices, present(notice.ahead)),
        "no": notice.dispute_no,
        "title": notice.title,
        "post": notice.role_name,
        "by": notice.sent_by,
        "sent": _full(notice.sent_at),
        "due_at": _until(notice.due_at),
        "task": f"/tasks/{notice.task_id}" if notice.state == "open" else "",
        "proof": [(name, _full(at), note) for name, at, note in proof if at],
    }


def _until(at: datetime | None) -> str:
    """A deadline in full; one at midnight is the end of the day before it, as in `api.web.formatting.limit`."""
    if at and (china(at).hour, china(at).minute) == (0, 0):
        return _full(at - timedelta(minutes=1)).replace("23:59", "24:00")
    return _full(at)


def _full(at: datetime | None) -> str:
    return f"{china(at):%Y年%m月%d日 %H:%M}" if at else ""
