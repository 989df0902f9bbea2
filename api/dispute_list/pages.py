"""The page 纠纷: the dense list, its filters in its address, and the columns that a person chose."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response

from api.core.context import Services
from api.core.deps import CursorDep, ServicesDep, SessionDep
from api.dispute_list import service
from api.dispute_list.list_view import chips, choices, heads, hidden, query, row_view
from api.dispute_list.question import COLUMNS, HERE, USUAL, address, asked_in, filter_of
from api.dispute_list.schemas import Lines
from api.web.errors import PageRoute
from api.web.organisation_labels import Offices
from api.web.rendering import go, show
from api.web.session import PostedDep, Viewer, ViewerDep, text
from domain.errors import FieldsInvalid, QuotaReached
from infra.database.engine import Session
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
    try:
        found = await service.lines(services, session, viewer.actor, filter_of(asked), limit=PAGE, cursor=cursor)
    except FieldsInvalid as refused:
        error, found = "；".join(each["message"] for each in refused.errors), Lines(items=[], next_cursor=None)
    except QuotaReached as refused:
        error, found, status = refused.detail or refused.title, Lines(items=[], next_cursor=None), refused.status
    directory = await services.directory.read(session)
    offices = Offices(directory)
    offered = choices(services, directory, viewer.actor, offices)
    colours = {code: rule.name for code, rule in services.policy.playbook.process.colours.items()}
    chosen = await service.columns(session, viewer.actor)
    shown = {
        "heard": heard, "asked": asked, "error": error, "offered": offered,
        "chips": chips(asked, offered), "heads": heads(asked, state),
        "rows": [row_view(line, offices, colours) for line in found.items],
        "columns": COLUMNS, "chosen": USUAL[state] if chosen is None else [name for name in COLUMNS if name in chosen],
        "clear": HERE, "here": address(asked), "first": address(asked) if cursor else "",
        "next": address(asked, cursor=found.next_cursor) if found.next_cursor else "",
        "carried": hidden(asked, "q"), "query": query(asked),
    }  # fmt: skip
    return show(request, "dispute_list.html", viewer, status=status, **shown, **more)


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
