"""Claiming, giving back, delegating and transferring a task at the desk."""

from __future__ import annotations

import json
from collections.abc import Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from api.context import Services
from api.deps import ServicesDep
from api.errors import respond
from api.pages.answering import Draft, Handing, banner_of, lay_out, show_task
from api.pages.faults import PageRoute
from api.pages.rendering import go
from api.pages.session import PostedDep, Viewer, ViewerDep, text
from api.routes.tasks import (
    DelegateIn,
    ReleaseIn,
    TransferIn,
    post_claim,
    post_delegate,
    post_release,
    post_transfer,
    whole_task,
)
from domain.errors import Unavailable

router = APIRouter(route_class=PageRoute)
LONGEST = 4000
"""What a reason or a note may hold."""


@router.post("/tasks/{task_id}/claim")
async def claim_page(request: Request, services: ServicesDep, viewer: ViewerDep, form: PostedDep, task_id: str
                     ) -> Response:  # fmt: skip
    """认领; of what was offered 接收; of what was delegated or offered to another 收回."""
    before = await whole_task(services, viewer.actor, task_id)
    said = {"offered": "已接收，由您办理", "mine": "已收回，由您办理"}
    response = await _tried(post_claim(services, viewer.actor, task_id, text(form, "key") or None))
    return await _handed(request, services, viewer, task_id, form, response,
                         said.get(before["standing"], "已认领，请填写处理意见"))  # fmt: skip


@router.post("/tasks/{task_id}/release")
async def release_page(request: Request, services: ServicesDep, viewer: ViewerDep, form: PostedDep, task_id: str
                       ) -> Response:  # fmt: skip
    """取消认领; of what was offered or delegated to the person, back to whose it is."""
    before = await whole_task(services, viewer.actor, task_id)
    said = {"offered": "已退回，未接收移交", "delegate": "已交回委托人"}
    reason = ReleaseIn(reason=text(form, "reason")[:LONGEST])
    response = await _tried(post_release(services, viewer.actor, task_id, reason, text(form, "key") or None))
    return await _handed(request, services, viewer, task_id, form, response,
                         said.get(before["standing"], "已取消认领，同岗位人员可以认领"))  # fmt: skip


@router.post("/tasks/{task_id}/delegate")
async def delegate_page(request: Request, services: ServicesDep, viewer: ViewerDep, form: PostedDep, task_id: str
                        ) -> Response:  # fmt: skip
    """委托办理."""
    to, why = _typed(form)
    if not to:
        return await _refused(request, services, viewer, task_id, Handing("delegate", to, why, "请选择受托人"))
    response = await _tried(
        post_delegate(services, viewer.actor, task_id, DelegateIn(to=to, note=why), text(form, "key") or None)
    )
    wrong = _wrong(response)
    if wrong:
        return await _refused(request, services, viewer, task_id, Handing("delegate", to, why, wrong))
    return await _handed(request, services, viewer, task_id, form, response, "已委托办理；对方提出拟办意见后由您决定")


@router.post("/tasks/{task_id}/transfer")
async def transfer_page(request: Request, services: ServicesDep, viewer: ViewerDep, form: PostedDep, task_id: str
                        ) -> Response:  # fmt: skip
    """移交."""
    to, why = _typed(form)
    if not to or not why:
        told = "请选择接收人" if not to else "请填写移交原因"
        return await _refused(request, services, viewer, task_id, Handing("transfer", to, why, told))
    response = await _tried(
        post_transfer(services, viewer.actor, task_id, TransferIn(to=to, reason=why), text(form, "key") or None)
    )
    wrong = _wrong(response)
    if wrong:
        return await _refused(request, services, viewer, task_id, Handing("transfer", to, why, wrong))
    return await _handed(request, services, viewer, task_id, form, response, "已提出移交；对方接收前仍由您负责")


def _typed(form: FormData) -> tuple[str, str]:
    return text(form, "to")[:100], text(form, "why")[:LONGEST]


def _body(response: Response) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(bytes(response.body))
    return body


def _wrong(response: Response) -> str:
    """What is wrong with what was filled in; empty where nothing is."""
    return "；".join(e["message"] for e in _body(response).get("errors", [])) if response.status_code == 422 else ""


async def _refused(request: Request, services: Services, viewer: Viewer, task_id: str, handing: Handing) -> Response:
    desk = await lay_out(services, viewer, task_id, "")
    return await show_task(request, services, viewer, desk, Draft(status=422, handing=handing))


async def _tried(write: Coroutine[Any, Any, Response]) -> Response:
    """The answer to a write; that nobody could say is one too."""
    try:
        return await write
    except Unavailable as error:
        return respond(error)


async def _handed(
    request: Request, services: Services, viewer: Viewer, task_id: str, form: FormData, response: Response, said: str
) -> Response:
    """The task again with what was done, or with why it was not; the inbox where it is not the person's any more."""
    if response.status_code >= 400:
        desk = await lay_out(services, viewer, task_id, "")
        draft = Draft(banner=banner_of(_body(response)), status=response.status_code)
        if response.status_code == Unavailable.status:
            draft.key = text(form, "key")[:-1]  # a letter behind it says which of the page's forms it was
        return await show_task(request, services, viewer, desk, draft)
    return go(request, f"/tasks/{task_id}", {"tone": "ok", "text": said})
