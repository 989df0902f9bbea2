"""The page 完整号码: asked for with a purpose, shown once."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from api.core.deps import ServicesDep, SessionDep
from api.disputes.access import visible_dispute
from api.middleware.masking import leave_unmasked
from api.unmasking.schemas import Asked
from api.unmasking.service import may_unmask, unmask
from api.web.errors import PageRoute
from api.web.formatting import SIDES
from api.web.rendering import View, show
from api.web.session import PostedDep, ViewerDep, text
from domain.errors import NotEntitled
from domain.people.need_to_know import PURPOSES
from domain.validation_messages import field_errors
from infra.database.tables.read_model import DisputeRow

router = APIRouter(route_class=PageRoute)


@router.get("/disputes/{no}/numbers")
async def numbers_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, no: str
) -> Response:
    """Asks for the purpose."""
    row = await visible_dispute(services, session, viewer.actor, no)
    if not await may_unmask(session, viewer.actor, no):
        raise NotEntitled("只有正在办理的人员和指挥、分派、督办岗位可以查看完整号码")
    return show(request, "numbers.html", viewer, **_page(row))


@router.post("/disputes/{no}/numbers")
async def show_numbers(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, form: PostedDep, no: str
) -> Response:
    """Shows the numbers; what was asked is on record."""
    page = _page(await visible_dispute(services, session, viewer.actor, no))
    page |= {"purpose": text(form, "purpose"), "note": text(form, "note")}
    try:
        asked = Asked.model_validate({name: page[name] for name in ("purpose", "note") if page[name]})
    except ValidationError as error:
        page["wrong"] = "；".join(each["message"] for each in field_errors(error))
        return show(request, "numbers.html", viewer, status=422, **page)
    found = await unmask(services, session, viewer.actor, no, asked)
    leave_unmasked(request)
    page["shown"] = {
        "parties": [{**party.model_dump(), "side": SIDES[party.side]} for party in found.parties],
        "incidents": [told.narrative for told in found.incidents],
    }
    return show(request, "numbers.html", viewer, **page)


def _page(row: DisputeRow) -> View:
    return {"no": row.dispute_no, "title": row.title, "purposes": PURPOSES, "purpose": "", "note": "", "wrong": "",
            "shown": None}  # fmt: skip
