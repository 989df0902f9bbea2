"""The page 纠纷: the dense list, its filters in its address, and the columns that a person chose."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response

from api.core.context import Services
from api.core.deps import CursorDep, ServicesDep, SessionDep
from api.dispute_list import service, views
from api.dispute_list.list_view import (
    chips,
    choices,
    heads,
    hidden,
    query,
    row_view,
    search_view,
    sought_chip,
    view_tabs,
)
from api.dispute_list.question import COLUMNS, HERE, USUAL, address, asked_in, filter_of
from api.dispute_list.schemas import Lines
from api.dispute_list.searching import number_in, opens, seek
from api.dispute_list.sought import KINDS, By, opened, sealed
from api.middleware.masking import leave_unmasked
from api.web.errors import PageRoute
from api.web.organisation_labels import Offices
from api.web.rendering import go, show
from api.web.session import PostedDep, Viewer, ViewerDep, text
from domain.errors import Conflict, FieldsInvalid, QuotaReached
from domain.people.need_to_know import SEARCH_PURPOSES
from infra.database.engine import Session
from infra.database.ids import new_id
from infra.records.events import last_event

router = APIRouter(route_class=PageRoute)
PAGE = 25


@router.get(HERE)
async def disputes_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, cursor: CursorDep = None
) -> Response:
    """The disputes that the person sees, as the address asks for them."""
    return await show_list(request, services, session, viewer, asked_in(request.query_params), cursor)


async def show_list(
    request: Request, services: Services, session: Session, viewer: Viewer, asked: dict[str, str],
    cursor: str | None = None, *, status: int = 200, **more: Any,
) -> Response:  # fmt: skip
    """The page; `more` is what it says besides."""
    heard = await last_event(session)
    error, state = "", asked.get("state", "open")
    sought = opened(asked["sought"], viewer.actor.person_id) if "sought" in asked else None
    if "sought" in asked and sought is None:
        asked = {name: value for name, value in asked.items() if name != "sought"}
        more.setdefault("notice", "这次查找已过期或不是您本人的，请重新查找")
    try:
        f = filter_of(asked, sought)
        found = await service.lines(services, session, viewer.actor, f, limit=PAGE, cursor=cursor)
    except FieldsInvalid as refused:
        error, found = "；".join(each["message"] for each in refused.errors), Lines(items=[], next_cursor=None)
    except QuotaReached as refused:
        error, found, status = refused.detail or refused.title, Lines(items=[], next_cursor=None), refused.status
    directory = await services.directory.read(session)
    offices = Offices(directory)
    offered = choices(services, directory, viewer.actor, offices)
    colours = {code: rule.name for code, rule in services.policy.playbook.process.colours.items()}
    kept = await views.saved_views(session, viewer.actor)
    view = next((each for each in kept if each.view_id == asked.get("view")), None)
    chosen = view.columns if view else await service.columns(session, viewer.actor)
    shown = {
        "heard": heard, "asked": asked, "error": error, "offered": offered,
        "chips": [*sought_chip(asked, sought), *chips(asked, offered)],
        "search": search_view(asked, sought), "ask": False, "wrong": {}, "notice": "", "heads": heads(asked, state),
        "rows": [row_view(line, offices, colours) for line in found.items],
        "columns": COLUMNS, "kinds": list(KINDS.items()), "purposes": list(SEARCH_PURPOSES.items()),
        "chosen": USUAL[state] if chosen is None else [c for c in COLUMNS if c in chosen],
        "tabs": view_tabs(kept, view), "view": view, "units": _units(viewer, offices), "view_key": new_id(),
        "save": {}, "export": {},
        "clear": HERE, "here": address(asked), "first": address(asked) if cursor else "",
        "next": address(asked, cursor=found.next_cursor) if found.next_cursor else "",
        "carried": hidden(asked), "query": query(asked),
    }  # fmt: skip
    return show(request, "dispute_list.html", viewer, status=status, **{**shown, **more})


@router.post("/disputes/search")
async def search_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, form: PostedDep
) -> Response:
    """Looks for somebody or something; the address that it goes on to shows neither the words nor the reason."""
    words, note = text(form, "words")[:100], text(form, "note")[:200]
    by: By = next((known for known in KINDS if known == text(form, "by")), "any")
    purpose = next((known for known in SEARCH_PURPOSES if known == text(form, "purpose")), None)
    asked = asked_in(dict(parse_qsl(text(form, "asked"))))
    rest = {name: value for name, value in asked.items() if name not in ("q", "sought")}
    if not words:
        return go(request, address(rest))
    if number := number_in(words):
        try:
            if await opens(services, session, viewer.actor, number):
                return go(request, f"{HERE}/{number}")
        except QuotaReached:
            pass  # the list says so
        return go(request, address({"state": "all", "matter": "all"}, q=number))
    if by == "title":
        return go(request, address(rest, q=words))
    try:
        sought = await seek(services, session, viewer.actor, words, by, purpose, note)
    except FieldsInvalid as refused:
        leave_unmasked(request)  # what was typed is shown as it was
        search = {"words": words, "by": by, "purpose": purpose or "", "note": note}
        wrong = {each["field"]: each["message"] for each in refused.errors}
        return await show_list(request, services, session, viewer, rest, status=422, search=search, wrong=wrong,
                               ask="words" not in wrong)  # fmt: skip
    return go(request, address({"state": "all", **rest}, sought=sealed(sought)))


@router.get("/disputes/search")
async def search_reread(request: Request, viewer: ViewerDep) -> Response:
    """The address of the form, read again: the list."""
    return go(request, HERE)


def _units(viewer: Viewer, offices: Offices) -> list[tuple[str, str]]:
    """The units with which a person may share a view."""
    return [(path, offices.at(path)) for path in dict.fromkeys(post.path for post in viewer.actor.posts)]


@router.post("/disputes/views")
async def save_view_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, form: PostedDep
) -> Response:
    """Keeps what the list shows as a view, gives one another name, or lets go of it."""
    asked, view_id = asked_in(dict(parse_qsl(text(form, "asked")))), text(form, "view_id")[:64]
    if text(form, "do") == "drop":
        await views.drop_view(services, viewer.actor, view_id)
        return go(request, HERE, {"tone": "ok", "text": "已删除视图"})
    typed = {"name": text(form, "name"), "shared_with": text(form, "shared_with")[:300]}
    columns = [value for value in form.getlist("column") if isinstance(value, str)]
    try:
        await views.save_view(services, session, viewer.actor, view_id, **typed, asked=asked, columns=columns)
    except FieldsInvalid as refused:
        wrong = refused.errors[0]["message"]
    except Conflict as refused:
        wrong = refused.detail
    else:
        return go(request, address(asked, view=view_id), {"tone": "ok", "text": f"已保存视图“{typed['name']}”"})
    save = {**typed, "wrong": wrong, "view_id": view_id}
    return await show_list(request, services, session, viewer, asked, status=422, save=save)


@router.get("/disputes/views")
async def view_reread(request: Request, viewer: ViewerDep) -> Response:
    """The address of the form, read again: the list."""
    return go(request, HERE)


@router.post("/disputes/columns")
async def columns_page(request: Request, services: ServicesDep, viewer: ViewerDep, form: PostedDep) -> Response:
    """Keeps the columns that were ticked, and goes back to the list."""
    ticked = {value for value in form.getlist("column") if isinstance(value, str)}
    await service.choose_columns(services, viewer.actor, [name for name in COLUMNS if name in ticked])
    return go(request, address(asked_in(dict(parse_qsl(text(form, "asked"))))))


@router.get("/disputes/columns")
async def columns_reread(request: Request, viewer: ViewerDep) -> Response:
    """The address of the form, read again: the list."""
    return go(request, HERE)
