"""The page 代班: who stands in for whom; naming a deputy, ending it."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from api.core.context import Services
from api.core.deps import ServicesDep, SessionDep
from api.people import deputy_service as service
from api.people.schemas import Deputyship
from api.web.errors import PageRoute
from api.web.formatting import present, stamp
from api.web.organisation_labels import offices_of
from api.web.rendering import View, go, show
from api.web.session import FilledDep, Posted, PostedDep, Viewer, ViewerDep, text
from api.web.submission import banner_if_refused, next_key, send
from domain.people.deputies import LONGEST, Naming, deputised
from domain.people.permissions import DEPUTY_MANAGERS
from domain.validation_messages import field_errors
from infra.database.engine import Session
from infra.database.ids import new_id
from infra.records.people import colleagues
from infra.runtime.policy_files import role_name

router = APIRouter(route_class=PageRoute)
STATES = {"waiting": "待第二人确认", "ahead": "未开始", "current": "代班中", "over": "已结束"}
FIELDS = ("deputy", "since", "until", "person")


@router.get("/deputies")
async def deputies_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, cursor: str = ""
) -> Response:
    """The deputyships one may see, and the form to name a deputy."""
    typed = {"since": f"{present():%Y-%m-%dT%H:%M}"}
    return await _show(request, services, session, viewer, typed, [], cursor=cursor)


@router.post("/deputies")
async def name_deputy(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, posted: FilledDep
) -> Response:
    """Names a deputy, once for the key in the form."""
    typed = {name: text(posted.form, name)[:100] for name in FIELDS}
    try:
        naming = Naming.model_validate({name: value for name, value in typed.items() if value})
    except ValidationError as error:
        return await _show(request, services, session, viewer, typed, field_errors(error), status=422)
    outcome = await send(services, session, viewer, posted, service.NAME,
                         lambda key: service.name_deputy(services, session, viewer.actor, naming, key))  # fmt: skip
    if outcome.answer is None:
        banner = banner_if_refused(
            outcome, "前一次的安排已经生效，见下面的代班安排", "需要另行安排的，核对后请再次提交。"
        )
        async with services.database.resume(session):
            return await _show(request, services, session, viewer, typed, outcome.errors, status=outcome.status,
                               banner=banner, key=next_key(outcome, posted))  # fmt: skip
    named = outcome.answer.body
    said = f"已安排 {named.deputy.name} 代班，至 {stamp(named.until, present())}"
    said += "；级别高于代班人岗位，须经第二人确认后生效" if named.state == "waiting" else ""
    return go(request, "/deputies", {"tone": "ok", "text": said})


@router.post("/deputies/{deputyship_id}/end")
async def end_deputy(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, form: PostedDep, deputyship_id: str
) -> Response:
    """Ends a deputyship before its time."""
    outcome = await send(
        services, session, viewer, Posted(form), service.end_operation(deputyship_id),
        lambda key: service.end_deputyship(services, session, viewer.actor, deputyship_id, key),
    )  # fmt: skip
    if outcome.answer is None:
        return go(request, "/deputies", {"tone": "bad", "text": outcome.detail})
    return go(request, "/deputies", {"tone": "ok", "text": f"已结束 {outcome.answer.body.deputy.name} 的代班"})


@router.post("/deputies/{deputyship_id}/confirm")
async def confirm_deputy(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, form: PostedDep, deputyship_id: str
) -> Response:
    """The second person's word on a deputyship that waits for it."""
    outcome = await send(
        services, session, viewer, Posted(form), service.confirm_operation(deputyship_id),
        lambda key: service.confirm_deputyship(services, session, viewer.actor, deputyship_id, key),
    )  # fmt: skip
    if outcome.answer is None:
        return go(request, "/deputies", {"tone": "bad", "text": outcome.detail})
    return go(request, "/deputies", {"tone": "ok", "text": f"已确认 {outcome.answer.body.deputy.name} 的代班"})


@router.get("/deputies/{deputyship_id}/confirm")
@router.get("/deputies/{deputyship_id}/end")
async def end_reread(request: Request, viewer: ViewerDep, deputyship_id: str) -> Response:
    """The address of the form, read again: the page it was on."""
    return go(request, "/deputies")


async def _show(
    request: Request,
    services: Services,
    session: Session,
    viewer: Viewer,
    typed: dict[str, str],
    problems: list[dict[str, str]],
    *,
    status: int = 200,
    cursor: str = "",
    banner: dict[str, str] | None = None,
    key: str = "",
) -> Response:
    actor, now = viewer.actor, present()
    page = await service.deputyships_of(session, actor, 20, cursor or None)
    offices = await offices_of(services, session)
    paths = {post.path for post in deputised(actor.posts)}
    at_work = await colleagues(session, paths, {actor.person_id}) if paths else []
    return show(
        request,
        "deputies.html",
        viewer,
        status=status,
        rows=[_row(item, actor.person_id, now) for item in page.items],
        more=page.next_cursor or "",
        may_manage=actor.has_role(*DEPUTY_MANAGERS),
        colleagues=[(p.username, f"{p.name} {offices.label(p.organisation)} {role_name(p.role)}") for p in at_work],
        typed={name: typed.get(name, "") for name in FIELDS},
        wrong={p["field"]: p["message"] for p in problems},
        banner=banner,
        longest=LONGEST.days,
        key=key or new_id(),
    )


def _row(item: Deputyship, person_id: str, now: datetime) -> View:
    return {
        "id": item.deputyship_id,
        "person": "本人" if item.person.person_id == person_id else item.person.name,
        "deputy": "本人" if item.deputy.person_id == person_id else item.deputy.name,
        "since": stamp(item.since, now),
        "until": stamp(item.ended_at or item.until, now),
        "state": STATES[item.state],
        "code": item.state,
        "confirms": item.state == "waiting" and person_id not in (item.deputy.person_id, item.named_by),
        "early": item.ended_at is not None,
    }
