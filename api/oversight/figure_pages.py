"""督导: what the figures of a month call down, answered by the organisation's leaders and ruled upon."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import ValidationError

from api.core.context import Services
from api.core.deps import CursorDep, ServicesDep, SessionDep
from api.oversight import figure_supervision
from api.oversight.figure_supervision import STATES
from api.oversight.schemas import Ruling, Supervised, SupervisionAnswer
from api.web.errors import PageRoute
from api.web.formatting import by, due, present, stamp
from api.web.rendering import View, go, show
from api.web.session import FilledDep, Viewer, ViewerDep, text
from api.web.submission import banner_if_refused, next_key, send
from domain.validation_messages import field_errors
from infra.database.engine import Session
from infra.database.ids import new_id

router = APIRouter(route_class=PageRoute)
PAGE = 20
BOXES = {"open": "督导中", "done": "已办结"}
SAID = {"answer": "答复", "accept": "接受答复", "return": "退回重新答复"}


@router.get("/figure-supervisions")
async def supervisions_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep,
    box: Annotated[str, Query(max_length=10)] = "open", cursor: CursorDep = None,
) -> Response:  # fmt: skip
    """What figures called down, of the organisations one oversees."""
    box = box if box in BOXES else "open"
    page = await figure_supervision.listed_supervisions(services, session, viewer.actor, box, None, PAGE, cursor)
    more = f"/figure-supervisions?box={box}&cursor={page.next_cursor}" if page.next_cursor else ""
    now = present()
    return show(request, "figure_supervisions.html", viewer, items=[_item(item, now) for item in page.items],
                more=more, box=box, boxes=list(BOXES.items()))  # fmt: skip


@router.get("/figure-supervisions/{supervision_id}")
async def supervision_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, supervision_id: str
) -> Response:
    """One of them, with the form of whoever is to speak."""
    return await _show(request, services, session, viewer, supervision_id)


@router.post("/figure-supervisions/{supervision_id}")
async def say_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, posted: FilledDep,
    supervision_id: str,
) -> Response:  # fmt: skip
    """Takes an answer or a ruling, once for the key in the form."""
    typed = {name: text(posted.form, name)[:5000] for name in ("verdict", "text")}
    ruling = text(posted.form, "what") == "ruling"
    try:
        said = Ruling.model_validate(typed) if ruling else SupervisionAnswer(text=typed["text"])
    except ValidationError as error:
        wrong = [e["message"] if e["field"] != "text" else "请填写内容" for e in field_errors(error)]
        wrong = ["请选择裁定" if not typed["verdict"] and ruling and "text" not in w else w for w in wrong]
        return await _show(request, services, session, viewer, supervision_id, typed, wrong=wrong, status=422)
    what = ("accept" if typed["verdict"] == "accept" else "return") if ruling else "answer"
    outcome = await send(
        services, session, viewer, posted, figure_supervision.operation(supervision_id, what),
        lambda key: figure_supervision.rule_on_supervision(services, session, viewer.actor, supervision_id, said, key)
        if isinstance(said, Ruling)
        else figure_supervision.answer_supervision(services, session, viewer.actor, supervision_id, said, key),
    )  # fmt: skip
    if outcome.answer is None:
        banner = banner_if_refused(outcome, "前一次提交的内容已经生效", "核对后请再次提交。")
        async with services.database.resume(session):
            return await _show(request, services, session, viewer, supervision_id, typed, status=outcome.status,
                               banner=banner, key=next_key(outcome, posted))  # fmt: skip
    return go(request, f"/figure-supervisions/{supervision_id}", {"tone": "ok", "text": f"已提交：{SAID[what]}"})


async def _show(
    request: Request, services: Services, session: Session, viewer: Viewer, supervision_id: str,
    typed: dict[str, str] | None = None, *, wrong: list[str] | None = None, status: int = 200,
    banner: dict[str, str] | None = None, key: str = "",
) -> Response:  # fmt: skip
    found = await figure_supervision.whole_supervision(services, session, viewer.actor, supervision_id)
    now = present()
    whole = {
        **_item(found, now),
        "said": [
            {"what": SAID[s.what], "name": by(s.name, s.on_behalf_name), "at": stamp(s.at, now), "text": s.text}
            for s in found.said
        ],
        "may_answer": found.may_answer,
        "may_rule": found.may_rule,
    }
    return show(request, "figure_supervision.html", viewer, status=status, item=whole,
                typed=typed or {"verdict": "", "text": ""}, wrong=wrong or [], banner=banner,
                key=key or new_id())  # fmt: skip


def _item(item: Supervised, now: datetime) -> View:
    year, month = item.month.split("-")
    return {
        "id": item.supervision_id,
        "href": f"/figure-supervisions/{item.supervision_id}",
        "office": item.organisation_name,
        "month": f"{year}年{int(month)}月",
        "state": STATES[item.state],
        "findings": [finding.words for finding in item.findings],
        "opened": stamp(item.opened_at, now),
        "due": due(item.due_at, item.overdue, now) if item.state == "open" else None,
    }
