"""The page 纠正学习: which edition serves, how each compared, and for the county's supervisors its switch."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from api.core.context import Services
from api.core.deps import ServicesDep, SessionDep
from api.learning import aliases, service
from api.learning.aliases import PlaceAlias, WithdrawIn
from api.learning.schemas import LearnedEdition, SwitchIn
from api.web.errors import PageRoute
from api.web.formatting import present, stamp
from api.web.rendering import View, go, show
from api.web.session import FilledDep, Viewer, ViewerDep, text
from api.web.submission import banner_if_refused, next_key, send
from domain.triage.learning.training import Share
from domain.validation_messages import field_errors
from infra.database.engine import Session
from infra.database.ids import new_id
from infra.records.learning.aliases import OVER

router = APIRouter(route_class=PageRoute)
LONGEST = 4000
STANDINGS = {
    "gathering": "待第二件印证",
    "serves": "现用",
    "contradicted": "并案已拆分，不再使用",
    "withdrawn": "已停用",
}
VERDICTS = {
    "better": "优于线索词和前一版本",
    "no_better_than_cues": "不优于线索词，未启用",
    "no_better_than_predecessor": "不优于现用版本，未启用",
}


@router.get("/learning")
async def learning_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, cursor: str = ""
) -> Response:
    """The edition that serves, and every run before it."""
    return await _show(request, services, session, viewer, [], cursor=cursor)


@router.post("/learning/make")
async def make_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, posted: FilledDep
) -> Response:
    """Asks for a run now, once for the key in the form."""
    outcome = await send(services, session, viewer, posted, service.MAKE,
                         lambda key: service.make(services, session, viewer.actor, key))  # fmt: skip
    if outcome.answer is not None:
        return go(request, "/learning", {"tone": "ok", "text": "已开始学习，完成后在下面列出"})
    banner = banner_if_refused(outcome, "前一次的学习已经开始", "请稍后再看。")
    async with services.database.resume(session):
        return await _show(request, services, session, viewer, outcome.errors, status=outcome.status, banner=banner,
                           key=next_key(outcome, posted))  # fmt: skip


@router.post("/learning/switch")
async def switch_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, posted: FilledDep
) -> Response:
    """Switches, once for the key in the form; a refusal shows the page with what was typed."""
    typed = {name: text(posted.form, name)[:LONGEST] for name in ("edition", "reason")}
    try:
        asked = SwitchIn.model_validate({"reason": typed["reason"], "edition": typed["edition"] or None}, strict=False)
    except ValidationError as error:
        return await _show(request, services, session, viewer, field_errors(error), status=422, reason=typed["reason"])
    outcome = await send(services, session, viewer, posted, service.SWITCH,
                         lambda key: service.switch(services, session, viewer.actor, asked, key))  # fmt: skip
    if outcome.answer is not None:
        words = f"已启用第 {asked.edition} 版" if asked.edition else "已停用，类别只按线索词判断"
        return go(request, "/learning", {"tone": "ok", "text": words})
    banner = banner_if_refused(outcome, "前一次的操作已经生效，见下面", "需要再改的，核对后请再次提交。")
    async with services.database.resume(session):
        return await _show(request, services, session, viewer, outcome.errors, status=outcome.status, banner=banner,
                           key=next_key(outcome, posted), reason=typed["reason"])  # fmt: skip


@router.post("/learning/aliases/{alias_id}")
async def withdraw_page(
    alias_id: str, request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, posted: FilledDep
) -> Response:
    """Takes an alias of a place out of service, once for the key in the form."""
    try:
        asked = WithdrawIn(reason=text(posted.form, "reason")[:LONGEST])
    except ValidationError as error:
        return await _show(request, services, session, viewer, field_errors(error), status=422)
    outcome = await send(
        services, session, viewer, posted, aliases.WITHDRAW,
        lambda key: aliases.withdraw(services, session, viewer.actor, alias_id, asked, key),
    )  # fmt: skip
    if outcome.answer is not None:
        return go(request, "/learning", {"tone": "ok", "text": "已停用这一别名"})
    banner = banner_if_refused(outcome, "前一次的操作已经生效，见下面", "需要再改的，核对后请再次提交。")
    async with services.database.resume(session):
        return await _show(request, services, session, viewer, outcome.errors, status=outcome.status, banner=banner)


async def _show(
    request: Request,
    services: Services,
    session: Session,
    viewer: Viewer,
    problems: list[dict[str, str]],
    *,
    status: int = 200,
    cursor: str = "",
    banner: dict[str, str] | None = None,
    key: str = "",
    reason: str = "",
) -> Response:
    now, page = await service.standing(session), await service.listed(session, 20, cursor or None)
    return show(
        request,
        "learning.html",
        viewer,
        status=status,
        serving=_edition(now.serving) if now.serving else None,
        switched_off=now.switched_off,
        editions=[_edition(each) for each in page.items],
        more=page.next_cursor or "",
        may_switch=await service.may_switch(services, session, viewer.actor),
        wrong="；".join(problem["message"] for problem in problems),
        banner=banner,
        reason=reason,
        aliases=[_alias(each) for each in (await aliases.listed(session)).items],
        keys=[key or new_id(), new_id()],
    )


def _edition(each: LearnedEdition) -> View:
    told = each.comparison
    shares = [("新版本", told.newest), ("只按线索词", told.cues), ("前一版本", told.predecessor)] if told else []
    all_parts = f"新版本 {_share(told.all_parts)}，只按线索词 {_share(told.cues_all_parts)}" if told else ""
    return {
        "number": each.number,
        "at": stamp(each.made_at, present()),
        "cases": each.cases,
        "verdict": VERDICTS[told.verdict] if told else "停用时尚未学习",
        "serves": each.serves,
        "can_serve": each.can_serve,
        "newest": "，".join(f"{name} {_share(share)}" for name, share in shares if share),
        "all_parts": all_parts,
        "switched": [
            (stamp(one.at, present()), one.by, "启用" if one.on else "停用", one.reason) for one in each.switched
        ],
    }


def _alias(each: PlaceAlias) -> View:
    return {
        "id": each.alias_id,
        "names": f"{each.one} = {each.other}",
        "standing": STANDINGS[each.standing],
        "serves": each.standing == "serves",
        "over": each.standing in OVER,
        "said": [(stamp(one.at, present()), one.by, "同一处" if one.same else "不是同一处", one.dispute_no, one.reason)
                 for one in each.said],
        "key": new_id(),
    }  # fmt: skip


def _share(share: Share) -> str:
    return f"{share.right / share.cases:.0%}（{share.right}/{share.cases}）"
