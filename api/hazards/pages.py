"""风险隐患: what is outstanding until all is cancelled off (动态清零), a batch with its items, and one of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response

from api.attachments.presenters import present_attachment
from api.attachments.schemas import Attachment
from api.core.deps import CursorDep, ServicesDep, SessionDep
from api.hazards import reading
from api.hazards.hazard_view import batch_view, item_view, standing_view, trend_view
from api.hazards.schemas import HazardItem
from api.hazards.service import may_send
from api.tasks.task_page import MAY_ANSWER
from api.web.errors import PageRoute
from api.web.formatting import present
from api.web.rendering import View, show
from api.web.session import Viewer, ViewerDep
from domain.case.hazards.batch import STATE_NAMES
from domain.case.state import Task
from domain.errors import FieldsInvalid, NotFound
from domain.policy.catalogue import KINDS
from domain.transitions.handover import standing
from infra.database.engine import Session
from infra.read_model.hazards.items import By, ItemFilter, batch_line
from infra.read_model.tasks import tasks_of
from infra.records.attachments import attachments_of
from infra.records.notices.batches import batches_numbered

router = APIRouter(route_class=PageRoute)
BY: dict[By, str] = {"aspect": "方面", "organisation": "整改单位", "batch": "批次"}
DAYS = 30
PAGE = 200
"""A whole batch on one page."""
LISTS: dict[str, str] = {"outstanding": "未销号", "overdue": "逾期"} | dict(STATE_NAMES.items())
WordDep = Annotated[str, Query(max_length=64)]


@router.get("/hazards")
async def hazards_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, by: WordDep = "aspect"
) -> Response:
    """How all that the person sees stands, in all, by aspect, organisation or batch, and day by day."""
    group: By = next((known for known in BY if known == by), "aspect")
    found = await reading.outstanding(services, session, viewer.actor, ItemFilter(), group, DAYS)
    return show(
        request, "hazards.html", viewer,
        total=standing_view(found.total, ""),
        groups=[standing_view(each, _address(group, each.key)) for each in found.groups],
        trend=trend_view(found.days),
        definitions=found.definitions, by=group, bys=list(BY.items()), by_name=BY[group],
        may_send=await may_send(services, session, viewer.actor),
    )  # fmt: skip


def _address(by: By, key: str) -> str:
    return f"/hazards/{key}" if by == "batch" else f"/hazards/items?{urlencode({by: key, 'state': 'outstanding'})}"


@router.get("/hazards/items")
async def items_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, aspect: WordDep = "",
    organisation: WordDep = "", state: WordDep = "", cursor: CursorDep = None,
) -> Response:  # fmt: skip
    """Items of whatever batch: of an aspect, of an organisation, in a state."""
    asked = {k: v for k, v in {"aspect": aspect, "organisation": organisation, "state": state}.items() if v}
    f, error = _filter(asked)
    try:
        found = await reading.listed_items(services, session, viewer.actor, f, limit=50, cursor=cursor)
    except FieldsInvalid as refused:
        asked, error = {}, "；".join(e["message"] for e in refused.errors)
        found = await reading.listed_items(services, session, viewer.actor, ItemFilter(), limit=50, cursor=None)
    more = f"/hazards/items?{urlencode({**asked, 'cursor': found.next_cursor})}" if found.next_cursor else ""
    total = await reading.outstanding(services, session, viewer.actor, ItemFilter(), "aspect")
    bodies = await reading.outstanding(services, session, viewer.actor, ItemFilter(), "organisation")
    return show(
        request, "hazard_items.html", viewer,
        items=[item_view(item, present(item.ahead)) for item in found.items], more=more, asked=asked, error=error,
        states=list(LISTS.items()), aspects=[(g.key, g.name) for g in total.groups],
        bodies=[(g.key, g.name) for g in bodies.groups],
    )  # fmt: skip


@router.get("/hazards/{no}")
async def batch_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, no: str, state: WordDep = "",
    aspect: WordDep = "", organisation: WordDep = "", cursor: CursorDep = None,
) -> Response:  # fmt: skip
    """A batch with its items, each with what is to be done to it next."""
    case = await batch_line(session, viewer.actor, no)
    if case is None:
        services.access.note(viewer.actor.person_id, no, "hazards", NotFound.code)
        raise NotFound("没有这批风险隐患")
    services.access.note(viewer.actor.person_id, no, "hazards")
    asked = {k: v for k, v in {"aspect": aspect, "organisation": organisation, "state": state}.items() if v}
    f, error = _filter(asked)
    whole = ItemFilter(batch=no)
    try:
        found = await reading.listed_items(
            services, session, viewer.actor, f.model_copy(update={"batch": no}), limit=PAGE, cursor=cursor
        )
    except FieldsInvalid as refused:
        asked, error = {}, "；".join(e["message"] for e in refused.errors)
        found = await reading.listed_items(services, session, viewer.actor, whole, limit=PAGE, cursor=None)
    stands = {by: await reading.outstanding(services, session, viewer.actor, whole, by) for by in BY}
    numbered = await batches_numbered(session, [no])
    asks = await _asks(session, viewer, no)
    return show(
        request, "hazard_batch.html", viewer,
        batch=batch_view(case, reading.batch_name(numbered.get(no)), numbered.get(no), present(case.ahead)),
        total=standing_view(stands["aspect"].total, ""),
        aspects=[standing_view(g, _narrowed(no, "aspect", g.key)) for g in stands["aspect"].groups],
        bodies=[standing_view(g, _narrowed(no, "organisation", g.key)) for g in stands["organisation"].groups],
        items=[_row(item, asks) for item in found.items], asked=asked, error=error, states=list(LISTS.items()),
        more=f"/hazards/{no}?{urlencode({**asked, 'cursor': found.next_cursor})}" if found.next_cursor else "",
    )  # fmt: skip


def _narrowed(no: str, by: str, key: str) -> str:
    return f"/hazards/{no}?{urlencode({by: key})}"


def _filter(asked: dict[str, str]) -> tuple[ItemFilter, str]:
    """The filter that an address asks for, and what is wrong with it."""
    state = asked.get("state")
    if state and state not in LISTS:
        return ItemFilter(), "没有这种状态，现显示全部"
    return ItemFilter(
        path=asked.get("organisation"), aspect=asked.get("aspect"), state=state if state in STATE_NAMES else None,
        outstanding=True if state == "outstanding" else None, overdue=True if state == "overdue" else None,
    ), ""  # fmt: skip


Asks = dict[int, list[tuple[str, str]]]
"""By an item's number what the person may do to it now: title, and address of the form with the item chosen."""


