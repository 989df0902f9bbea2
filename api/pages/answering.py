"""The answering page of a task: what it is about, and the form of each decision it allows."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.context import Services
from api.deciding import Answering, decide
from api.deps import ServicesDep
from api.errors import problem
from api.once import once, taken
from api.pages import words as w
from api.pages.faults import MAYBE, MAYBE_ADVICE, PageRoute, advice
from api.pages.forms import Drawn, Form, draw
from api.pages.offices import Offices, Vocabulary, offices_of, vocabulary
from api.pages.papers import take_files
from api.pages.rendering import go, show
from api.pages.session import PostedDep, Viewer, ViewerDep, text
from api.pages.task_view import brief_view, hands_view, head_view
from api.routes.tasks import whole_task
from domain.errors import FieldsInvalid, MediaRefused, Refused, SantuiError, TooLarge, Unavailable
from infra.ids import new_id
from infra.queries import attachments_of, dispute_row

router = APIRouter(route_class=PageRoute)
PREFIX = "v."
"""Before the names of a form's own fields, so that they cannot meet those of the page."""


@dataclass
class Draft:
    """What has been filled in so far, and what was said about it."""

    typed: dict[str, str] = field(default_factory=dict)
    problems: list[dict[str, str]] = field(default_factory=list)
    banner: dict[str, str] | None = None
    attached: list[str] = field(default_factory=list)
    add: str = ""
    status: int = 200
    handing: Handing | None = None
    key: str = ""
    """of what was sent and is not known to be done or refused: sent again it is the same"""


@dataclass
class Handing:
    """A delegation or a transfer as it was tried, and why it was refused."""

    verb: str
    to: str
    why: str
    error: str


@router.get("/tasks/{task_id}")
async def task_page(
    request: Request,
    services: ServicesDep,
    viewer: ViewerDep,
    task_id: str,
    decision: Annotated[str, Query(max_length=60)] = "",
    example: bool = False,
) -> Response:
    """A task with the form of one decision."""
    desk = await lay_out(services, viewer, task_id, decision)
    draft = Draft()
    if desk.form and example:
        draft.typed = desk.example
    elif desk.form and desk.proposal:
        draft.typed = desk.form.flat(desk.proposal["fields"])
        draft.attached = [e["attachment_id"] for e in desk.proposal["evidence"]]
    return await show_task(request, services, viewer, desk, draft)


@router.post("/tasks/{task_id}")
async def decide_page(request: Request, services: ServicesDep, viewer: ViewerDep, form: PostedDep, task_id: str
                      ) -> Response:  # fmt: skip
    """Takes a decision, once for the key in the form; a refusal shows the form again with all that was typed."""
    desk = await lay_out(services, viewer, task_id, text(form, "decision"))
    typed = {k.removeprefix(PREFIX): v for k, v in form.items() if k.startswith(PREFIX) and isinstance(v, str)}
    draft = Draft(attached=[v for v in form.getlist("attached") if isinstance(v, str)], add=text(form, "add"))
    key = text(form, "key")
    if desk.form is None and await taken(services, viewer.actor, f"decide:{task_id}", key, desk.no, task_id):
        return go(request, f"/disputes/{desk.no}", {"tone": "ok", "text": "已提交，无需重复提交"})
    if desk.form is None:  # closed meanwhile, or the choice is gone: nothing can be filled in any more
        code = "decision_not_allowed" if desk.task["decisions"] else "task_closed"
        draft.banner, draft.status = banner_of({"code": code, "detail": desk.task["void_reason"] or ""}), 409
        return await show_task(request, services, viewer, desk, draft)
    fields = desk.form.read(typed)
    draft.typed = desk.form.flat(fields)
    if draft.add:
        draft.typed = typed
        return await show_task(request, services, viewer, desk, draft)
    try:
        files = await take_files(services, viewer, desk.no, form, key)
        draft.attached += [a["attachment_id"] for a in files]
        status, body = await _decide(services, viewer, desk, fields, draft.attached, key)
    except (TooLarge, MediaRefused, FieldsInvalid) as error:
        draft.problems, draft.status = [{"field": "attachments", "message": error.detail}], error.status
        return await show_task(request, services, viewer, desk, draft)
    except (Refused, Unavailable) as error:
        draft.banner, draft.status = banner_of(problem(error)), error.status
        draft.key = key if isinstance(error, Unavailable) else ""  # once more is the same click, not a second one
        return await show_task(request, services, viewer, desk, draft)
    if status < 300:
        return go(request, f"/disputes/{desk.no}", _told(status, body, desk))
    draft.status = status
    if body["code"] == "fields_invalid":
        draft.problems = body.get("errors", [])
    else:
        draft.banner = banner_of(body)
        desk = await lay_out(services, viewer, task_id, text(form, "decision"))
    return await show_task(request, services, viewer, desk, draft)


async def _decide(
    services: Services, viewer: Viewer, desk: Desk, fields: dict[str, Any], attached: list[str], key: str
) -> tuple[int, Any]:
    """The road of the JSON interface; files count by their content, so that a click sent twice is one and the same."""
    answer = Answering(decision=desk.chosen, fields=fields, attachments=list(dict.fromkeys(attached)))
    async with services.database.read() as session:
        digests = {a.attachment_id: a.sha256 for a in await attachments_of(session, desk.no)}
    content = {**answer.model_dump(mode="json"), "attachments": sorted({digests.get(i, i) for i in attached})}
    response = await once(services, viewer.actor, f"decide:{desk.task['task_id']}", key or None, content,
                          lambda i: decide(services, viewer.actor, desk.task["task_id"], answer, i))  # fmt: skip
    return response.status_code, json.loads(bytes(response.body))


