"""The answering page of a task: what it is about, and the form of each decision it allows."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.attachments.service import remove
from api.attachments.uploads import take_files
from api.core.context import Services
from api.core.deps import ServicesDep
from api.core.old_idempotency import once
from api.tasks.endpoints import whole_task
from api.tasks.schemas import MOST_ATTACHMENTS, Answering, TaskItem
from api.tasks.service import answered, decide
from api.tasks.task_view import brief_view, hands_view, head_view
from api.web import formatting as w
from api.web.errors import PageRoute
from api.web.forms import Drawn, Form, draw, filled
from api.web.old_submission import Outcome, banner_of, earlier, next_key, reused, send
from api.web.organisation_labels import Offices, Vocabulary, offices_of, vocabulary
from api.web.rendering import go, show
from api.web.session import FilledDep, Posted, Viewer, ViewerDep, text
from domain.errors import Conflict, DecisionNotAllowed, NotFound
from domain.policy.catalogue import KINDS
from infra.database.ids import new_id
from infra.database.tables.attachments import AttachmentRow
from infra.read_model.disputes import dispute_row, find_dispute
from infra.records.attachments import PENDING, TAKEN, attachments_of

router = APIRouter(route_class=PageRoute)
PREFIX = "v."
"""Before the names of a form's own fields, so that they cannot meet those of the page."""
ANSWERING = ("free", "mine", "delegate")
"""How whoever may answer a task stands to it."""
HANDING = {"delegate": ("free", "mine"), "transfer": ("free", "mine"), "release": ("offered",)}
"""To whom the forms of handing a task over are shown."""


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
    key: str = field(default_factory=new_id)
    unsent: list[tuple[str, str]] = field(default_factory=list)
    """what was typed into a form that can't be shown any more, by its label"""


@dataclass
class Handing:
    """A delegation, a transfer or a giving back as it was tried, and why it was refused."""

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
    if desk.form and example and services.settings.drill:
        draft.typed = desk.example
    elif desk.form and desk.proposal:
        draft.typed = desk.form.flat(desk.proposal["fields"])
        draft.attached = [e["attachment_id"] for e in desk.proposal["evidence"]]
    return await show_task(request, services, viewer, desk, draft)


@router.post("/tasks/{task_id}")
async def decide_page(request: Request, services: ServicesDep, viewer: ViewerDep, posted: FilledDep, task_id: str
                      ) -> Response:  # fmt: skip
    """Takes a decision, once for the key in the form; a refusal shows the form again with all that was typed."""
    form = posted.form
    desk = await lay_out(services, viewer, task_id, text(form, "decision"))
    filled_in = {k.removeprefix(PREFIX): v for k, v in form.items() if k.startswith(PREFIX) and isinstance(v, str)}
    draft = Draft(filled_in, attached=[v for v in form.getlist("attached") if isinstance(v, str)])
    if desk.form is None:  # no such decision: nothing can be read of what was filled in
        draft.banner, draft.status = banner_of({"code": DecisionNotAllowed.code}), DecisionNotAllowed.status
        draft.unsent = list(filled_in.items())
        return await show_task(request, services, viewer, desk, draft)
    fields = desk.form.read(filled_in)
    wrong = await _take_files(services, viewer, desk, posted, draft)
    if not posted.stale and await _only_changes_the_form(services, viewer, posted, draft):
        draft.problems, draft.status = wrong, 422 if wrong else 200
        return await show_task(request, services, viewer, desk, draft)
    draft.typed = desk.form.flat(fields)
    if wrong and desk.task["decisions"]:
        draft.problems, draft.status = wrong, 422
        return await show_task(request, services, viewer, desk, draft)
    outcome = await _decide(services, viewer, desk, posted, fields, draft.attached)
    if outcome.done:
        return go(request, f"/disputes/{desk.no}", _told(outcome, desk))
    draft.status, draft.problems, draft.key = outcome.status, outcome.errors, next_key(outcome, posted)
    if not outcome.errors:
        desk = await lay_out(services, viewer, task_id, text(form, "decision"))
        draft.banner = _refusal(outcome, desk)
    return await show_task(request, services, viewer, desk, draft)


async def _take_files(
    services: Services, viewer: Viewer, desk: Desk, posted: Posted, draft: Draft
) -> list[dict[str, str]]:
    """Takes the form's files in, and adds them to the draft; answers what is wrong with the others."""
    if posted.stale:
        return []
    async with services.database.read() as session:
        kept, wrong = await take_files(services, session, viewer, desk.no, posted.form)
    draft.attached = list(dict.fromkeys([*draft.attached, *kept]))
    if len(draft.attached) > MOST_ATTACHMENTS:
        draft.attached = draft.attached[:MOST_ATTACHMENTS]
        wrong.append(f"一次最多附{MOST_ATTACHMENTS}个文件，其余没有附上")
    return [{"field": "attachments", "message": said} for said in wrong]


async def _only_changes_the_form(services: Services, viewer: Viewer, posted: Posted, draft: Draft) -> bool:
    """Whether a button was pressed that sends nothing: one more row of a list, one file less."""
    draft.add, dropped = text(posted.form, "add"), text(posted.form, "drop")
    if dropped:
        draft.attached = [attachment_id for attachment_id in draft.attached if attachment_id != dropped]
        with suppress(NotFound, Conflict):  # gone already, or part of the case: then it stays there
            async with services.database.read() as session:
                await remove(services, session, viewer.actor, dropped)
    return bool(draft.add or dropped)


