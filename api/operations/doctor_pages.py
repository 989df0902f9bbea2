"""The page 运行检查: what is wrong with the engine's runs, what to do, and an examination now."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.core.context import Services
from api.core.deps import ServicesDep, SessionDep
from api.operations import doctor_service as service
from api.web.errors import PageRoute
from api.web.formatting import present, stamp
from api.web.rendering import View, go, show
from api.web.session import FilledDep, Viewer, ViewerDep
from api.web.submission import banner_if_refused, next_key, send
from infra.database.engine import Session
from infra.database.ids import new_id

router = APIRouter(route_class=PageRoute)
SHOWN = 50


@router.get("/operations")
async def operations_page(
    request: Request,
    services: ServicesDep,
    session: SessionDep,
    viewer: ViewerDep,
    cursor: str = "",
    gone: bool = False,
) -> Response:
    """What stands, or what is gone."""
    return await _show(request, services, session, viewer, cursor=cursor, gone=gone)


@router.post("/operations/examine")
async def examine_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, posted: FilledDep
) -> Response:
    """Has the doctor look now, once for the key in the form."""
    outcome = await send(services, session, viewer, posted, service.EXAMINE,
                         lambda key: service.ask(services, session, viewer.actor, key))  # fmt: skip
    if outcome.answer is not None:
        return go(request, "/operations", {"tone": "ok", "text": "已开始检查，完成后在下面列出"})
    banner = banner_if_refused(outcome, "前一次的检查已经开始", "请稍后再看。")
    async with services.database.resume(session):
        return await _show(request, services, session, viewer, status=outcome.status, banner=banner,
                           key=next_key(outcome, posted))  # fmt: skip


async def _show(
    request: Request,
    services: Services,
    session: Session,
    viewer: Viewer,
    *,
    status: int = 200,
    cursor: str = "",
    gone: bool = False,
    banner: dict[str, str] | None = None,
    key: str = "",
) -> Response:
    found = await service.listed(services, session, viewer.actor, gone=gone, limit=SHOWN, cursor=cursor or None)
    now = present()
    findings: list[View] = [
        {"what": each.what, "to_do": each.to_do, "healed": each.healed_at is not None,
         "at": stamp(each.found_at, now), "gone": stamp(each.gone_at, now) if each.gone_at else ""}
        for each in found.items
    ]  # fmt: skip
    return show(request, "operations.html", viewer, status=status, findings=findings, gone=gone, banner=banner,
                more=found.next_cursor or "", key=key or new_id(), looked=found.looked,
                examined=stamp(found.examined_at, now) if found.examined_at else "")  # fmt: skip