async def _asks(session: Session, viewer: Viewer, no: str) -> Asks:
    asks: Asks = {}
    for row in await tasks_of(session, no):
        task, spec = Task.model_validate(row.sealed), KINDS[row.kind]
        if not (task.pending and spec.by_items and standing(task, viewer.actor) in MAY_ANSWER):
            continue
        for item in task.about["items"]:
            asks.setdefault(item, []).extend(
                (spec.decisions[name].title, f"/tasks/{task.task_id}?decision={name}&items={item}")
                for name in row.sealed["decisions"]
            )
    return asks


def _row(item: HazardItem, asks: Asks, files: Mapping[str, Attachment] | None = None) -> View:
    return {**item_view(item, present(item.ahead), files), "doing": asks.get(item.no, [])}


@router.get("/hazards/{no}/{item}")
async def item_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, no: str,
    item: Annotated[int, Path(ge=1, le=9999)],
) -> Response:  # fmt: skip
    """One item with every answer to it, its pictures, and the rulings."""
    found = await reading.one_item(services, session, viewer.actor, no, item)
    asks, numbered = await _asks(session, viewer, no), await batches_numbered(session, [no])
    sent = await attachments_of(session, no, viewer.actor.person_id)
    files = {row.attachment_id: present_attachment(row) for row in sent}
    return show(request, "hazard_item.html", viewer, item=_row(found, asks, files),
                batch=reading.batch_name(numbered.get(no)))  # fmt: skip
