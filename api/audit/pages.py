"""The page of replays: asking for one, its progress, its findings."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from pydantic import ValidationError

from api.audit import job_service as service
from api.audit.checking import Finding
from api.audit.page_parts import job_view, tabs
from api.audit.schemas import Job, ReplayIn
from api.core.context import Services
from api.core.deps import CursorDep, ServicesDep, SessionDep
from api.core.permissions import holds_at_root
from api.web import formatting as w
from api.web.errors import PageRoute
from api.web.rendering import View, go, show
from api.web.session import FilledDep, Viewer, ViewerDep, text
from domain.errors import BadCsrf, KeyReused, NotEntitled, Refused
from domain.people.permissions import AUDITORS
from infra.database.engine import Session
from infra.database.ids import new_id
from infra.records.archive import holdings

router = APIRouter(route_class=PageRoute)
PAGE = 50
"""Results on a page."""
JOBS = 10
STALE = "页面已过期，内容没有提交；填写的内容都在，核对后请再次提交"


@router.get("/audit")
async def audit_page(
    request: Request,
    services: ServicesDep,
    session: SessionDep,
    viewer: ViewerDep,
    job: Annotated[str, Query(max_length=80)] = "",
    only: str = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    cursor: CursorDep = None,
    dispute_no: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """The form, one job with its findings, and the earlier ones."""
    _may(viewer)
    return await _show(
        request, services, session, viewer, job=job, only=only, page=page, cursor=cursor, number=dispute_no
    )


@router.post("/audit/replays")
async def replays_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, posted: FilledDep
) -> Response:
    """Asks for a replay, once for the key in the form."""
    _may(viewer)
    form = posted.form
    typed = {name: value for name in ("dispute_no", "from", "to") if (value := text(form, name))}
    if posted.stale:
        return await _show(request, services, session, viewer, typed=typed, problem=STALE, status=BadCsrf.status)
    try:
        asked = ReplayIn.model_validate(typed)
    except ValidationError as error:
        return await _show(request, services, session, viewer, typed=typed, problem=_problem(error, typed), status=422)
    try:
        answer = await service.ask_for_replays(services, session, viewer.actor, asked, text(form, "key") or None)
    except KeyReused:
        raise
    except Refused as error:
        async with services.database.resume(session):
            problem = error.detail or error.title
            return await _show(request, services, session, viewer, typed=typed, problem=problem, status=error.status)
    return go(request, "/audit?" + urlencode({"job": answer.body.job_id}))


@router.get("/audit/replays")
async def replays_reread(request: Request, viewer: ViewerDep) -> Response:
    """The address of the forms, read again: the page they are on."""
    return go(request, "/audit")


def _may(viewer: Viewer) -> None:
    if not viewer.actor.has_role(*AUDITORS):
        raise NotEntitled


def _problem(error: ValidationError, typed: dict[str, str]) -> str:
    """What is wrong with a form, in a sentence: a date that is none, or what the model itself says in Chinese."""
    first = error.errors()[0]
    if first["loc"]:
        return "日期格式应为 年-月-日"
    if "dispute_no" not in typed and len(typed) < 2:
        return "请填写纠纷编号，或填写起止两个日期"
    return str(first["msg"]).removeprefix("Value error, ")


async def _show(
    request: Request,
    services: Services,
    session: Session,
    viewer: Viewer,
    *,
    job: str = "",
    only: str = "",
    page: int = 1,
    cursor: str | None = None,
    number: str = "",
    typed: dict[str, str] | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    now = w.present()
    mine = await service.jobs(session, viewer.actor, service.REPLAYS, JOBS, cursor)
    job_id = job or next((each.job_id for each in mine.items if not cursor), "")
    whole = await service.job(session, viewer.actor, job_id) if job_id else None
    kept = await holdings(session)
    return show(
        request,
        "audit.html",
        viewer,
        status=status,
        tabs=await tabs(services, session, viewer, "/audit"),
        key=new_id(),
        typed={"dispute_no": number, "from": f"{now - timedelta(days=30):%Y-%m-%d}", "to": f"{now:%Y-%m-%d}"}
        | (typed or {}),
        problem=problem,
        periods=await holds_at_root(services, session, viewer.actor, AUDITORS),
        kept={"runs": kept.runs, "size": w.size(kept.size), "last": w.stamp(kept.last, now)},
        job=job_view(whole, now) if whole else None,
        results=_results(whole, only, page) if whole and whole.state in ("done", "failed") else None,
        jobs=[job_view(each, now) for each in mine.items],
        current=job_id,
        more="/audit?" + urlencode({"job": job_id, "cursor": mine.next_cursor}) if mine.next_cursor else "",
    )


def _results(job: Job, only: str, page: int) -> View:
    """A page of the findings, the runs with differences first."""
    bad = [finding for finding in job.results if not finding.sound]
    chosen = bad if only == "differences" else [*bad, *(finding for finding in job.results if finding.sound)]
    pages = max(1, -(-len(chosen) // PAGE))
    page = min(page, pages)

    def href(**more: Any) -> str:
        return "/audit?" + urlencode({"job": job.job_id, **more})

    asked = {"only": "differences"} if only == "differences" else {}
    return {
        "count": len(job.results),
        "bad": len(bad),
        "events": sum(finding.events for finding in job.results),
        "rows": [_finding(finding) for finding in chosen[(page - 1) * PAGE : page * PAGE]],
        "views": [
            {"name": f"全部（{len(job.results)}）", "href": href(), "current": not asked},
            {"name": f"有差异（{len(bad)}）", "href": href(only="differences"), "current": bool(asked)},
        ],
        "page": page,
        "pages": pages,
        "before": href(**asked, page=page - 1) if page > 1 else "",
        "following": href(**asked, page=page + 1) if page < pages else "",
    }


def _finding(found: Finding) -> View:
    return {
        "no": found.dispute_no,
        "href": f"/disputes/{found.dispute_no}/history?" + urlencode({"run": found.run}),
        "events": found.events,
        "replayed": found.replayed,
        "matches": found.state_matches,
        "error": found.error,
        "differences": found.differences,
    }
