"""The pages 名册: beats with their counterparts, the three chiefs, lines of work, qualifications, a person's card."""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from api.core.context import Services
from api.core.deps import ServicesDep, SessionDep
from api.registers import beat_service as beats
from api.registers import duty_service as service
from api.registers.duty_schemas import BeatItem, DutyItem
from api.registers.entrusting_form import KINDS_OF, Typed, asked, form_view
from api.venues.view import venues_body
from api.villages.view import villages_body
from api.web.errors import PageRoute
from api.web.formatting import present, stamp
from api.web.organisation_labels import Offices, offices_of
from api.web.rendering import View, go, show
from api.web.session import FilledDep, Posted, PostedDep, Viewer, ViewerDep, text
from api.web.submission import Outcome, banner_if_refused, next_key, send
from domain.errors import FieldsInvalid, NotFound
from domain.people.duties import QUALIFICATIONS, Duty, may_entrust
from domain.people.organisation import parent
from domain.people.permissions import may_record_leaving
from domain.triage.places import Directory, Kind, Listed
from infra.database.engine import Session
from infra.database.ids import new_id
from infra.read_model.disputes import visible
from infra.records.people import actor_of, first_posts

router = APIRouter(route_class=PageRoute)
TABS = {"beats": "警格", "grids": "网格", "villages": "村居", "chiefs": "三长", "portfolios": "分管",
        "contracting": "包保", "stationed": "派驻", "venues": "场所", "qualifications": "资格",
        "forces": "专班"}  # fmt: skip
STATES = {"ahead": "未开始", "current": "现任", "over": "已结束"}
_PAGE = 50


@router.get("/registers")
async def registers(request: Request, viewer: ViewerDep) -> Response:
    """The first of the registers."""
    return go(request, "/registers/beats")


@router.get("/registers/people/{person}")
async def person_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, person: str
) -> Response:
    """A person's card: posts, what is and was entrusted to him; whoever may, ends it there."""
    card = await service.person_card(services, session, viewer.actor, person[:64])
    whose, now = await actor_of(session, card.person_id), present()
    rows = []
    for item in card.duties:
        subject = await service.find_subject(services, session, item.kind, item.subject)
        row = _row(item, now)
        row["ends"] = bool(
            subject and whose and item.state != "over" and may_entrust(viewer.actor, item.kind, subject, whose)
        )
        rows.append(row)
    offices = await offices_of(services, session)
    return show(
        request,
        "person_card.html",
        viewer,
        tabs=tabs(""),
        name=card.name,
        active=card.active,
        posts=[f"{offices.label(post.organisation.code)} · {post.role_name}" for post in card.posts],
        former=[
            f"{offices.label(post.organisation.code)} · {post.role_name}，至 {post.until:%Y-%m-%d}"
            for post in card.former
        ],
        current=[row for row in rows if row["state"] != STATES["over"]],
        past=[row for row in rows if row["state"] == STATES["over"]],
        person=card.person_id,
        leaves=bool(whose and whose.posts and may_record_leaving(viewer.actor, card.person_id, whose.posts)),
        key=new_id(),
    )


@router.post("/registers/people/{person}/end/{duty_id}")
async def end_duty(
    request: Request,
    services: ServicesDep,
    session: SessionDep,
    viewer: ViewerDep,
    form: PostedDep,
    person: str,
    duty_id: str,
) -> Response:
    """Ends a duty before its time."""
    outcome = await send(
        services,
        session,
        viewer,
        Posted(form),
        service.end_operation(duty_id),
        lambda key: service.end_duty(services, session, viewer.actor, duty_id, key),
    )
    if outcome.answer is None:
        return go(request, f"/registers/people/{person}", {"tone": "bad", "text": outcome.detail})
    ended = outcome.answer.body
    said = f"{ended.person.name} 不再承担：{ended.kind_name}（{ended.subject_name}）"
    return go(request, f"/registers/people/{person}", {"tone": "ok", "text": said})


