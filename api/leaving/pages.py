"""The page 离任交接: what somebody leaves behind, to whom each piece of it goes, and that he has left."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from api.core.context import Services
from api.core.deps import ServicesDep, SessionDep
from api.core.schemas import JsonObject
from api.leaving import service
from api.leaving.schemas import LeavingPreview, WorkLeft
from api.web.errors import PageRoute
from api.web.formatting import present, stamp
from api.web.organisation_labels import offices_of
from api.web.rendering import View, go, show
from api.web.session import FilledDep, Viewer, ViewerDep, text
from api.web.submission import banner_if_refused, next_key, send
from domain.errors import FieldsInvalid, NotEntitled, NotFound, WorkLeftOpen
from domain.people.permissions import LEAVING_MANAGERS
from domain.transitions.leaving.handing_on import HOW_NAMES, WHAT_NAMES, How, Leaving
from domain.validation_messages import field_errors
from infra.database.engine import Session
from infra.database.ids import new_id
from infra.read_model.disputes import visible

router = APIRouter(route_class=PageRoute)
SHOWN = 100
"""Pieces of work that one page lists; of the others the rest is said."""
MOST_NAMES = 30
"""Candidates that one piece of work offers by name."""
WAYS = {How.COLLEAGUES: "交回岗位，由同岗人员认领", How.UP: "提级办理"}


@router.get("/leaving")
async def leaving_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, person: str = "", cursor: str = ""
) -> Response:
    """What somebody leaves behind: one's own, or where the role allows it another's."""
    posts = request.query_params.getlist("post")
    return await _show(request, services, session, viewer, person[:100].strip(), posts, {}, [], cursor=cursor)


@router.post("/leaving")
async def record_leaving(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, posted: FilledDep
) -> Response:
    """Puts a leaving on record, once for the key in the form."""
    person, posts = text(posted.form, "person")[:100], [str(p) for p in posted.form.getlist("post")]
    typed = {name: str(value) for name, value in posted.form.multi_items() if isinstance(value, str)}
    try:
        order = Leaving.model_validate(_order(posted.form, posts))
    except ValidationError as error:
        problems = field_errors(error)
        return await _show(request, services, session, viewer, person, posts, typed, problems, status=422)
    outcome = await send(services, session, viewer, posted, service.operation(person),
                         lambda key: service.leave(services, session, viewer.actor, person, order, key))  # fmt: skip
    if outcome.answer is None:
        open_work = isinstance(outcome.refusal, WorkLeftOpen)
        problems = outcome.refusal.errors or [] if open_work else _by_item(outcome.errors, order)
        banner = banner_if_refused(outcome, "前一次的离任已经办理，见下面的岗位", "需要另行办理的，核对后请再次提交。")
        async with services.database.resume(session):
            return await _show(request, services, session, viewer, person, posts, typed, problems,
                               status=outcome.status, banner=None if open_work else banner,
                               key=next_key(outcome, posted))  # fmt: skip
    left = outcome.answer.body
    went = "、".join(
        f"{words} {n} 项"
        for words, n in (("交给他人", left.to_people), ("交回岗位", left.to_colleagues), ("提级或空缺", left.up))
        if n
    )
    said = f"已办理 {left.person.name} 离任（{len(left.posts)} 个岗位）{'：' + went if went else ''}"
    said += "；账号已停用" if left.account_closed else ""
    return go(request, f"/leaving?{urlencode({'person': person})}", {"tone": "ok", "text": said})


def _order(form: FormData, posts: Sequence[str]) -> JsonObject:
    """The form as the order it means; what was left empty is absent."""
    words = [
        {"item": name.removeprefix("how."), **_word(str(value))}
        for name, value in form.multi_items()
        if name.startswith("how.") and value
    ]
    rest = _word(text(form, "rest")) if text(form, "rest") else None
    if rest and rest["how"] == How.PERSON:
        rest["to"] = text(form, "rest_to") or None
    successors = [{"post_id": post, "to": to} for post in posts if (to := text(form, f"successor.{post}"))]
    return {"posts": list(posts), "reason": text(form, "reason"), "hand_over": words, "successors": successors,
            **({"rest": rest} if rest else {})}  # fmt: skip


def _word(value: str) -> JsonObject:
    """A choice of the form: `up`, `colleagues`, or `person:` and who."""
    how, _, to = value.partition(":")
    return {"how": how, **({"to": to} if to else {})}


def _by_item(errors: Sequence[dict[str, str]], order: Leaving) -> list[dict[str, str]]:
    """What is wrong with the n-th word stands beside the piece of work that it is about."""
    placed = []
    for error in errors:
        part, _, rest = error["field"].partition(".")
        number = rest.partition(".")[0]
        if part == "hand_over" and number.isdigit() and int(number) < len(order.hand_over):
            error = {**error, "field": order.hand_over[int(number)].item}
        elif part == "successors" and number.isdigit() and int(number) < len(order.successors):
            error = {**error, "field": f"successor.{order.successors[int(number)].post_id}"}
        placed.append(error)
    return placed


async def _show(
    request: Request,
    services: Services,
    session: Session,
    viewer: Viewer,
    person: str,
    posts: Sequence[str],
    typed: dict[str, str],
    problems: list[dict[str, str]],
    *,
    status: int = 200,
    cursor: str = "",
    banner: dict[str, str] | None = None,
    key: str = "",
) -> Response:
    manages = viewer.actor.has_role(*LEAVING_MANAGERS)
    whose = person or ("" if manages else viewer.actor.person_id)
    seen: LeavingPreview | None = None
    missing = ""
    if whose:
        try:
            seen = await service.preview(services, session, viewer.actor, whose, list(posts) or None, limit=SHOWN,
                                         cursor=cursor or None)  # fmt: skip
        except (NotFound, NotEntitled, FieldsInvalid) as error:
            missing = error.errors[0]["message"] if isinstance(error, FieldsInvalid) else error.detail
            status = error.status if status == 200 else status
    offices = await offices_of(services, session)
    now = present()
    wrong = {p["field"]: p["message"] for p in problems}
    numbers = {item.dispute_no for item in seen.items if item.dispute_no} if seen else set()
    linked = await visible(session, viewer.actor, numbers)
    listed = {item.item for item in seen.items} if seen else set()
    return show(
        request,
        "leaving.html",
        viewer,
        status=status,
        manages=manages,
        person=person,
        missing=missing,
        seen=seen,
        own=seen is not None and seen.person.person_id == viewer.actor.person_id,
        appoints=viewer.actor.has_role("admin_security"),
        posts=[
            {"id": p.post_id, "name": offices.holding(_path(p.organisation.code), p.role), "leaves": p.leaves}
            for p in seen.posts
        ]
        if seen
        else [],
        former=[
            {"name": offices.holding(_path(p.organisation.code), p.role), "until": stamp(p.until, now)}
            for p in seen.former
        ]
        if seen
        else [],
        counts=[(WHAT_NAMES[what], n) for what, n in seen.counts.items()] if seen else [],
        must=[_row(item, typed, wrong, linked) for item in seen.items if item.ways] if seen else [],
        told=[_row(item, typed, wrong, linked) for item in seen.items if not item.ways] if seen else [],
        ways=[(how.value, WAYS[how]) for how in WAYS],
        rest_name=HOW_NAMES[How.PERSON],
        typed=typed,
        wrong=wrong,
        elsewhere=[p["message"] for p in problems if ":" in p["field"] and p["field"] not in listed][:5],
        open_work=sum(":" in field for field in wrong),
        banner=banner,
        more=seen.next_cursor if seen and seen.next_cursor else "",
        query=urlencode([("person", person), *(("post", p) for p in posts)]),
        key=key or new_id(),
    )


def _path(code: str) -> str:
    return f"/{code}"


def _row(item: WorkLeft, typed: dict[str, str], wrong: dict[str, str], linked: set[str]) -> View:
    """A piece of work: where it may go, and what was chosen; with a link where the viewer may see the dispute."""
    href = f"/tasks/{item.task_id}" if item.task_id else f"/disputes/{item.dispute_no}" if item.dispute_no else ""
    options = [
        (f"person:{who.person_id}", f"交给 {who.name}（{who.username}）") for who in item.candidates[:MOST_NAMES]
    ]
    options += [
        (how.value, WAYS[how] if item.what not in ("duty", "vacancy") else "空缺，暂不指定")
        for how in item.ways
        if how in WAYS
    ]
    return {
        "item": item.item,
        "what": item.what_name,
        "title": item.title,
        "href": href if item.dispute_no in linked else "",
        "due": stamp(item.due_at, present()) if item.due_at else "",
        "options": options,
        "chosen": typed.get(f"how.{item.item}", ""),
        "alone": item.ways == [How.UP] and item.what != "vacancy",
        "wrong": wrong.get(item.item, ""),
    }
