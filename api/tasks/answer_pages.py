"""Answering a task: the page with the form of a decision, and the decision that it sends."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.attachments.service import remove
from api.attachments.uploads import take_files
from api.core.context import Services
from api.core.deps import ServicesDep, SessionDep
from api.drafts.service import kept
from api.drafts.view import form_of, told
from api.tasks.schemas import MOST_ATTACHMENTS, AcceptedFor, Answering, Decided, TaskItem
from api.tasks.service import decide, decided_before, next_of
from api.tasks.task_page import TaskDraft, TaskPage, begun, lay_out, show_task
from api.web.errors import PageRoute
from api.web.form_draft import typed_fields
from api.web.formatting import due, present
from api.web.organisation_labels import Offices
from api.web.rendering import go
from api.web.session import FilledDep, Posted, Viewer, ViewerDep, text
from api.web.submission import Outcome, banner_of, earlier, next_key, send
from domain.errors import Conflict, DecisionNotAllowed, NotFound
from infra.database.engine import Session

router = APIRouter(route_class=PageRoute)


@router.get("/tasks/{task_id}")
async def task_page(
    request: Request,
    services: ServicesDep,
    session: SessionDep,
    viewer: ViewerDep,
    task_id: str,
    decision: Annotated[str, Query(max_length=60)] = "",
    example: bool = False,
    items: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    """A task with the form of one decision; `items` are those of a batch that are ticked, by number."""
    page = await lay_out(services, session, viewer, task_id, decision)
    draft = TaskDraft()
    offered = [code for code, _ in page.words.items]
    draft.typed = _ticked(code for code in items.split(",") if code in offered)
    if page.form and example and services.settings.drill:
        draft.typed = page.example
    elif page.form and page.proposal:
        draft.typed = page.form.flat(page.proposal.fields)
        draft.attached = [e.attachment_id for e in page.proposal.evidence]
    if page.form and not example and not items and (left := await kept(session, viewer.actor, page.draft)):
        draft.typed, draft.key = typed_fields(form_of(left)), left.key
        draft.attached = [value for value in form_of(left).getlist("attached") if isinstance(value, str)]
        draft.restored = told(left, f"/tasks/{task_id}?decision={page.chosen}")
    if not draft.typed:
        draft.typed = begun(page)
        draft.brought = any(name.startswith("participants.") for name in draft.typed)
    return await show_task(request, services, session, viewer, page, draft)


@router.post("/tasks/{task_id}")
async def decide_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, posted: FilledDep, task_id: str
) -> Response:
    """Takes a decision, once for the key in the form; a refusal shows the form again with all that was typed."""
    form, wanted = posted.form, text(posted.form, "decision")
    page = await lay_out(services, session, viewer, task_id, wanted)
    draft = TaskDraft(typed_fields(form), attached=[v for v in form.getlist("attached") if isinstance(v, str)])
    if page.form is None:  # no such decision: nothing can be read of what was filled in
        draft.banner, draft.status = banner_of(DecisionNotAllowed()), DecisionNotAllowed.status
        draft.unsent = list(draft.typed.items())
        return await show_task(request, services, session, viewer, page, draft)
    fields = page.form.read(draft.typed)
    wrong = await _take_files(services, session, viewer, page, posted, draft)
    _tick(page, posted, draft)
    only_form = not posted.stale and await _changes_only_the_form(services, session, viewer, posted, draft)
    if not only_form:
        draft.typed = page.form.flat(fields)
    if only_form or (wrong and page.task.decisions):
        draft.problems, draft.status = wrong, 422 if wrong else 200
        async with services.database.resume(session):
            return await show_task(request, services, session, viewer, page, draft)
    answering = Answering(decision=page.chosen, fields=fields, attachments=draft.attached)
    async with services.database.resume(session):
        outcome = await send(
            services, session, viewer, posted, f"decide:{task_id}",
            lambda key: decide(services, session, viewer.actor, task_id, answering, key, files_by_content=True),
        )  # fmt: skip
    if outcome.answer:
        said = _announced(outcome.answer.body, page)
        async with services.database.resume(session):
            onward = await next_of(services, session, viewer.actor, task_id)
        return go(request, f"/disputes/{page.task.dispute_no}", said | (_onward(onward) if onward else {}))
    draft.status, draft.problems, draft.key = outcome.status, outcome.errors, next_key(outcome, posted)
    async with services.database.resume(session):
        if not outcome.errors:
            page = await lay_out(services, session, viewer, task_id, wanted)
            draft.banner = _refusal(outcome, page)
        return await show_task(request, services, session, viewer, page, draft)


def _ticked(numbers: Iterable[str]) -> dict[str, str]:
    """Items of a batch as a form sends them."""
    return {f"items.{n}": number for n, number in enumerate(numbers)}


def _tick(page: TaskPage, posted: Posted, draft: TaskDraft) -> None:
    """The button that ticks all items of a batch, or none; what else was filled in stays."""
    if wanted := text(posted.form, "tick"):
        rest = {name: value for name, value in draft.typed.items() if not name.startswith("items.")}
        draft.typed = {**rest, **_ticked(code for code, _ in page.words.items if wanted == "all")}


async def _take_files(
    services: Services, session: Session, viewer: Viewer, page: TaskPage, posted: Posted, draft: TaskDraft
) -> list[dict[str, str]]:
    """Takes the form's files in, and adds them to the draft; answers what is wrong with the others. The session is
    closed then.
    """
    if posted.stale:
        await session.close()
        return []
    kept, wrong = await take_files(services, session, viewer, page.task.dispute_no, posted.form)
    draft.attached = list(dict.fromkeys([*draft.attached, *kept]))
    if len(draft.attached) > MOST_ATTACHMENTS:
        draft.attached = draft.attached[:MOST_ATTACHMENTS]
        wrong.append(f"一次最多附{MOST_ATTACHMENTS}个文件，其余没有附上")
    return [{"field": "attachments", "message": message} for message in wrong]


async def _changes_only_the_form(
    services: Services, session: Session, viewer: Viewer, posted: Posted, draft: TaskDraft
) -> bool:
    """Whether a button was pressed that sends nothing: one more row of a list, one file less, all items ticked."""
    draft.add, dropped = text(posted.form, "add"), text(posted.form, "drop")
    if dropped:
        draft.attached = [attachment_id for attachment_id in draft.attached if attachment_id != dropped]
        with suppress(NotFound, Conflict):  # gone already, or part of the case: then it stays there
            async with services.database.resume(session):
                await remove(services, session, viewer.actor, dropped)
        await session.close()
    return bool(draft.add or dropped or text(posted.form, "tick"))


def _refusal(outcome: Outcome[Decided | AcceptedFor], page: TaskPage) -> dict[str, str]:
    if not outcome.reused:
        return banner_of(outcome.refusal)
    first = _announced(decided_before(outcome.first), page)["text"] if outcome.first else ""
    open_still = "现在填写的内容没有提交，都在下面；待办仍可办理，核对后再次提交，就按新的内容办理。"
    return earlier(outcome, first, open_still if page.task.decisions else "现在填写的内容没有提交，列在下面。")


def _next(task: TaskItem, offices: Offices) -> str:
    """A task that opened, and whose it is: a person where it was named to one, else a post."""
    who = f" {task.assignee_name}" if task.assignee_name else ""
    return f"{task.kind_name}（{offices.post(task.post)}{who}）"


def _onward(task: TaskItem) -> dict[str, str]:
    """下一件, as the message offers it."""
    left = due(task.due_at, task.overdue, present(task.ahead), suspended=task.suspended)
    words = f"（{left['words']}）" if left else ""
    return {"next": f"/tasks/{task.task_id}", "next_called": f"{task.kind_name} {task.dispute_no}{words}"}


def _announced(done: Decided | AcceptedFor, page: TaskPage) -> dict[str, str]:
    """What is announced of a decision that was taken."""
    task = page.task
    what = f"{task.kind_name}：{page.title}"
    if done.proposed:
        decides = f"，由 {task.assignee_name} 决定" if isinstance(done, Decided) else "，稍后生效"
        return {"tone": "ok", "text": f"已提交拟办意见“{what}”{decides}"}
    if isinstance(done, AcceptedFor):
        return {"tone": "warn", "text": f"“{what}”已受理，稍后生效；是否采纳以办理经过的记录为准"}
    if done.change:
        return {"tone": "ok", "text": f"已提交审批：{page.title}，经上一级批准后生效；此前本待办照常办理"}
    steps = (_next(t, page.offices) for t in sorted(done.opened_tasks, key=lambda task: task.aside))
    opened = list(dict.fromkeys(steps))[:4]
    parts = [f"已提交“{what}”"]
    if opened:
        parts.append("下一步：" + "、".join(opened))
    elif done.dispute.outcome and done.dispute.stage == "closed":
        parts.append("纠纷已办结")
    if not done.published:
        parts.append("页面内容稍后更新")
    return {"tone": "ok", "text": "；".join(parts)}
