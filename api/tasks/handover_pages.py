"""Claiming, giving back, delegating and transferring a task at the desk."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from api.core.context import Services
from api.core.deps import ServicesDep
from api.tasks.answer_pages import Draft, Handing, lay_out, show_task
from api.tasks.endpoints import (
    post_claim,
    post_delegate,
    post_release,
    post_transfer,
    whole_task,
)
from api.tasks.schemas import DelegateIn, ReleaseIn, TransferIn
from api.web.errors import PageRoute
from api.web.old_submission import Outcome, banner_of, earlier, next_key, refused, reused, send
from api.web.rendering import go
from api.web.session import FilledDep, Posted, PostedDep, Viewer, ViewerDep, text
from domain.errors import FieldsInvalid, Unavailable

router = APIRouter(route_class=PageRoute)
LONGEST = 4000
"""What a reason or a note may hold."""
Verb = Literal["claim", "release", "delegate", "transfer"]


@router.post("/tasks/{task_id}/claim")
async def claim_page(request: Request, services: ServicesDep, viewer: ViewerDep, form: PostedDep, task_id: str
                     ) -> Response:  # fmt: skip
    """认领; of what was offered 接收; of what was delegated or offered to another 收回. Lost, the task says to whom."""
    before = await whole_task(services, viewer.actor, task_id)
    said = {"offered": "已接收，由您办理", "mine": "已收回，由您办理"}
    outcome = await send(services, viewer, Posted(form), f"claim:{task_id}",
                         lambda key: post_claim(services, viewer.actor, task_id, key))  # fmt: skip
    if outcome.status == Unavailable.status:
        return await _refused(request, services, viewer, task_id, Posted(form), outcome, None)
    if not outcome.done:
        return go(request, f"/tasks/{task_id}", {"tone": "bad", "text": f"没有认领成功：{outcome.detail}"})
    return _handed(request, task_id, said.get(before["standing"], "已认领，请填写处理意见"))


@router.post("/tasks/{task_id}/release")
async def release_page(request: Request, services: ServicesDep, viewer: ViewerDep, posted: FilledDep, task_id: str
                       ) -> Response:  # fmt: skip
    """取消认领; of what was offered or delegated to the person, back to whose it is."""
    before = await whole_task(services, viewer.actor, task_id)
    said = {"offered": "已退回，未接收移交", "delegate": "已交回委托人"}
    reason = text(posted.form, "reason")[:LONGEST]
    outcome = await send(services, viewer, posted, f"release:{task_id}",
                         lambda key: post_release(services, viewer.actor, task_id, ReleaseIn(reason=reason), key)
                         )  # fmt: skip
    if not outcome.done:
        return await _refused(request, services, viewer, task_id, posted, outcome, Handing("release", "", reason, ""))
    return _handed(request, task_id, said.get(before["standing"], "已取消认领，同岗位人员可以认领"))


@router.post("/tasks/{task_id}/delegate")
async def delegate_page(request: Request, services: ServicesDep, viewer: ViewerDep, posted: FilledDep, task_id: str
                        ) -> Response:  # fmt: skip
    """委托办理."""
    to, why = _typed(posted.form)
    tried = Handing("delegate", to, why, "")
    if not to:
        return await _refused(request, services, viewer, task_id, posted, _missing("请选择受托人"), tried)
    outcome = await send(services, viewer, posted, f"delegate:{task_id}",
                         lambda key: post_delegate(services, viewer.actor, task_id, DelegateIn(to=to, note=why), key)
                         )  # fmt: skip
    if not outcome.done:
        return await _refused(request, services, viewer, task_id, posted, outcome, tried)
    return _handed(request, task_id, "已委托办理；对方提出拟办意见后由您决定")


@router.post("/tasks/{task_id}/transfer")
async def transfer_page(request: Request, services: ServicesDep, viewer: ViewerDep, posted: FilledDep, task_id: str
                        ) -> Response:  # fmt: skip
    """移交."""
    to, why = _typed(posted.form)
    tried = Handing("transfer", to, why, "")
    if not to or not why:
        told = "请选择接收人" if not to else "请填写移交原因"
        return await _refused(request, services, viewer, task_id, posted, _missing(told), tried)
    outcome = await send(services, viewer, posted, f"transfer:{task_id}",
                         lambda key: post_transfer(services, viewer.actor, task_id, TransferIn(to=to, reason=why), key)
                         )  # fmt: skip
    if not outcome.done:
        return await _refused(request, services, viewer, task_id, posted, outcome, tried)
    return _handed(request, task_id, "已提出移交；对方接收前仍由您负责")


@router.get("/tasks/{task_id}/{verb}")
async def handing_reread(request: Request, viewer: ViewerDep, task_id: str, verb: Verb) -> Response:
    """The address of one of these forms, read again: the task itself."""
    return go(request, f"/tasks/{task_id}")


def _typed(form: FormData) -> tuple[str, str]:
    return text(form, "to")[:100], text(form, "why")[:LONGEST]


def _missing(told: str) -> Outcome:
    return refused(FieldsInvalid(errors=[{"field": "to", "message": told}]))


async def _refused(
    request: Request,
    services: Services,
    viewer: Viewer,
    task_id: str,
    posted: Posted,
    outcome: Outcome,
    tried: Handing | None,
) -> Response:
    """The task again with why nothing was done, at the form that was filled in or, where that is gone, beside it."""
    desk = await lay_out(services, viewer, task_id, "")
    draft = Draft(status=outcome.status)
    if outcome.status == Unavailable.status:
        draft.key = next_key(outcome, posted)[:-1]  # a letter behind it says which of the page's forms it was
    if outcome.errors and tried:
        draft.handing = replace(tried, error=outcome.detail)
        return await show_task(request, services, viewer, desk, draft)
    draft.banner = banner_of(outcome.body)
    if reused(outcome):
        draft.banner = earlier(outcome, "前一次已经办理成功", "如需按现在的内容办理，请核对后再次提交。")
    draft.handing = replace(tried, error=draft.banner["title"]) if tried else None
    return await show_task(request, services, viewer, desk, draft)


def _handed(request: Request, task_id: str, said: str) -> Response:
    """The task again with what was done."""
    return go(request, f"/tasks/{task_id}", {"tone": "ok", "text": said})
