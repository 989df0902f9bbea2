"""The page of task forces (专班): who is in which, until when; forming one, naming its members, ending it."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from api.core.context import Services
from api.core.deps import ServicesDep, SessionDep
from api.registers import duty_service
from api.registers import task_force_service as service
from api.registers.duty_schemas import TaskForce
from api.registers.entrusting_form import Typed, asked, form_view, organisations_to_lead
from api.registers.pages import refusal, tabs
from api.web.errors import PageRoute
from api.web.formatting import present
from api.web.organisation_labels import offices_of
from api.web.rendering import View, go, show
from api.web.session import FilledDep, Posted, PostedDep, Viewer, ViewerDep, text
from api.web.submission import banner_if_refused, next_key, send
from domain.errors import FieldsInvalid
from domain.people.organisation import Actor
from domain.people.task_forces import LONGEST, Forming, may_form
from domain.triage.places import Directory
from domain.validation_messages import field_errors
from infra.database.engine import Session
from infra.database.ids import new_id

router = APIRouter(route_class=PageRoute)
STATES = {"ahead": "未开始", "current": "在办", "over": "已结束"}
FIELDS = ("name", "purpose", "organisation", "until")
_PAGE = 20


@router.get("/registers/forces")
async def forces_page(
    request: Request,
    services: ServicesDep,
    session: SessionDep,
    viewer: ViewerDep,
    history: bool = False,
    cursor: str = "",
) -> Response:
    """Task forces with their members, and the forms of those who may."""
    return await _show(request, services, session, viewer, history=history, cursor=cursor)


@router.post("/registers/forces")
async def form_force(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, posted: FilledDep
) -> Response:
    """Forms a task force, once for the key in the form."""
    typed = {name: text(posted.form, name)[:1000] for name in FIELDS}
    try:
        forming = Forming.model_validate({name: value for name, value in typed.items() if value})
    except ValidationError as error:
        return await _show(
            request, services, session, viewer, typed=typed, wrong=field_errors(error), of="force", status=422
        )
    outcome = await send(
        services,
        session,
        viewer,
        posted,
        service.FORM,
        lambda key: service.form_task_force(services, session, viewer.actor, forming, key),
    )
    if outcome.answer is None:
        banner = banner_if_refused(
            outcome, "前一次成立的专班已经生效，见下面的名册", "需要另行成立的，核对后请再次提交。"
        )
        async with services.database.resume(session):
            return await _show(
                request,
                services,
                session,
                viewer,
                typed=typed,
                wrong=outcome.errors,
                of="force",
                status=outcome.status,
                banner=banner,
                key=next_key(outcome, posted),
            )
    formed = outcome.answer.body
    return go(request, "/registers/forces", {"tone": "ok", "text": f"已成立“{formed.name}”，请增加成员"})


@router.post("/registers/forces/members")
async def add_member(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, posted: FilledDep
) -> Response:
    """Names a member of a task force."""
    typed = Typed.of(posted.form)
    try:
        entrusting = await asked(session, typed)
    except FieldsInvalid as error:
        return await _show(
            request, services, session, viewer, member=typed, wrong=error.errors, of="member", status=422
        )
    outcome = await send(
        services,
        session,
        viewer,
        posted,
        duty_service.ENTRUST,
        lambda key: duty_service.entrust(services, session, viewer.actor, entrusting, key),
    )
    if outcome.answer is None:
        async with services.database.resume(session):
            return await _show(
                request,
                services,
                session,
                viewer,
                member=typed,
                wrong=outcome.errors,
                of="member",
                status=outcome.status,
                banner=refusal(outcome),
                key=next_key(outcome, posted),
            )
    given = outcome.answer.body
    return go(request, "/registers/forces", {"tone": "ok", "text": f"{given.person.name} 已加入“{given.subject_name}”"})


@router.get("/registers/forces/members")
async def members_reread(request: Request, viewer: ViewerDep) -> Response:
    """The address of the form, read again: the page it was on."""
    return go(request, "/registers/forces")


@router.post("/registers/forces/{force_id}/end")
async def end_force(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, form: PostedDep, force_id: str
) -> Response:
    """Ends a task force before its time."""
    outcome = await send(
        services,
        session,
        viewer,
        Posted(form),
        service.end_operation(force_id),
        lambda key: service.end_task_force(services, session, viewer.actor, force_id, key),
    )
    if outcome.answer is None:
        return go(request, "/registers/forces", {"tone": "bad", "text": outcome.detail})
    return go(request, "/registers/forces", {"tone": "ok", "text": f"已结束“{outcome.answer.body.name}”"})


@router.get("/registers/forces/{force_id}/end")
async def end_reread(request: Request, viewer: ViewerDep, force_id: str) -> Response:
    """The address of the form, read again: the page it was on."""
    return go(request, "/registers/forces")


async def _show(
    request: Request,
    services: Services,
    session: Session,
    viewer: Viewer,
    *,
    history: bool = False,
    cursor: str = "",
    typed: dict[str, str] | None = None,
    member: Typed | None = None,
    wrong: list[dict[str, str]] | None = None,
    of: str = "",
    status: int = 200,
    banner: dict[str, str] | None = None,
    key: str = "",
) -> Response:
    page = await service.list_task_forces(services, session, history=history, limit=_PAGE, cursor=cursor or None)
    directory = await services.directory.read(session)
    offices = await offices_of(services, session)
    return show(
        request,
        "task_forces.html",
        viewer,
        status=status,
        tabs=tabs("forces"),
        forces=[_force(force, viewer.actor, directory) for force in page.items],
        more=page.next_cursor or "",
        history=history,
        form=await form_view(services, session, viewer, "forces", offices, member or Typed()),
        leading=organisations_to_lead(viewer.actor, directory),
        typed={name: (typed or {}).get(name, "") for name in FIELDS},
        wrong={error["field"]: error["message"] for error in wrong or []},
        of=of,
        banner=banner,
        longest=LONGEST.days,
        key=new_id(),
        keys={form: key if key and of == form else new_id() for form in ("member", "force")},
    )


def _force(force: TaskForce, actor: Actor, directory: Directory) -> View:
    organisation = directory.get(force.organisation.code)
    here = present()
    return {
        "id": force.force_id,
        "name": force.name,
        "purpose": force.purpose,
        "organisation": force.organisation.name,
        "since": f"{force.since:%Y-%m-%d}",
        "until": f"{force.ended_at or force.until:%Y-%m-%d}",
        "state": force.state,
        "word": STATES[force.state],
        "members": [{"person": m.person.person_id, "name": m.person.name, "detail": m.detail} for m in force.members],
        "ends": bool(organisation and force.until > here and not force.ended_at and may_form(actor, organisation.path)),
    }
