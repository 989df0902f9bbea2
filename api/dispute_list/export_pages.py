"""The pages of a list that is taken out: asked for with a reason, its progress, the file."""

from __future__ import annotations

from typing import Literal
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response

from api.core.deps import ServicesDep, SessionDep
from api.core.responses import as_download
from api.dispute_list import exporting
from api.dispute_list.pages import show_list
from api.dispute_list.question import HERE, address, asked_in
from api.web.errors import PageRoute
from api.web.formatting import present, stamp
from api.web.rendering import go, show
from api.web.session import PostedDep, ViewerDep, text
from domain.errors import FieldsInvalid, QuotaReached

router = APIRouter(route_class=PageRoute)
MEDIA = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@router.post("/disputes/exports")
async def export_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, form: PostedDep
) -> Response:
    """Has the list made into a table."""
    asked, reason = asked_in(dict(parse_qsl(text(form, "asked")))), text(form, "reason")[:200]
    key = text(form, "key")[:64]
    try:
        job_id = await exporting.ask_for_export(services, session, viewer.actor, asked, reason, key)
    except (FieldsInvalid, QuotaReached) as refused:
        wrong = refused.errors[0]["message"] if refused.errors else refused.detail
        async with services.database.resume(session):
            return await show_list(request, services, session, viewer, asked, status=refused.status,
                                   export={"reason": reason, "wrong": wrong})  # fmt: skip
    return go(request, f"/disputes/exports/{job_id}")


@router.get("/disputes/exports")
async def export_reread(request: Request, viewer: ViewerDep) -> Response:
    """The address of the form, read again: the list."""
    return go(request, HERE)


@router.get("/disputes/exports/{job_id}")
async def export_state(request: Request, session: SessionDep, viewer: ViewerDep, job_id: str) -> Response:
    """How far it is, and where the file is to be had."""
    job = await exporting.own_export(session, viewer.actor, job_id[:64])
    asked = job.sealed["request"]
    return show(
        request, "dispute_export.html", viewer,
        job_id=job.job_id, state=job.state, done=job.done, total=job.total or 0, error=job.sealed.get("error") or "",
        reason=asked["reason"], at=stamp(job.at, present()), back=address(asked["asked"]), most=exporting.MOST,
    )  # fmt: skip


@router.get("/disputes/exports/{job_id}/{form}")
async def export_file(
    services: ServicesDep, session: SessionDep, viewer: ViewerDep, job_id: str, form: Literal["csv", "xlsx"]
) -> Response:
    """The file, for its maker."""
    name, content = await exporting.fetched(services, session, viewer.actor, job_id[:64], form)
    return as_download(content, MEDIA[form], name)