@router.get("/registers/people/{person}/end/{duty_id}")
async def end_reread(request: Request, viewer: ViewerDep, person: str, duty_id: str) -> Response:
    """The address of the form, read again: the page it was on."""
    return go(request, f"/registers/people/{person}")


@router.get("/registers/{tab}")
async def register_page(
    request: Request,
    services: ServicesDep,
    session: SessionDep,
    viewer: ViewerDep,
    tab: str,
    at: str = "",
    cursor: str = "",
) -> Response:
    """One register; `at` is the station of 警格, the qualification of 资格."""
    if tab not in TABS or tab in ("forces", "grids"):
        raise NotFound("没有这一名册")
    return await _show(request, services, session, viewer, tab, at=at[:64], cursor=cursor)


@router.post("/registers/{tab}")
async def entrust(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, posted: FilledDep, tab: str
) -> Response:
    """Entrusts what the form of a register says, once for the key in it."""
    if tab not in KINDS_OF or tab == "forces":
        raise NotFound("没有这一名册")
    typed, at = Typed.of(posted.form), text(posted.form, "at")[:64]
    try:
        entrusting = await asked(session, typed)
    except FieldsInvalid as error:
        return await _show(request, services, session, viewer, tab, typed=typed, wrong=error.errors, at=at, status=422)
    outcome = await send(
        services,
        session,
        viewer,
        posted,
        service.ENTRUST,
        lambda key: service.entrust(services, session, viewer.actor, entrusting, key),
    )
    if outcome.answer is None:
        async with services.database.resume(session):
            return await _show(
                request,
                services,
                session,
                viewer,
                tab,
                typed=typed,
                wrong=outcome.errors,
                at=at,
                status=outcome.status,
                banner=refusal(outcome),
                key=next_key(outcome, posted),
            )
    given = outcome.answer.body
    said = f"{given.person.name} 自 {stamp(given.since, present())} 起承担：{given.kind_name}（{given.subject_name}）"
    back = f"/registers/{tab}" + (f"?{urlencode({'at': at})}" if at else "")
    return go(request, back, {"tone": "ok", "text": said})


def refusal(outcome: Outcome[DutyItem]) -> dict[str, str] | None:
    """The banner of a form that was not taken; none where the fields say what is wrong."""
    return banner_if_refused(outcome, "前一次的登记已经生效，见下面的名册", "需要另行登记的，核对后请再次提交。")


async def _show(
    request: Request,
    services: Services,
    session: Session,
    viewer: Viewer,
    tab: str,
    *,
    at: str = "",
    cursor: str = "",
    typed: Typed | None = None,
    wrong: list[dict[str, str]] | None = None,
    status: int = 200,
    banner: dict[str, str] | None = None,
    key: str = "",
) -> Response:
    offices = await offices_of(services, session)
    directory = await services.directory.read(session)
    station = _station(directory, viewer, at) if tab == "beats" else None
    match tab:
        case "beats":
            body = await _beats(services, session, directory, station)
        case "villages":
            body = await villages_body(services, session, directory, at, cursor)
        case "venues":
            body = await venues_body(services, session, directory, offices, at, cursor)
        case "chiefs":
            body = await _chiefs(services, session, cursor)
        case _:
            body = await _duties(services, session, viewer, tab, at, cursor, offices)
    case = at if tab == "contracting" and await visible(session, viewer.actor, [at]) else ""
    form = None
    if tab in KINDS_OF:
        form = await form_view(services, session, viewer, tab, offices, typed or Typed(), station, case)
    return show(
        request,
        "registers.html",
        viewer,
        status=status,
        tab=tab,
        name=TABS[tab],
        tabs=tabs(tab),
        at=station.code if station else at,
        form=form,
        wrong={error["field"]: error["message"] for error in wrong or []},
        banner=banner,
        key=key or new_id(),
        **body,
    )


def tabs(current: str) -> list[View]:
    """The registers, for the bar of their pages."""
    return [{"href": f"/registers/{tab}", "name": name, "current": tab == current} for tab, name in TABS.items()]


