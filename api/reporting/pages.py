"""研判 and 报送: a desk's list of the day, from which several go up at once; the reports, and each to be printed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from pydantic import ValidationError

from api.core.context import Services
from api.core.deps import CursorDep, ServicesDep, SessionDep
from api.reporting import service
from api.reporting.schemas import MOST, DeskItem, ReportIn, ReportItem, ReportLine
from api.web.errors import PageRoute
from api.web.formatting import colour, due, present, stamp
from api.web.organisation_labels import Offices, offices_of
from api.web.rendering import View, go, show
from api.web.session import FilledDep, Viewer, ViewerDep, text
from api.web.submission import banner_if_refused, next_key, send
from domain.base import china
from domain.people.permissions import overseen
from domain.triage.places import Kind
from domain.validation_messages import field_errors
from infra.database.engine import Session
from infra.database.ids import new_id

router = APIRouter(route_class=PageRoute)
PAGE = 50
STATES = {"waiting": "等待上报", "sent": "已报送", "refused": "未能上报"}
DESKS = {Kind.STATION, Kind.BUREAU, Kind.COUNTY}
"""The organisations whose desks are offered to who oversees them."""
WordDep = Annotated[str, Query(max_length=64)]


@dataclass(frozen=True)
class Sent:
    """The form of the page as it was sent and not taken."""

    chosen: tuple[str, ...] = ()
    note: str = ""
    problems: tuple[str, ...] = ()
    banner: dict[str, str] | None = None
    key: str = ""
    status: int = 200


@router.get("/desk")
async def desk_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, day: WordDep = "",
    organisation: WordDep = "", cursor: CursorDep = None,
) -> Response:  # fmt: skip
    """The desk's list of a day, the unreviewed on top."""
    return await _desk(request, services, session, viewer, day, organisation, cursor=cursor)


@router.post("/desk")
async def report_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, posted: FilledDep
) -> Response:
    """Reports up what was chosen, once for the key in the form."""
    chosen = [task for task in posted.form.getlist("tasks") if isinstance(task, str)]
    day, note = text(posted.form, "day"), text(posted.form, "note")[:600]
    kept = Sent(chosen=tuple(chosen), note=note)
    try:
        asked = ReportIn(tasks=chosen, note=note)
    except ValidationError as error:
        problems = _messages(field_errors(error)) if chosen else ("请勾选要上报的警情",)
        return await _desk(request, services, session, viewer, day, "", replace(kept, problems=problems, status=422))
    outcome = await send(services, session, viewer, posted, service.SEND,
                         lambda key: service.report_up(services, session, viewer.actor, asked, key))  # fmt: skip
    if outcome.answer is None:
        banner = banner_if_refused(outcome, "前一次的报送已经发出，见“报送”", "需要另行报送的，核对后请再次提交。")
        kept = replace(kept, problems=_messages(outcome.errors), banner=banner, key=next_key(outcome, posted),
                       status=outcome.status)  # fmt: skip
        async with services.database.resume(session):
            return await _desk(request, services, session, viewer, day, "", kept)
    sent = outcome.answer.body
    left = sent.counts.refused + sent.counts.waiting
    said = f"已报送 {sent.counts.sent} 件，编号 {sent.number}" + (f"；{left} 件未能上报，见下" if left else "")
    return go(request, f"/reports/{sent.number}", {"tone": "bad" if left else "ok", "text": said})


@router.get("/reports")
async def reports_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, day: WordDep = "",
    cursor: CursorDep = None,
) -> Response:  # fmt: skip
    """The reports one may see, the newest first."""
    asked, error = _day(day)
    found = await service.listed_reports(services, session, viewer.actor, asked, None, PAGE, cursor)
    again = {"day": day} if asked else {}
    more = f"/reports?{urlencode({**again, 'cursor': found.next_cursor})}" if found.next_cursor else ""
    now = present()
    return show(request, "reports.html", viewer, reports=[_report(item, now) for item in found.items], more=more,
                day=day, error=error)  # fmt: skip


