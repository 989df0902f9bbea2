"""The pages of an account for who keeps it: opened, renamed, given posts, its password and second factor reset; and
people taken in from a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from starlette.datastructures import UploadFile

from api.core.context import Services
from api.core.deps import ServicesDep, SessionDep
from api.importing import service as importing
from api.importing.reading import HEADS, MOST_BYTES
from api.importing.schemas import Imported
from api.people import account_service as service
from api.people.password_service import governs, reset_password
from api.people.schemas import Account, AccountIn, NewName, PostIn
from api.signing_in.factor_service import reset_factor
from api.web.errors import PageRoute
from api.web.formatting import present, stamp
from api.web.organisation_labels import Offices, Options, beside
from api.web.rendering import View, go, show
from api.web.session import FilledDep, Posted, Viewer, ViewerDep, text
from api.web.submission import banner_if_refused, banner_of, next_key, send
from domain.base import china
from domain.errors import NotEntitled, NotFound, Refused
from domain.people.organisation import Actor, Post
from domain.people.permissions import (
    DEPUTYSHIP_READERS,
    SEPARATE_ROLES,
    administers_security,
    may_record_leaving,
)
from domain.people.separation import APART
from domain.triage.places import Directory
from domain.validation_messages import field_errors
from infra.database.engine import Session
from infra.database.ids import new_id
from infra.records.deputies import deputyships
from infra.records.people import posts_of
from infra.runtime.policy_files import role_name, roles_here

router = APIRouter(route_class=PageRoute)
DEPUTIES = 20
"""Of the two paths that a name could stand in, the fixed one comes first."""


@router.get("/people/import")
async def import_page(request: Request, services: ServicesDep, viewer: ViewerDep) -> Response:
    """The form by which a list of people is tried and taken in."""
    return _import_shown(request, viewer)


@router.post("/people/import")
async def take_list(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, posted: FilledDep
) -> Response:
    """Tries a list, or takes it in; where a line is wrong nothing is taken."""
    file, dry_run = posted.form.get("file"), text(posted.form, "how") != "take"
    content = await file.read(MOST_BYTES + 1) if isinstance(file, UploadFile) else b""
    if not content:
        return _import_shown(request, viewer, wrong="请选择要导入的文件", status=422)
    outcome = await send(
        services,
        session,
        viewer,
        posted,
        importing.IMPORT,
        lambda key: importing.import_people(services, session, viewer.actor, content, key, dry_run=dry_run),
    )
    if outcome.answer is None:
        wrong, banner = outcome.wrong_file, None
        if not wrong:
            banner = banner_if_refused(outcome, "前一次的导入已经生效", "需要另行导入的，请重新选择文件后提交。")
        return _import_shown(request, viewer, wrong=wrong, banner=banner, status=outcome.status)
    return _import_shown(request, viewer, report=outcome.answer.body)


def _import_shown(
    request: Request,
    viewer: Viewer,
    *,
    report: Imported | None = None,
    wrong: str = "",
    banner: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    return show(
        request,
        "people_import.html",
        viewer,
        status=status,
        report=report,
        wrong=wrong,
        banner=banner,
        key=new_id(),
        heads="、".join(HEADS),
    )


@router.get("/organisations/{code}/people/new")
async def new_account_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, code: str
) -> Response:
    """The form of a new account at a unit."""
    return await _new_shown(request, services, session, viewer, code)


@router.post("/organisations/{code}/people/new")
async def open_account(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, posted: FilledDep, code: str
) -> Response:
    """Opens an account, once for the key in the form, and says by which code its person signs in first."""
    typed = {name: text(posted.form, name)[:64] for name in ("name", "username", "role")}
    try:
        asked = AccountIn.model_validate(
            {
                "username": typed["username"],
                "name": typed["name"],
                "posts": [{"role": typed["role"], "organisation": code}],
            }
        )
    except ValidationError as error:
        return await _new_shown(
            request, services, session, viewer, code, typed=typed, wrong=field_errors(error), status=422
        )
    outcome = await send(
        services,
        session,
        viewer,
        posted,
        service.OPEN,
        lambda key: service.open_account(services, session, viewer.actor, asked, key),
    )
    if outcome.answer is None:
        banner = banner_if_refused(outcome, "前一次的账号已经开设", "需要另行开设的，核对后请再次提交。")
        async with services.database.resume(session):
            return await _new_shown(
                request,
                services,
                session,
                viewer,
                code,
                typed=typed,
                wrong=outcome.errors,
                status=outcome.status,
                banner=banner,
                key=next_key(outcome, posted),
            )
    made = outcome.answer.body
    return go(request, f"/people/{made.username}", {"tone": "ok", "text": f"已为{made.name}开设账号，请生成一次性口令"})


async def _new_shown(
    request: Request,
    services: Services,
    session: Session,
    viewer: Viewer,
    code: str,
    *,
    typed: dict[str, str] | None = None,
    wrong: list[dict[str, str]] | None = None,
    status: int = 200,
    banner: dict[str, str] | None = None,
    key: str = "",
) -> Response:
    listed = (await services.directory.read(session)).get(code[:64])
    if listed is None:
        raise NotFound("没有这个单位，或已撤销")
    if not administers_security(viewer.actor, listed.path):
        services.access.note(viewer.actor.person_id, None, "accounts:open", NotEntitled.code)
        raise NotEntitled
    errors = {each["field"].rpartition(".")[2]: each["message"] for each in wrong or []}
    return show(
        request,
        "account_new.html",
        viewer,
        status=status,
        unit={"code": listed.code, "name": listed.name},
        typed=typed or dict.fromkeys(("name", "username", "role"), ""),
        wrong=errors,
        banner=banner,
        key=key or new_id(),
        roles=_roles(),
    )


@router.get("/people/{username}")
async def account_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, username: str
) -> Response:
    """An account: who it is, by which posts he acts, and what may be changed of it."""
    return await _shown(request, services, session, viewer, username)


@router.get("/people/{username}/{what}")
async def change_reread(request: Request, viewer: ViewerDep, username: str, what: str) -> Response:
    """The address of a form, read again: the page it was on."""
    return go(request, f"/people/{quote(username[:64])}")


@router.post("/people/{username}/{what}")
async def change_account(
    request: Request,
    services: ServicesDep,
    session: SessionDep,
    viewer: ViewerDep,
    posted: FilledDep,
    username: str,
    what: str,
) -> Response:
    """Renames somebody, or gives him one more post."""
    typed = {name: text(posted.form, name)[:64] for name in ("name", "role", "organisation")}
    actor = viewer.actor
    if what not in ("name", "posts"):
        return await _reset(request, services, session, viewer, posted, username, what)
    try:
        if what == "name":
            named = NewName.model_validate({"name": typed["name"]})
            outcome = await send(
                services,
                session,
                viewer,
                posted,
                service.RENAME,
                lambda key: service.rename(services, session, actor, username, named, key),
            )
        else:
            directory = await services.directory.read(session)
            post = PostIn.model_validate(
                {"role": typed["role"], "organisation": Offices(directory).code(typed["organisation"])}
            )
            outcome = await send(
                services,
                session,
                viewer,
                posted,
                service.APPOINT,
                lambda key: service.appoint(services, session, actor, username, post, key),
            )
    except ValidationError as error:
        return await _shown(
            request, services, session, viewer, username, typed=typed, of=what, wrong=field_errors(error), status=422
        )
    if outcome.answer is None:
        banner = banner_if_refused(outcome, "前一次的变动已经生效", "需要另行变动的，核对后请再次提交。")
        async with services.database.resume(session):
            return await _shown(
                request,
                services,
                session,
                viewer,
                username,
                typed=typed,
                of=what,
                wrong=outcome.errors,
                status=outcome.status,
                banner=banner,
                key=next_key(outcome, posted),
            )
    said = f"已更名为{outcome.answer.body.name}" if what == "name" else f"已授予岗位：{role_name(typed['role'])}"
    return go(request, f"/people/{username}", {"tone": "ok", "text": said})


async def _reset(
    request: Request, services: Services, session: Session, viewer: Viewer, posted: Posted, username: str, what: str
) -> Response:
    """A one-time code in place of a password, shown this once; or no second factor any more."""
    if what not in ("password", "factor"):
        raise NotFound
    if posted.stale:
        return await _shown(
            request,
            services,
            session,
            viewer,
            username,
            status=403,
            banner={"title": "页面已过期，没有重置", "detail": "", "advice": "请核对后再次提交。"},
        )
    try:
        if what == "factor":
            await reset_factor(services, session, viewer.actor, username)
            return go(request, f"/people/{username}", {"tone": "ok", "text": "动态验证码已停用，请本人重新绑定"})
        code = await reset_password(services, session, viewer.actor, username)
    except Refused as error:
        async with services.database.resume(session):
            return await _shown(
                request, services, session, viewer, username, status=error.status, banner=banner_of(error)
            )
    async with services.database.resume(session):
        return await _shown(
            request,
            services,
            session,
            viewer,
            username,
            code={"code": code.code, "until": stamp(code.until, present())},
        )


async def _shown(
    request: Request,
    services: Services,
    session: Session,
    viewer: Viewer,
    username: str,
    *,
    typed: dict[str, str] | None = None,
    of: str = "",
    wrong: list[dict[str, str]] | None = None,
    status: int = 200,
    banner: dict[str, str] | None = None,
    key: str = "",
    code: dict[str, str] | None = None,
) -> Response:
    account = await service.account(services, session, viewer.actor, username[:64])
    directory = await services.directory.read(session)
    who, own = account.person_id, account.person_id == viewer.actor.person_id
    held = [
        Post(role=each.role, path=at.path) for each in account.posts if (at := directory.get(each.organisation.code))
    ]
    return show(
        request,
        "account_kept.html",
        viewer,
        status=status,
        account=account,
        posts=_posts(account, directory, {post.post_id: post.since for post, _ in await posts_of(session, who)}),
        deputies=await _deputies(session, viewer.actor, who),
        apart=APART if {each.role for each in account.posts} & SEPARATE_ROLES else "",
        keeps=not own and await governs(services, session, viewer.actor, account.person_id),
        appoints=not own and viewer.actor.has_role("admin_security"),
        own=own,
        leaves=bool(held) and may_record_leaving(viewer.actor, account.person_id, held),
        roles=_roles(),
        units=_units(directory, viewer.actor),
        typed={"name": account.name, "role": "", "organisation": "", **(typed or {})},
        of=of,
        banner=banner,
        code=code,
        wrong={each["field"]: each["message"] for each in wrong or []},
        keys={"name": key or new_id(), "posts": key or new_id()},
    )


async def _deputies(session: Session, actor: Actor, person_id: str) -> list[str]:
    """Who stands in for somebody, and for whom he does, now or later; for who may know."""
    if not actor.has_role(*DEPUTYSHIP_READERS):
        return []
    now = datetime.now(UTC)
    rows = await deputyships(session, person_id, limit=DEPUTIES)
    return [
        f"{each.deputy.name} 代 {each.person.name}，{stamp(china(each.row.since), present())} 至 "
        f"{stamp(china(each.row.until), present())}{'，待第二人确认' if each.row.waits else ''}"
        for each in rows
        if each.row.ended_at is None and each.row.until > now
    ]


def _posts(account: Account, directory: Directory, since: Mapping[str, datetime | None]) -> list[View]:
    return [
        {
            "since": f"{china(began):%Y-%m-%d}" if (began := since.get(each.post_id)) else "",
            "unit": each.organisation.name,
            "href": f"/organisations/{each.organisation.code}",
            "role": beside(each.organisation.name, each.role_name),
        }
        for each in account.posts
    ]


def _roles() -> Options:
    return [(code, role.name) for code, role in roles_here().items()]


def _units(directory: Directory, actor: Actor) -> Options:
    """The units at which somebody gives posts."""
    label = Offices(directory).label
    return [(each.code, label(each.code)) for each in directory.organisations if administers_security(actor, each.path)]
