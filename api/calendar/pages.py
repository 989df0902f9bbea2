"""The page 工作日历: what counts as a working day, and a new edition."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from datetime import date

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from starlette.datastructures import UploadFile

from api.calendar import service
from api.calendar.reading import COLUMNS, OFF, ON, days_of
from api.calendar.schemas import Edition
from api.core.context import Services
from api.core.deps import ServicesDep, SessionDep
from api.importing.reading import MOST_BYTES
from api.web.errors import PageRoute
from api.web.formatting import present, stamp
from api.web.rendering import View, go, show
from api.web.session import FilledDep, Posted, Viewer, ViewerDep, text
from api.web.submission import banner_if_refused, next_key, send
from domain.errors import FieldsInvalid, MediaRefused, TooLarge
from domain.policy.calendars.editions import NewEdition
from domain.validation_messages import field_errors
from infra.database.engine import Session
from infra.database.ids import new_id

router = APIRouter(route_class=PageRoute)
FIELDS = ("edition", "holidays", "workdays", "reason")
LONGEST = 6000
_BETWEEN = re.compile(r"[\s,，、;；]+")
STATES = {
    "queued": "等待开始",
    "running": "正在通知在办纠纷",
    "done": "已通知全部在办纠纷",
    "failed": "通知中断，请再发布一次或查日志",
}


@router.get("/calendar")
async def calendar_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, cursor: str = ""
) -> Response:
    """The edition in effect, the earlier ones, and for the administrator the form of the next."""
    now = await service.in_effect(services, session)
    typed = {"holidays": _lines(now.holidays), "workdays": _lines(now.workdays)}
    return await _show(request, services, session, viewer, typed, [], cursor=cursor)


@router.post("/calendar")
async def publish_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, posted: FilledDep
) -> Response:
    """Publishes an edition, once for the key in the form; a refusal shows the form with all that was typed."""
    typed = {name: text(posted.form, name)[:LONGEST] for name in FIELDS}
    how = text(posted.form, "how")
    if how == "file":
        return await _read(request, services, session, viewer, posted)
    said = {**typed, **{name: [d for d in _BETWEEN.split(typed[name]) if d] for name in ("holidays", "workdays")}}
    try:
        new = NewEdition.model_validate(said)
    except ValidationError as error:
        return await _show(request, services, session, viewer, typed, field_errors(error), status=422)
    if how == "try":
        return await _try(request, services, session, viewer, posted, typed, new)
    outcome = await send(services, session, viewer, posted, service.PUBLISH,
                         lambda key: service.publish(services, session, viewer.actor, new, key))  # fmt: skip
    if outcome.answer is not None:
        words = f"已发布工作日历 {new.edition}：新受理的纠纷即按此计算，在办纠纷正在逐件通知"
        return go(request, "/calendar", {"tone": "ok", "text": words})
    banner = banner_if_refused(outcome, "前一次的版本已经发布，见下面", "需要另发一版的，核对后请再次提交。")
    async with services.database.resume(session):
        return await _show(request, services, session, viewer, typed, outcome.errors, status=outcome.status,
                           banner=banner, key=next_key(outcome, posted))  # fmt: skip


async def _read(request: Request, services: Services, session: Session, viewer: Viewer, posted: Posted) -> Response:
    """The form with the days of a file in it: of each year that the file speaks of, in place of those in effect."""
    now = await service.in_effect(services, session)
    typed = {"holidays": _lines(now.holidays), "workdays": _lines(now.workdays)}
    file = posted.form.get("file")
    content = await file.read(MOST_BYTES + 1) if isinstance(file, UploadFile) else b""
    try:
        if not content:
            raise FieldsInvalid(errors=[{"field": "file", "message": "请选择放假安排文件"}])
        given = await asyncio.to_thread(days_of, content)
    except (FieldsInvalid, MediaRefused, TooLarge) as error:
        wrong = error.errors if isinstance(error, FieldsInvalid) else [{"field": "file", "message": error.detail}]
        return await _show(request, services, session, viewer, typed, wrong, status=422)
    years = {day.year for day in given}
    for name, kind in (("holidays", OFF), ("workdays", ON)):
        kept = [day for day in getattr(now, name) if day.year not in years]
        typed[name] = _lines(sorted({*kept, *(day for day, said in given.items() if said == kind)}))
    off, on = (sum(said == kind for said in given.values()) for kind in (OFF, ON))
    of = "、".join(f"{year}年" for year in sorted(years))
    said = f"已读入{of}：放假 {off} 天，上班 {on} 天，尚未发布"
    return await _show(request, services, session, viewer, typed, [], read=said)


async def _try(
    request: Request,
    services: Services,
    session: Session,
    viewer: Viewer,
    posted: Posted,
    typed: dict[str, str],
    new: NewEdition,
) -> Response:
    """The form with what publishing it would come to."""
    key = text(posted.form, "key")
    try:
        found = await service.tried(services, session, viewer.actor, new)
    except FieldsInvalid as error:
        async with services.database.resume(session):
            return await _show(request, services, session, viewer, typed, error.errors, status=422, key=key)
    tried = {
        "off": [(f"{year} 年", _months(d for d in found.off if d.year == year)) for year in _years_of(found.off)],
        "on": [(f"{year} 年", _months(d for d in found.on if d.year == year)) for year in _years_of(found.on)],
        "told": found.told,
    }
    async with services.database.resume(session):
        return await _show(request, services, session, viewer, typed, [], key=key, tried=tried)


def _years_of(days: Iterable[date]) -> list[int]:
    return sorted({day.year for day in days})


async def _show(
    request: Request,
    services: Services,
    session: Session,
    viewer: Viewer,
    typed: dict[str, str],
    problems: list[dict[str, str]],
    *,
    status: int = 200,
    cursor: str = "",
    banner: dict[str, str] | None = None,
    key: str = "",
    read: str = "",
    tried: View | None = None,
) -> Response:
    now = await service.in_effect(services, session)
    page = await service.listed(session, 20, cursor or None)
    wrong: dict[str, str] = {}
    for problem in problems:
        field = problem["field"].partition(".")[0]
        wrong[field] = "；".join(filter(None, (wrong.get(field), problem["message"])))
    return show(
        request,
        "calendar.html",
        viewer,
        status=status,
        now=_edition(now),
        years=_years(now),
        editions=[_edition(each) for each in page.items],
        more=page.next_cursor or "",
        may_publish=await service.may_publish(services, session, viewer.actor),
        typed={name: typed.get(name, "") for name in FIELDS},
        wrong=wrong,
        banner=banner,
        key=key or new_id(),
        read=read,
        tried=tried,
        ahead=await service.ahead(services, session),
        columns="、".join(COLUMNS),
    )


def _edition(each: Edition) -> View:
    told = each.telling
    return {
        "name": each.edition,
        "at": stamp(each.published_at, present()) if each.published_at else "随软件提供",
        "by": each.published_by or "",
        "reason": each.reason or "",
        "state": STATES[told.state] if told else "",
        "counted": f"{told.done} / {told.total}" if told and told.total is not None else "",
        "tone": {"done": "good", "failed": "late"}.get(told.state, "soon") if told else "",
    }


def _years(now: Edition) -> list[View]:
    """By year and month the days off on weekdays, and the weekend days worked."""
    years = sorted({day.year for day in (*now.holidays, *now.workdays)})
    return [
        {
            "year": year,
            "holidays": _months(d for d in now.holidays if d.year == year),
            "workdays": _months(d for d in now.workdays if d.year == year),
        }
        for year in years
    ]


def _months(days: Iterable[date]) -> list[tuple[str, str]]:
    found: dict[int, list[str]] = {}
    for day in sorted(days):
        found.setdefault(day.month, []).append(f"{day.day}日")
    return [(f"{month}月", "、".join(of)) for month, of in found.items()]


def _lines(days: Iterable[date]) -> str:
    return "\n".join(str(day) for day in days)
