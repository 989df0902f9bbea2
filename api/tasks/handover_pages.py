"""Claiming, releasing, delegating and transferring a task on its page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from fastapi import APIRouter, Request, Response

from api.core.context import Services
from api.core.deps import ServicesDep, SessionDep
from api.core.idempotency import Answer
from api.tasks.handover import Verb, claim, delegate, release, transfer
from api.tasks.schemas import MOST_TEXT, Decided, DelegateIn, ReleaseIn, TransferIn
from api.tasks.service import whole_task
from api.tasks.task_page import Handing, TaskDraft, lay_out, show_task
from api.web.errors import PageRoute
from api.web.rendering import go
from api.web.session import FilledDep, Posted, PostedDep, Viewer, ViewerDep, text
from api.web.submission import Outcome, banner_of, earlier, next_key, send
from domain.errors import FieldsInvalid
from infra.database.engine import Session

router = APIRouter(route_class=PageRoute)
_CLAIMED = {"offered": "已接收，由您办理", "mine": "已收回，由您办理"}
"""What is announced of a claim, by how the person stood to the task before."""
_RELEASED = {"offered": "已退回，未接收移交", "delegate": "已交回委托人"}
"""What is announced of a release, likewise."""
Write = Callable[[str | None], Awaitable[Answer[Decided]]]


@dataclass(frozen=True)
class _Asked:
    """The page's request: to whom it is shown, and of which task."""

    request: Request
    services: Services
    session: Session
    viewer: Viewer
    task_id: str

    async def send(self, posted: Posted, verb: Verb, write: Write) -> Outcome[Decided]:
        """Does the write of one of the page's forms, once for the key in it."""
        return await send(self.services, self.session, self.viewer, posted, f"{verb}:{self.task_id}", write)

    def done(self, announced: str, tone: str = "ok") -> Response:
        """The task again with what was done, or why not."""
        return go(self.request, f"/tasks/{self.task_id}", {"tone": tone, "text": announced})

    async def refused(self, posted: Posted, outcome: Outcome[Decided], tried: Handing | None) -> Response:
        """The task again with why nothing was done: at the form that was filled in or, where that is gone, above it."""
        draft = TaskDraft(status=outcome.status)
        if outcome.in_doubt:
            draft.key = next_key(outcome, posted)[:-1]  # a letter behind it says which of the page's forms it was
        if outcome.errors and tried:
            draft.handing = replace(tried, error=outcome.detail)
        else:
            draft.banner = banner_of(outcome.refusal)
            if outcome.reused:
                draft.banner = earlier(outcome, "前一次已经办理成功", "如需按现在的内容办理，请核对后再次提交。")
            draft.handing = replace(tried, error=draft.banner["title"]) if tried else None
        async with self.services.database.resume(self.session):
            page = await lay_out(self.services, self.session, self.viewer, self.task_id, "")
            return await show_task(self.request, self.services, self.session, self.viewer, page, draft)


@router.post("/tasks/{task_id}/claim")
async def claim_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, form: PostedDep, task_id: str
) -> Response:
    """认领; of what was offered 接收; of what was delegated or offered to another 收回. Lost, the task says to whom."""
    asked, posted = _Asked(request, services, session, viewer, task_id), Posted(form)
    before = await whole_task(services, session, viewer.actor, task_id)
    outcome = await asked.send(posted, "claim", lambda key: claim(services, session, viewer.actor, task_id, key))
    if outcome.answer:
        return asked.done(_CLAIMED.get(before.standing, "已认领，请填写处理意见"))
    if outcome.in_doubt:
        return await asked.refused(posted, outcome, None)
    return asked.done(f"没有认领成功：{outcome.detail}", tone="bad")


@router.post("/tasks/{task_id}/release")
async def release_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, posted: FilledDep, task_id: str
) -> Response:
    """取消认领; of what was offered or delegated to the person, back to whose it is."""
    asked = _Asked(request, services, session, viewer, task_id)
    before = await whole_task(services, session, viewer.actor, task_id)
    reason = text(posted.form, "reason")[:MOST_TEXT]
    outcome = await asked.send(
        posted, "release",
        lambda key: release(services, session, viewer.actor, task_id, ReleaseIn(reason=reason), key),
    )  # fmt: skip
    if outcome.answer:
        return asked.done(_RELEASED.get(before.standing, "已取消认领，同岗位人员可以认领"))
    return await asked.refused(posted, outcome, Handing("release", "", reason))


@router.post("/tasks/{task_id}/delegate")
async def delegate_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, posted: FilledDep, task_id: str
) -> Response:
    """委托办理."""
    tried = _tried("delegate", posted)
    return await _hand_over(
        _Asked(request, services, session, viewer, task_id), posted, tried,
        lambda key: delegate(services, session, viewer.actor, task_id, DelegateIn(to=tried.to, note=tried.why), key),
        missing="" if tried.to else "请选择受托人",
        announced="已委托办理；对方提出拟办意见后由您决定",
    )  # fmt: skip


@router.post("/tasks/{task_id}/transfer")
async def transfer_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, posted: FilledDep, task_id: str
) -> Response:
    """移交."""
    tried = _tried("transfer", posted)
    return await _hand_over(
        _Asked(request, services, session, viewer, task_id), posted, tried,
        lambda key: transfer(services, session, viewer.actor, task_id, TransferIn(to=tried.to, reason=tried.why), key),
        missing="请选择接收人" if not tried.to else "请填写移交原因" if not tried.why else "",
        announced="已提出移交；对方接收前仍由您负责",
    )  # fmt: skip


@router.get("/tasks/{task_id}/{verb}")
async def handing_reread(request: Request, viewer: ViewerDep, task_id: str, verb: Verb) -> Response:
    """The address of one of these forms, read again: the task itself."""
    return go(request, f"/tasks/{task_id}")


async def _hand_over(
    asked: _Asked, posted: Posted, tried: Handing, write: Write, *, missing: str, announced: str
) -> Response:
    """Gives the task to another, who was chosen in a form; `missing` is what was not filled in."""
    if missing:
        outcome = Outcome[Decided](error=FieldsInvalid(errors=[{"field": "to", "message": missing}]))
        await asked.session.close()
    else:
        outcome = await asked.send(posted, tried.verb, write)
    if outcome.answer:
        return asked.done(announced)
    return await asked.refused(posted, outcome, tried)


def _tried(verb: Verb, posted: Posted) -> Handing:
    return Handing(verb, text(posted.form, "to")[:100], text(posted.form, "why")[:MOST_TEXT])
