"""抽查: what was found to be no risk, what was kept and what was diverted, looked at again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import TypeAdapter, ValidationError

from api.core.context import Services
from api.core.deps import CursorDep, ServicesDep, SessionDep
from api.oversight import spot_checks
from api.oversight.schemas import About, SpotCheck, SpotCheckItem, SpotVerdict
from api.oversight.spot_checks import ABOUT
from api.web.errors import PageRoute
from api.web.formatting import by, colour, due, present, stamp
from api.web.rendering import View, go, show
from api.web.session import FilledDep, Viewer, ViewerDep, text
from api.web.submission import banner_if_refused, next_key, send
from domain.validation_messages import field_errors
from infra.database.engine import Session
from infra.database.ids import new_id

router = APIRouter(route_class=PageRoute)
PAGE = 20
BOXES = {"open": "待抽查", "done": "已抽查"}
LOOKED_FOR = {"no_risk": "有无漏判风险", "kept": "是否应分未分", "diverted": "是否误分"}
VERDICTS = {
    "no_risk": {"agreed": "认定无误", "wrong": "认定有误，已重新启动"},
    "kept": {"agreed": "留在公安无误", "wrong": "应分未分"},
    "diverted": {"agreed": "分流无误", "wrong": "误分，不应分流"},
}
"""What was found, by what the check is about."""
CHOICES = {
    "no_risk": {"agreed": "认定无误", "wrong": "认定有误，重新启动"},
    "kept": {"agreed": "留在公安无误", "wrong": "应分未分：应当分流"},
    "diverted": {"agreed": "分流无误", "wrong": "误分：不应分流"},
}


@router.get("/spot-checks")
async def spot_checks_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep,
    box: Annotated[str, Query(max_length=10)] = "open", about: Annotated[str, Query(max_length=10)] = "",
    cursor: CursorDep = None,
) -> Response:  # fmt: skip
    """What was drawn: to be looked at, or looked at."""
    box = box if box in BOXES else "open"
    asked = TypeAdapter(About).validate_python(about) if about in ABOUT else None
    page = await spot_checks.listed_checks(services, session, viewer.actor, box, PAGE, cursor, asked)
    kind = f"&about={asked}" if asked else ""
    more = f"/spot-checks?box={box}{kind}&cursor={page.next_cursor}" if page.next_cursor else ""
    now = present()
    stands = {"no_risk": page.counts, "kept": page.kept, "diverted": page.diverted}
    counts = [
        {"name": f"{ABOUT[code]}（{LOOKED_FOR[code]}）", "href": f"/spot-checks?box={box}&about={code}",
         "current": code == asked, "of": counted}
        for code, counted in stands.items()
        if code in _drawn_here(services) or counted.ended
    ]  # fmt: skip
    return show(request, "spot_checks.html", viewer, items=[_item(item, now) for item in page.items], more=more,
                box=box, kind=kind, boxes=list(BOXES.items()), counts=counts, may_judge=page.may_judge)  # fmt: skip


@router.get("/spot-checks/{check_id}")
async def spot_check_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, check_id: str
) -> Response:
    """One of them, with what the desks knew and said."""
    return await _show(request, services, session, viewer, check_id)


@router.post("/spot-checks/{check_id}")
async def judge_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, posted: FilledDep, check_id: str
) -> Response:
    """Takes the verdict, once for the key in the form."""
    typed = {name: text(posted.form, name)[:3000] for name in ("verdict", "reason")}
    try:
        verdict = SpotVerdict.model_validate(typed)
    except ValidationError as error:
        wrong = {e["field"]: e["message"] for e in field_errors(error)}
        if not typed["verdict"]:
            wrong = {"verdict": "请选择抽查结论"}
        return await _show(request, services, session, viewer, check_id, typed, wrong=wrong, status=422)
    outcome = await send(
        services, session, viewer, posted, spot_checks.operation(check_id),
        lambda key: spot_checks.judge_check(services, session, viewer.actor, check_id, verdict, key),
    )  # fmt: skip
    if outcome.answer is None:
        banner = banner_if_refused(outcome, "前一次的结论已经生效", "结论不能更改；确有需要的，请由督查员处理。")
        async with services.database.resume(session):
            return await _show(request, services, session, viewer, check_id, typed, status=outcome.status,
                               banner=banner, key=next_key(outcome, posted))  # fmt: skip
    found = VERDICTS[outcome.answer.body.about][verdict.verdict]
    return go(request, "/spot-checks", {"tone": "ok", "text": f"{outcome.answer.body.dispute_no}：{found}"})


def _drawn_here(services: Services) -> set[str]:
    """What this mechanism draws at all."""
    checks = services.policy.playbook.spot_checks
    if checks is None:
        return set()
    shares = {"no_risk": checks.of_100, "kept": checks.kept_of_100, "diverted": checks.diverted_of_100}
    return {about for about, of_100 in shares.items() if of_100}


async def _show(
    request: Request, services: Services, session: Session, viewer: Viewer, check_id: str,
    typed: dict[str, str] | None = None, *, wrong: dict[str, str] | None = None, status: int = 200,
    banner: dict[str, str] | None = None, key: str = "",
) -> Response:  # fmt: skip
    check = await spot_checks.whole_check(services, session, viewer.actor, check_id)
    return show(request, "spot_check.html", viewer, status=status, check=_whole(check, present()),
                typed=typed or {"verdict": "", "reason": ""}, wrong=wrong or {}, banner=banner,
                key=key or new_id())  # fmt: skip


def _item(item: SpotCheckItem, now: datetime) -> View:
    return {
        "id": item.check_id,
        "href": f"/spot-checks/{item.check_id}",
        "no": item.dispute_no,
        "title": item.title,
        "colour": colour(item.colour),
        "office": item.organisation_name,
        "closed": stamp(item.closed_at, now),
        "due": None if item.verdict else due(item.due_at, item.overdue, now),
        "about": item.about,
        "done": ABOUT[item.about],
        "looked_for": LOOKED_FOR[item.about],
        "verdict": VERDICTS[item.about].get(item.verdict, ""),
        "wrong": item.verdict == "wrong",
        "judged": f"{by(item.judged_by, item.on_behalf_name)} {stamp(item.judged_at, now)}" if item.verdict else "",
    }


def _whole(check: SpotCheck, now: datetime) -> View:
    return {
        **_item(check, now),
        "category": check.category_name,
        "address": check.address,
        "narratives": check.narratives,
        "desks": [{"name": d.name, "decision": d.decision_name, "at": stamp(d.at, now), "ground": d.ground}
                  for d in check.desks],
        "verdict_words": check.verdict_words,
        "verdict_reason": check.verdict_reason,
        "choices": CHOICES[check.about],
        "reason": check.reason,
        "may_judge": check.may_judge,
    }  # fmt: skip