def _told(status: int, body: dict[str, Any], desk: Desk) -> dict[str, str]:
    what = f"{desk.task['kind_name']}：{desk.title}"
    if desk.proposes:
        decides = f"，由 {desk.task['assignee_name']} 决定" if status == 200 else "，稍后生效"
        return {"tone": "ok", "text": f"已提交拟办意见“{what}”{decides}"}
    if status == 202:
        return {"tone": "warn", "text": f"“{what}”已受理，稍后生效；是否采纳以办理经过的记录为准"}
    if "change" in body:
        return {"tone": "ok", "text": f"已提交审批：{desk.title}，经上一级批准后生效；此前本待办照常办理"}
    opened = [f"{t['kind_name']}（{desk.offices.post(t['post'])}）" for t in body.get("opened_tasks", [])[:4]]
    parts = [f"已提交“{what}”"]
    if opened:
        parts.append("下一步：" + "、".join(opened))
    elif body["dispute"].get("outcome") and body["dispute"]["stage"] == "closed":
        parts.append("纠纷已办结")
    if body.get("published") is False:
        parts.append("页面内容稍后更新")
    return {"tone": "ok", "text": "；".join(parts)}


def banner_of(told: dict[str, Any]) -> dict[str, str]:
    """A problem document as a banner: what happened, and what to do."""
    kind = next((k for k in _kinds(SantuiError) if k.code == told["code"]), SantuiError)
    if told.get("may_take_effect"):
        return {"title": MAYBE, "detail": "", "advice": MAYBE_ADVICE, "code": kind.code, "tone": "soft-warn"}
    detail = told.get("detail") or ""
    return {"title": kind.title, "detail": detail if detail != kind.title else "", "advice": advice(kind.code),
            "code": kind.code}  # fmt: skip


def _kinds(root: type[SantuiError]) -> list[type[SantuiError]]:
    return [root, *(found for child in root.__subclasses__() for found in _kinds(child))]


@dataclass
class Desk:
    """A task laid out for a person: the task itself, the chosen decision and its form."""

    task: dict[str, Any]
    document: dict[str, Any]
    words: Vocabulary
    offices: Offices
    chosen: str = ""
    title: str = ""
    pictures: bool = False
    proposes: bool = False
    """what is sent is only proposed: the person is the delegate"""
    proposal: dict[str, Any] | None = None
    """what a delegate proposed, where the chosen decision is that"""
    form: Form | None = None
    example: dict[str, str] = field(default_factory=dict)

    @property
    def no(self) -> str:
        """The number of its dispute."""
        return str(self.task["dispute_no"])


async def lay_out(services: Services, viewer: Viewer, task_id: str, wanted: str) -> Desk:
    """A task laid out with the decision wanted; else with what was proposed, else with the first."""
    task = await whole_task(services, viewer.actor, task_id)
    async with services.database.read() as session:
        document = (await dispute_row(session, task["dispute_no"])).sealed
    offices = await offices_of(services)
    desk = Desk(task, document, vocabulary(services, offices, document), offices)
    decisions = {d["name"]: d for d in task["decisions"]}
    proposed = next((r for r in reversed(task["record"]) if r.get("proposal")), None)
    proposed = proposed if task["standing"] == "mine" else None
    first = decisions.get(proposed["name"]) if proposed else None
    chosen = decisions.get(wanted) or (None if wanted else first or next(iter(decisions.values()), None))
    if chosen:
        roles = [role for need in task["about"].get("requires", []) for role in need["any_of"]]
        desk.form = Form(chosen["schema"], desk.words, roles=roles)
        desk.chosen, desk.title, desk.pictures = chosen["name"], chosen["title"], chosen["pictures"]
        desk.proposes = chosen["ends"] and task["standing"] == "delegate"
        desk.proposal = proposed if proposed and proposed["name"] == desk.chosen else None
        desk.example = desk.form.flat(chosen["example"])
    return desk


async def show_task(request: Request, services: Services, viewer: Viewer, desk: Desk, draft: Draft) -> Response:
    """The answering page with what has been filled in so far."""
    task, now = desk.task, w.present(desk.task["ahead"])
    drawn = Drawn([], [])
    if desk.form:
        drawn = draw(desk.form, draft.typed, draft.problems, desk.example, add=draft.add, own="attachments")
    async with services.database.read() as session:
        files = await attachments_of(session, desk.no) if draft.attached else []
    return show(
        request,
        "task.html",
        viewer,
        status=draft.status,
        task=head_view(task, desk.document, desk.offices, now),
        brief=brief_view(task, desk.document, desk.words, desk.offices, now),
        standing=task["standing"],
        hands=hands_view(task, viewer.actor, desk.offices),
        handing=draft.handing,
        proposes=desk.proposes,
        proposed=w.by(desk.proposal["actor_name"], desk.proposal.get("on_behalf_name")) if desk.proposal else "",
        decisions=[
            {
                "title": d["title"],
                "href": f"/tasks/{task['task_id']}?decision={d['name']}",
                "current": d["name"] == desk.chosen,
            }
            for d in task["decisions"]
        ],
        chosen=desk.chosen,
        chosen_title=desk.title,
        pictures=desk.pictures,
        has_example=bool(desk.example),
        drawn=drawn,
        banner=draft.banner,
        attached=[
            {"id": a.attachment_id, "name": a.sealed["name"]} for a in files if a.attachment_id in draft.attached
        ],
        file_error="；".join(p["message"] for p in draft.problems if p["field"] == "attachments"),
        organisations=desk.offices.labels,
        prefix=PREFIX,
        key=draft.key or new_id(),
    )