def _station(directory: Directory, viewer: Viewer, at: str) -> Listed | None:
    """The station whose beats are shown: the one asked for, else the viewer's own, else the first."""
    asked_for = directory.get(at)
    if asked_for and asked_for.kind == Kind.STATION:
        return asked_for
    stations = {station.path: station for station in directory.of_kind(Kind.STATION)}
    own = (stations.get(path) for post in viewer.actor.posts for path in (post.path, parent(post.path)))
    return next(filter(None, own), None) or next(iter(stations.values()), None)


async def _beats(services: Services, session: Session, directory: Directory, station: Listed | None) -> View:
    found = await beats.check_coverage(services, session)
    report = beats.report(found)
    here: list[BeatItem] = []
    cursor = None
    while station:
        page = await beats.list_beats(services, session, organisation=station.code, limit=200, cursor=cursor)
        here += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    return {
        "stations": [(each.code, each.name) for each in directory.of_kind(Kind.STATION)],
        "station": station.name if station else "",
        "report": report,
        "breaks": list(islice(found.sentences(), _PAGE)),
        "vacant": [vacancy.sentence() for vacancy in found.vacancies[:_PAGE]],
        "rows": [_beat(item) for item in here],
    }


def _beat(item: BeatItem) -> View:
    return {
        "name": item.name,
        "grid": item.grid.name if item.grid else "没有网格",
        "village": item.village.name if item.village else "",
        "tiers": [
            {
                "label": f"{tier.police_role}—{tier.grid_role}",
                "police": [(who.person_id, who.name) for who in tier.police],
                "grid": [(who.person_id, who.name) for who in tier.grid],
            }
            for tier in item.counterparts
        ],
    }


async def _chiefs(services: Services, session: Session, cursor: str) -> View:
    page = await beats.list_chiefs(services, session, limit=_PAGE, cursor=cursor or None)
    rows = [
        {
            "township": item.township.name,
            "chiefs": [
                {
                    "role": chief.role_name,
                    "person": (chief.person.person_id, chief.person.name) if chief.person else None,
                    "body": "、".join(body.name for body in chief.bodies),
                    "by_post": chief.by == "post",
                    "gap": chief.gap,
                }
                for chief in item.chiefs
            ],
        }
        for item in page.items
    ]
    return {"rows": rows, "more": page.next_cursor or ""}


async def _duties(
    services: Services, session: Session, viewer: Viewer, tab: str, at: str, cursor: str, offices: Offices
) -> View:
    chosen = at if tab == "qualifications" and at in QUALIFICATIONS else None
    page = await service.list_duties(
        services, session, viewer.actor, kinds=KINDS_OF[tab], subject=chosen, limit=_PAGE, cursor=cursor or None
    )
    posts = await first_posts(session, {item.person.person_id for item in page.items})
    groups = {group.code: group.name for group in services.policy.lexicon.listed.groups}
    names = groups | {code: category.name for code, category in services.policy.lexicon.categories.items()}
    now, rows = present(), []
    for item in page.items:
        row = _row(item, now)
        post = posts.get(item.person.person_id)
        row["post"] = offices.holding(post.path, post.role) if post else "现无岗位"
        row["scope"] = "、".join(names.get(code, code) for code in item.scope) or "全部类别"
        rows.append(row)
    return {"rows": rows, "more": page.next_cursor or "", "qualifications": list(QUALIFICATIONS.items())}


def _row(item: DutyItem, now: datetime) -> View:
    return {
        "id": item.duty_id,
        "person": item.person.person_id,
        "name": item.person.name,
        "kind": item.kind_name,
        "subject": item.subject_name,
        "qualification": item.kind == Duty.QUALIFICATION,
        "case": service.of_case(item),
        "detail": item.detail,
        "since": f"{item.since:%Y-%m-%d}",
        "until": f"{item.ended_at or item.until:%Y-%m-%d}" if item.ended_at or item.until else "",
        "state": STATES[item.state],
        "ends": False,
    }
