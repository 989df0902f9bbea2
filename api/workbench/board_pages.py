"""分派台: the dispatcher's board, and the form that sends one or several on."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime

from fastapi import APIRouter, Request, Response

from api.core.context import Services
from api.core.deps import ServicesDep, SessionDep
from api.web.errors import PageRoute
from api.web.formatting import colour, due, present, span, stage_short
from api.web.organisation_labels import Offices, offices_of
from api.web.rendering import View, show
from api.web.session import FilledDep, Posted, Viewer, ViewerDep, text
from api.workbench.board import INSTRUCTIONS, MOST, assign_each, board
from api.workbench.schemas import Board, Sent, Waiting, Wish
from domain.base import china
from domain.policy.fields import DISPUTE_NO
from domain.policy.stages import Stage
from infra.database.engine import Session
from infra.database.ids import new_id
from infra.database.tables.read_model import DisputeRow
from infra.records.events import last_event

router = APIRouter(route_class=PageRoute)
MOST_SAID = 500
UNITS = 15


@router.get("/board")
async def board_page(request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep) -> Response:
    """分派台."""
    heard = await last_event(session)
    found = await board(services, session, viewer.actor)
    return await _shown(request, services, session, viewer, found, heard=heard)


@router.post("/board")
async def assign_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, posted: FilledDep
) -> Response:
    """Sends the one whose button was pressed, or all that are ticked; what became of each stands above the board."""
    form = posted.form
    only = text(form, "only")
    ticked = [only] if only else [v for v in form.getlist("tasks") if isinstance(v, str)][:MOST]
    wishes = [_wish(posted, task_id) for task_id in dict.fromkeys(ticked)]
    heard = await last_event(session)
    error, sent = "", list[Sent]()
    if posted.stale:
        error = "页面已过期，没有交办；所选内容还在，请再次提交"
    elif not wishes:
        error = "请先勾选要一并交办的纠纷"
    else:
        sent = await assign_each(services, session, viewer.actor, wishes, text(form, "key") or new_id())
    await session.close()
    async with services.database.resume(session):
        found = await board(services, session, viewer.actor)
        said = [{"no": _number(posted, s.task_id), "done": s.done, "said": s.said} for s in sent]
        kept = {w.task_id: w for w in (_wish(posted, each.task.task_id) for each in found.waiting) if w.lead}
        return await _shown(
            request, services, session, viewer, found, heard=heard, said=said, error=error, kept=kept,
            ticked={s.task_id for s in sent if not s.done} if sent else {*ticked},
            instructions=text(form, "instructions"),
        )  # fmt: skip


def _number(posted: Posted, task_id: str) -> str:
    """Which dispute it was, as the form said: one that a colleague has sent on is on no board any more."""
    said = text(posted.form, f"no.{task_id}")
    return said if re.fullmatch(DISPUTE_NO, said) else ""


def _wish(posted: Posted, task_id: str) -> Wish:
    lead = text(posted.form, f"lead.{task_id}")
    beside = [v for v in posted.form.getlist(f"with.{task_id}") if isinstance(v, str) and v != lead]
    return Wish(task_id, lead, beside, text(posted.form, "instructions")[:MOST_SAID] or INSTRUCTIONS)


async def _shown(
    request: Request,
    services: Services,
    session: Session,
    viewer: Viewer,
    found: Board,
    *,
    heard: int,
    said: list[View] | None = None,
    error: str = "",
    kept: dict[str, Wish] | None = None,
    ticked: set[str] | None = None,
    instructions: str = "",
) -> Response:
    offices, now = await offices_of(services, session), present()
    return show(
        request,
        "board.html",
        viewer,
        status=422 if error else 200,
        heard=heard,
        said=said or [],
        error=error,
        waiting=[_waiting(w, kept or {}, ticked or set()) for w in found.waiting],
        more=found.more,
        instructions=instructions or INSTRUCTIONS,
        stages=_stages(found, offices, now),
        units=_units(found, offices),
        key=new_id(),
    )


def _waiting(w: Waiting, kept: dict[str, Wish], ticked: set[str]) -> View:
    task, wish = w.task, kept.get(w.task.task_id)
    now = present(task.ahead)
    return {
        "id": task.task_id,
        "no": task.dispute_no,
        "title": task.title,
        "colour": colour(task.colour),
        "due": due(task.due_at, task.overdue, now, suspended=task.suspended),
        "taken": task.assignee_name if task.standing == "taken" else "",
        "ticked": task.task_id in ticked,
        "offers": [
            {"code": o.code, "name": o.name, "lead": o.code == wish.lead if wish else o.lead,
             "beside": wish is not None and o.code in wish.cooperating, "open": o.load.open, "overdue": o.load.overdue}
            for o in w.offers
        ],
    }  # fmt: skip


def _stages(found: Board, offices: Offices, now: datetime) -> list[View]:
    counted, late = Counter[str](), Counter[str]()
    for stand in found.stands:
        counted[stand.stage] += stand.open
        late[stand.stage] += stand.overdue
    return [
        {"code": stage.value, "name": stage_short(stage.value), "open": counted[stage.value],
         "overdue": late[stage.value],
         "cards": [_card(row, offices, now) for row in found.cards if row.stage == stage.value]}
        for stage in Stage if counted[stage.value]
    ]  # fmt: skip


def _card(row: DisputeRow, offices: Offices, now: datetime) -> View:
    return {
        "no": row.dispute_no,
        "title": row.title,
        "colour": colour(row.colour),
        "unit": offices.at(row.organisation) if row.organisation else "",
        "age": span(now - china(row.opened_at)),
        "due": due(row.due_at, row.overdue, present(row.ahead)),
    }


def _units(found: Board, offices: Offices) -> list[View]:
    """Units by what is late with them, then by how much they have."""
    total: dict[str, list[int]] = {}
    for stand in found.stands:
        if stand.unit:
            sums = total.setdefault(stand.unit, [0, 0, 0])
            for n, value in enumerate((stand.open, stand.overdue, stand.soon)):
                sums[n] += value
    ranked = sorted(total.items(), key=lambda item: (-item[1][1], -item[1][0], item[0]))[:UNITS]
    return [{"code": path.rpartition("/")[2], "name": offices.at(path), "open": n, "overdue": late, "soon": soon}
            for path, (n, late, soon) in ranked]  # fmt: skip
