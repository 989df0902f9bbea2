"""总览: the home of a leader and that of an auditor, at the address where others have their tasks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

from fastapi import Request, Response

from api.access_log.labels import noted, outcome
from api.access_log.schemas import AccessItem
from api.audit.page_parts import job_view
from api.core.context import Services
from api.indicators.board import USUAL
from api.indicators.board_view import four_view, heat_view, months_view, ranking_view
from api.indicators.figure_view import again
from api.oversight.schemas import SpotCheckItem, SpotChecks
from api.oversight.spot_checks import ABOUT
from api.web import formatting as w
from api.web.organisation_labels import beside
from api.web.rendering import View, show
from api.web.session import Viewer
from api.workbench.desk import CALLED
from api.workbench.homes import SPANS, leaders_board, trail, troubles
from domain.base import china
from domain.triage.places import Kind
from infra.database.engine import Session
from infra.records.access_log.log import OK

BOARD = "/indicators/board"


async def leader_home(
    request: Request, services: Services, session: Session, viewer: Viewer, counts: Mapping[str, int], span: str
) -> Response:
    """A leader's: what presses, four numbers and rates, their months, who stands where, where it comes from."""
    span = span if span in SPANS else "month"
    found = await leaders_board(services, session, viewer.actor, span)
    pressing = await troubles(session, viewer.actor)
    here = again(found.question)
    return show(
        request,
        "leader_home.html",
        viewer,
        spans=[{"name": name, "href": f"/?span={code}", "current": code == span} for code, name in SPANS.items()],
        period=f"{found.question.period.first} 至 {found.question.period.last}",
        counted_at=f"{china(found.counted_at):%Y-%m-%d %H:%M}",
        tasks=counts["todo"],
        watched=counts["watched"],
        pressing=[{"code": code, "name": name, "count": pressing[code], "href": f"/oversight-desk?what={code}"}
                  for code, name in CALLED.items()],
        four_figures=four_view(found),
        months=months_view(found),
        ranking_of=ranking_view(found, Kind.TOWN, USUAL, BOARD),
        heat_of=heat_view(found),
        board=f"{BOARD}?{urlencode(here)}",
    )  # fmt: skip


async def auditor_home(
    request: Request, services: Services, session: Session, viewer: Viewer, counts: Mapping[str, int]
) -> Response:
    """An auditor's: whether the trail holds, what was taken out, who reads a lot, what waits for a second look."""
    found = await trail(services, session, viewer.actor)
    now = w.present()
    latest = found.latest
    return show(
        request,
        "auditor_home.html",
        viewer,
        tasks=counts["todo"],
        kept={"runs": found.kept.runs, "size": w.size(found.kept.size), "last": w.stamp(found.kept.last, now)},
        replays=[job_view(item, now) for item in found.replays],
        latest=None if latest is None or latest.state != "done" else {
            "count": len(latest.results), "bad": sum(not finding.sound for finding in latest.results)},
        taken=None if found.taken is None else [_taken(item, now) for item in found.taken],
        unusual=None if found.unusual is None else [
            {"name": each.name, "href": f"/audit/access?{urlencode({'person': each.username})}",
             "roles": "、".join(each.roles), "read": each.read, "usual": f"{each.usual:g}"} for each in found.unusual],
        checks=None if found.checks is None else [_check(item, now) for item in found.checks.items],
        waiting=_waiting(found.checks) if found.checks else 0,
        crimes=None if found.crimes is None else [
            {"href": f"/criminal-cases/{case.case_id}", "no": case.case_no, "day": f"{case.registered_on}",
             "office": case.organisation_name, "judged": case.judged, "grew": case.grew} for case in found.crimes],
    )  # fmt: skip


def _waiting(checks: SpotChecks) -> int:
    return checks.counts.waiting + checks.kept.waiting + checks.diverted.waiting


def _taken(item: AccessItem, now: datetime) -> View:
    posts = "、".join(f"{post.organisation}{beside(post.organisation, post.role_name)}" for post in item.posts)
    return {
        "at": w.stamp(item.at, now),
        "name": item.name or "（未知人员）",
        "href": f"/audit/access?{urlencode({'person': item.username})}" if item.username else "",
        "posts": posts,
        "what": noted(item.what),
        "no": item.dispute_no or "",
        "refused": "" if item.outcome == OK else outcome(item.outcome),
    }


def _check(item: SpotCheckItem, now: datetime) -> View:
    return {
        "href": f"/spot-checks/{item.check_id}",
        "no": item.dispute_no,
        "about": ABOUT[item.about],
        "title": item.title,
        "office": item.organisation_name,
        "due": w.due(item.due_at, item.overdue, now),
    }