@router.get("/reports/{number}")
async def whole_report_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, number: str
) -> Response:
    """A report, to be printed."""
    report = await service.whole_report(services, session, viewer.actor, number)
    now = present()
    lines = [_line(line, now) for line in report.items]
    return show(request, "report.html", viewer, report=_report(report, now), lines=lines, hidden=report.hidden)


async def _desk(
    request: Request, services: Services, session: Session, viewer: Viewer, day: str, organisation: str,
    sent: Sent = Sent(), *, cursor: str | None = None,
) -> Response:  # fmt: skip
    asked, error = _day(day)
    found = await service.day_of_desk(services, session, viewer.actor, asked, organisation or None, PAGE, cursor)
    offices, shown = await offices_of(services, session), date.fromisoformat(found.day)
    again = {name: value for name, value in {"day": found.day, "organisation": organisation}.items() if value}
    return show(
        request,
        "desk.html",
        viewer,
        status=sent.status,
        day=found.day,
        yesterday=_address({**again, "day": str(shown - timedelta(days=1))}),
        tomorrow=_address({**again, "day": str(shown + timedelta(days=1))}) if shown < present().date() else "",
        organisation=organisation,
        desks=await _desks(services, session, viewer, offices),
        counts=found.counts,
        items=[_item(item, offices, sent.chosen) for item in found.items],
        more=_address({**again, "cursor": found.next_cursor}) if found.next_cursor else "",
        may_report=not organisation and (sent != Sent() or any(item.reports for item in found.items)),
        errors=[*([error] if error else []), *sent.problems],
        banner=sent.banner,
        note=sent.note,
        most=MOST,
        key=sent.key or new_id(),
    )


def _messages(errors: Iterable[dict[str, str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(error["message"] for error in errors))


def _address(asked: dict[str, str]) -> str:
    return f"/desk?{urlencode(asked)}"


def _day(typed: str) -> tuple[date | None, str]:
    """A typed day, or what is wrong with it."""
    if not typed:
        return None, ""
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        day = date.min
    return (day, "") if 1900 <= day.year < 2200 else (None, "日期应如 2026-12-31，现显示默认日期")


async def _desks(services: Services, session: Session, viewer: Viewer, offices: Offices) -> list[tuple[str, str]]:
    paths = overseen(viewer.actor)
    directory = await services.directory.read(session)
    return [
        (listed.code, offices.label(listed.code))
        for listed in directory.organisations
        if listed.kind in DESKS and any(listed.path == path or listed.path.startswith(f"{path}/") for path in paths)
    ]


def _item(item: DeskItem, offices: Offices, chosen: Sequence[str]) -> View:
    task = item.task
    now = present(task.ahead)
    return {
        "id": task.task_id,
        "href": f"/tasks/{task.task_id}",
        "no": task.dispute_no,
        "title": task.title,
        "colour": colour(task.colour),
        "office": offices.post(task.post),
        "came": stamp(china(task.opened_at), now),
        "due": None if item.reviewed else due(task.due_at, task.overdue, now, suspended=task.suspended),
        "reviewed": item.reviewed,
        "decision": item.decision_name or "",
        "by": task.decision.actor_name or "" if task.decision else "",
        "at": stamp(task.ended_at, now),
        "report": item.report or "",
        "reports": item.reports,
        "chosen": task.task_id in chosen,
        "mine": task.assignee_name or "",
    }


def _report(item: ReportItem, now: datetime) -> View:
    return {
        "number": item.number,
        "href": f"/reports/{item.number}",
        "day": item.day,
        "at": stamp(item.at, now),
        "office": item.organisation_name,
        "role": item.role_name,
        "by": item.sent_by,
        "bundle": item.bundle,
        "note": item.note,
        "counts": item.counts,
        "total": item.counts.sent + item.counts.refused + item.counts.waiting,
    }


def _line(line: ReportLine, now: datetime) -> View:
    return {
        "no": line.dispute_no,
        "href": f"/disputes/{line.dispute_no}",
        "task": f"/tasks/{line.task_id}",
        "title": line.title,
        "category": line.category_name,
        "colour": colour(line.colour),
        "state": STATES[line.state],
        "code": line.state,
        "again": line.again,
        "at": stamp(line.at, now),
        "reason": line.reason,
    }
