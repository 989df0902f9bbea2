"""The page 按需知悉, in place of a case that is kept from its reader: what he may know of it, and the form."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from api.core.deps import ServicesDep, SessionDep
from api.disputes.presenters import present_dispute
from api.glass.schemas import BreakGlass
from api.glass.service import L1, break_glass, known_case
from api.web import formatting as w
from api.web.errors import PageRoute
from api.web.organisation_labels import offices_of
from api.web.rendering import View, go, show
from api.web.session import PostedDep, ViewerDep, text
from domain.people.need_to_know import GLASS_HOLDS, GLASS_PURPOSES, may_break_glass
from domain.people.organisation import Actor
from domain.validation_messages import field_errors
from infra.database.ids import new_id
from infra.database.tables.read_model import DisputeRow
from infra.read_model.disputes import closed_to

router = APIRouter(route_class=PageRoute)


@router.get("/disputes/{no}/need-to-know")
async def glass_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, no: str
) -> Response:
    """What is known of the case, and the form; the case itself where it may be opened."""
    row = await known_case(services, session, viewer.actor, no)
    if not await closed_to(session, viewer.actor, [no]):
        return go(request, f"/disputes/{no}")
    office = (await offices_of(services, session)).at(row.organisation or "")
    return show(request, "glass.html", viewer, **_page(row, office, viewer.actor), key=new_id())


@router.post("/disputes/{no}/need-to-know")
async def break_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, form: PostedDep, no: str
) -> Response:
    """Breaks the glass and goes to the case."""
    typed = {"purpose": text(form, "purpose"), "reason": text(form, "reason")}
    key = text(form, "key") or new_id()
    try:
        asked = BreakGlass.model_validate({name: value for name, value in typed.items() if value})
    except ValidationError as error:
        row = await known_case(services, session, viewer.actor, no)
        office = (await offices_of(services, session)).at(row.organisation or "")
        asked_for = {"purpose": "用途", "reason": "事由"}
        wrong = "；".join(f"{asked_for[each['field']]}：{each['message']}" for each in field_errors(error))
        page = {**_page(row, office, viewer.actor), **typed, "wrong": wrong}
        return show(request, "glass.html", viewer, status=422, **page, key=key)
    answer = await break_glass(services, session, viewer.actor, no, asked, key)
    until = w.stamp(answer.body.until, w.present(0))
    return go(request, f"/disputes/{no}", {"tone": "warn", "text": f"可查看本案至 {until}，您的查看已记录并告知承办人"})


def _page(row: DisputeRow, office: str, actor: Actor) -> View:
    case = present_dispute(row)
    now = w.present(case.ahead)
    return {
        "no": case.dispute_no,
        "title": case.title,
        "colour": w.colour(case.colour),
        "stage": "已办结" if case.closed_at else case.stage_name,
        "office": office,
        "due": w.due(case.due_at, case.overdue, now),
        "purposes": GLASS_PURPOSES,
        "hours": int(GLASS_HOLDS.total_seconds()) // 3600,
        "may": may_break_glass(actor),
        "may_not": L1,
        "purpose": "",
        "reason": "",
        "wrong": "",
    }