async def _decide(
    services: Services, viewer: Viewer, desk: Desk, posted: Posted, fields: dict[str, Any], attached: list[str]
) -> Outcome:
    """The road of the JSON interface; files count by their content, so that a click sent twice is one and the same."""
    task_id, answer = desk.task["task_id"], Answering(decision=desk.chosen, fields=fields, attachments=attached)
    async with services.database.read() as session:
        known = await attachments_of(session, desk.no, viewer.actor.person_id) if attached else []
    digests = {a.attachment_id: a.sha256 for a in known}
    content = {**answer.model_dump(mode="json"), "attachments": sorted({digests.get(i, i) for i in attached})}
    what = f"decide:{task_id}"
    return await send(services, viewer, posted, what,
                      lambda key: once(services, viewer.actor, what, key, content,
                                       lambda i: decide(services, viewer.actor, task_id, answer, i),
                                       lambda i: answered(services, viewer.actor, task_id, i)))  # fmt: skip


def _refusal(outcome: Outcome, desk: Desk) -> dict[str, str]:
    if not reused(outcome):
        return banner_of(outcome.body)
    first = _told(Outcome(200 if outcome.first and "task" in outcome.first else 202, outcome.first or {}), desk)["text"]
    open_still = "现在填写的内容没有提交，都在下面；待办仍可办理，核对后再次提交，就按新的内容办理。"
    return earlier(outcome, first, open_still if desk.task["decisions"] else "现在填写的内容没有提交，列在下面。")


def _told(outcome: Outcome, desk: Desk) -> dict[str, str]:
    body, what = outcome.body, f"{desk.task['kind_name']}：{desk.title}"
    if desk.proposes:
        decides = f"，由 {desk.task['assignee_name']} 决定" if outcome.status == 200 else "，稍后生效"
        return {"tone": "ok", "text": f"已提交拟办意见“{what}”{decides}"}
    if outcome.status == 202:
        return {"tone": "warn", "text": f"“{what}”已受理，稍后生效；是否采纳以办理经过的记录为准"}
    if "change" in body:
        return {"tone": "ok", "text": f"已提交审批：{desk.title}，经上一级批准后生效；此前本待办照常办理"}
    opened = [
        f"{t['kind_name']}（{desk.offices.post(TaskItem.model_validate(t).post)}）"
        for t in body.get("opened_tasks", [])[:4]
    ]
    parts = [f"已提交“{what}”"]
    if opened:
        parts.append("下一步：" + "、".join(opened))
    elif body["dispute"].get("outcome") and body["dispute"]["stage"] == "closed":
        parts.append("纠纷已办结")
    if body.get("published") is False:
        parts.append("页面内容稍后更新")
    return {"tone": "ok", "text": "；".join(parts)}


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
    desk = Desk(task, document, vocabulary(services, offices, document["colours"]), offices)
    decisions = {d["name"]: d for d in task["decisions"]}
    proposed = next((r for r in reversed(task["record"]) if r.get("proposal")), None)
    proposed = proposed if task["standing"] == "mine" else None
    first = decisions.get(proposed["name"]) if proposed else None
    chosen = decisions.get(wanted) or (None if wanted else first or next(iter(decisions.values()), None))
    if chosen is None and wanted in KINDS[task["kind"]].decisions:  # not any more: what was filled in can still be read
        spec = KINDS[task["kind"]].decisions[wanted]
        chosen = {"name": wanted, "title": spec.title, "ends": spec.ends, "pictures": spec.pictures, "example": {},
                  "schema": spec.form.model_json_schema()}  # fmt: skip
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
    standing, shown = task["standing"], bool(task["decisions"]) and task["standing"] != "offered"
    # Whoever may only look gets no form; whoever has lost a race keeps the one he filled in.
    live = shown and (standing in ANSWERING or bool(draft.typed or draft.attached))
    async with services.database.read() as session:
        files = await attachments_of(session, desk.no, viewer.actor.person_id) if live else []
        other = (task["about"].get("fields") or {}).get("dispute_no")
        target = await find_dispute(session, viewer.actor, other) if other else None
    if not shown:
        draft.unsent += filled(drawn.controls)
    if draft.handing and standing not in HANDING[draft.handing.verb]:
        draft.unsent.append(("说明", draft.handing.why))
    return show(
        request,
        "task.html",
        viewer,
        status=draft.status,
        task=head_view(task, desk.document, desk.offices, now),
        brief=brief_view(task, desk.document, desk.words, desk.offices, now),
        target={"no": target.dispute_no, "title": target.title} if target else None,
        standing=standing,
        live=live,
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
        has_example=bool(desk.example) and services.settings.drill,
        drawn=drawn,
        banner=draft.banner,
        attached=[kept_view(a, draft.attached) for a in files if a.state != TAKEN or a.attachment_id in draft.attached],
        unsent=draft.unsent,
        file_errors=[p["message"] for p in draft.problems if p["field"] == "attachments"],
        organisations=desk.offices.labels,
        prefix=PREFIX,
        limit=services.files.limit,
        key=draft.key,
    )


def kept_view(row: AttachmentRow, chosen: list[str]) -> dict[str, Any]:
    """A file that lies ready for a form, and whether it goes with it."""
    return {
        "id": row.attachment_id,
        "name": row.sealed["name"],
        "chosen": row.attachment_id in chosen,
        "small": row.sealed.get("small", False),
        "removable": row.state == PENDING,
    }
