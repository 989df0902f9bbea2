"""The page 转来情况 of a dispute: what the caller said when he called again."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from api.core.context import Services
from api.core.deps import ServicesDep, SessionDep
from api.core.schemas import schema_of
from api.disputes.service import whole_case
from api.notes.schemas import NoteIn
from api.notes.service import CLOSED, may_note, note_on, operation
from api.web.errors import PageRoute
from api.web.form_draft import PREFIX, Draft, typed_fields
from api.web.formatting import colour
from api.web.forms import Form, draw
from api.web.organisation_labels import offices_of, vocabulary
from api.web.rendering import go, show
from api.web.session import FilledDep, Viewer, ViewerDep
from api.web.submission import banner_if_refused, next_key, send
from domain.errors import DisputeClosed, NotEntitled
from domain.validation_messages import field_errors
from infra.database.engine import Session

router = APIRouter(route_class=PageRoute)
TITLE = "转来情况"


@router.get("/disputes/{no}/notes")
async def note_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, no: str
) -> Response:
    """The form."""
    return await _show(request, services, session, viewer, no, Draft())


@router.post("/disputes/{no}/notes")
async def note_taken(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, posted: FilledDep, no: str
) -> Response:
    """Takes a note, once for the key in the form; a refusal shows the form again with all that was typed."""
    case = await whole_case(services, session, viewer.actor, no)
    form = Form(schema_of(NoteIn), vocabulary(services, await offices_of(services, session), case.colours))
    fields = form.read(typed_fields(posted.form))
    try:
        note = NoteIn.model_validate(fields)
    except ValidationError as error:
        draft = Draft(form.flat(fields), field_errors(error), status=422)
        return await _show(request, services, session, viewer, no, draft)
    outcome = await send(services, session, viewer, posted, operation(no),
                         lambda key: note_on(services, session, viewer.actor, no, note, key))  # fmt: skip
    if outcome.answer is not None:
        return go(request, f"/disputes/{no}", {"tone": "ok", "text": "已转给承办人，并记入办理经过"})
    draft = Draft(form.flat(fields), outcome.errors, status=outcome.status, key=next_key(outcome, posted))
    draft.banner = banner_if_refused(outcome, "前一次转来的情况已经记入", "核对后再次提交，就另记一条。")
    async with services.database.resume(session):
        return await _show(request, services, session, viewer, no, draft)


async def _show(
    request: Request, services: Services, session: Session, viewer: Viewer, no: str, draft: Draft
) -> Response:
    case = await whole_case(services, session, viewer.actor, no)
    if not may_note(viewer.actor):
        raise NotEntitled("您的岗位不转来电、来信")
    if case.closed_at and not draft.typed:
        raise DisputeClosed(CLOSED)
    offices = await offices_of(services, session)
    form = Form(schema_of(NoteIn), vocabulary(services, offices, case.colours))
    return show(
        request,
        "action.html",
        viewer,
        status=draft.status,
        no=no,
        title=case.title,
        colour=colour(case.colour, case.colours),
        stage=case.stage_name,
        action={"name": "note", "title": TITLE, "href": f"/disputes/{no}/notes"},
        ends=False,
        approved=False,
        drawn=draw(form, draft.typed, draft.problems, {}),
        banner=draft.banner,
        organisations=offices.labels,
        prefix=PREFIX,
        key=draft.key,
    )
