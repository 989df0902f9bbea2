"""The pages of incidents from a spreadsheet: the file chosen, what its rows would come to, how far it is, the end."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from starlette.datastructures import UploadFile

from api.core.deps import ServicesDep, SessionDep
from api.core.responses import as_download
from api.importing.reading import MOST_BYTES, template
from api.incident_import import service
from api.incident_import.sheet import COLUMNS, MOST, NEEDED
from api.incident_import.trial import reader_for
from api.incident_import.view import import_view, listed, rows_view
from api.web.errors import PageRoute
from api.web.rendering import go, show
from api.web.session import FilledDep, PostedDep, Viewer, ViewerDep
from api.web.submission import banner_if_refused, send
from domain.errors import QuotaReached
from infra.database.engine import Session
from infra.database.ids import new_id

router = APIRouter(route_class=PageRoute)
HERE = "/incidents/import"
BOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/incidents/import")
async def import_page(request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep) -> Response:
    """The form by which a file is tried, and those that one had tried of late."""
    return await _chosen(request, services, session, viewer)


async def _chosen(
    request: Request, services: ServicesDep, session: Session, viewer: Viewer, *,
    wrong: str = "", banner: dict[str, str] | None = None, status: int = 200,
) -> Response:  # fmt: skip
    reader = await reader_for(services, session, viewer.actor)
    mine = [listed(job) for job in await service.own_imports(session, viewer.actor)]
    return show(
        request, "incident_import.html", viewer, status=status, wrong=wrong, banner=banner, key=new_id(), most=MOST,
        megabytes=MOST_BYTES // 2**20, needed=NEEDED, mine=mine, sources=[name for _, name in reader.sources],
        also=list(reader.asked()), columns=COLUMNS,
    )  # fmt: skip


@router.post("/incidents/import")
async def try_file(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, posted: FilledDep
) -> Response:
    """Has a file tried; nothing is registered."""
    file = posted.form.get("file")
    content = await file.read(MOST_BYTES + 1) if isinstance(file, UploadFile) else b""
    name = (file.filename or "") if isinstance(file, UploadFile) else ""
    if not name:
        return await _chosen(request, services, session, viewer, wrong="请选择要导入的文件", status=422)
    outcome = await send(
        services, session, viewer, posted, service.TRIAL,
        lambda key: service.ask_for_import(services, session, viewer.actor, content, name, key, dry_run=True),
    )  # fmt: skip
    if outcome.answer is None:
        wrong, banner = outcome.wrong_file, None
        if not wrong:
            banner = banner_if_refused(outcome, "前一次选择的文件已经在检查", "请在下面的列表中查看，或重新选择文件。")
        async with services.database.resume(session):
            return await _chosen(request, services, session, viewer, wrong=wrong,
                                 banner=banner, status=outcome.status)  # fmt: skip
    return go(request, f"{HERE}/{outcome.answer.body.job_id}")


@router.get("/incidents/import/template.xlsx")
async def import_template(services: ServicesDep, session: SessionDep, viewer: ViewerDep) -> Response:
    """The empty file, with the columns that the person's sources ask besides."""
    reader = await reader_for(services, session, viewer.actor)
    return as_download(template([*COLUMNS, *reader.asked()], "警情"), BOOK, "警情导入模板.xlsx")


@router.get("/incidents/import/{job_id}")
async def import_state(
    request: Request,
    services: ServicesDep,
    session: SessionDep,
    viewer: ViewerDep,
    job_id: str,
    only: Annotated[str, Query(max_length=10)] = "",
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
) -> Response:
    """How far it is, what its rows would come to, or what came of them."""
    job = await service.own_import(session, viewer.actor, job_id[:64])
    reader = await reader_for(services, session, viewer.actor)
    return show(
        request, "incident_import_state.html", viewer, job=import_view(job, reader.asked()),
        table=rows_view(job, services.policy.playbook.process, only, page),
    )  # fmt: skip


@router.post("/incidents/import/{job_id}")
async def take_file(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, form: PostedDep, job_id: str
) -> Response:
    """Has the rows registered of a file that was tried."""
    here = f"{HERE}/{job_id[:64]}"
    try:
        await service.go_on(services, session, viewer.actor, job_id[:64])
    except QuotaReached as refused:
        return go(request, here, {"tone": "warn", "text": refused.detail})
    return go(request, here)


@router.get("/incidents/import/{job_id}/refused.{form}")
async def refused_rows(session: SessionDep, viewer: ViewerDep, job_id: str, form: Literal["xlsx", "json"]) -> Response:
    """The rows that were refused, as a file to be mended: a table, or reports as they came, a line each."""
    name, content = service.refused(await service.own_import(session, viewer.actor, job_id[:64]))
    return as_download(content, BOOK if form == "xlsx" else "application/x-ndjson", name)
