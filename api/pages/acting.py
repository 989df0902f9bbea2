"""Actions on a case (withdraw, suspend, recolour …), with forms from their schemas."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter, Request, Response

from api.context import Services
from api.deps import ServicesDep
from api.errors import problem
from api.once import taken
from api.pages.answering import PREFIX, Draft, banner_of
from api.pages.faults import PageRoute, fault_page
from api.pages.forms import Form, draw
from api.pages.offices import Offices, Vocabulary, offices_of, vocabulary
from api.pages.rendering import go, show
from api.pages.session import PostedDep, Viewer, ViewerDep, text
from api.pages.words import colour
from api.routes.disputes import post_action, whole
from domain.actions import ENDINGS, WAITING
from domain.catalogue import OUTCOMES
from domain.errors import ActionNotAllowed, Unavailable
from infra.ids import new_id

router = APIRouter(route_class=PageRoute)


@router.get("/disputes/{no}/actions/{name}")
async def action_page(request: Request, services: ServicesDep, viewer: ViewerDep, no: str, name: str) -> Response:
    """The form of an action."""
    return await _show(request, services, viewer, no, name, Draft())


@router.post("/disputes/{no}/actions/{name}")
async def act_page(
    request: Request, services: ServicesDep, viewer: ViewerDep, form: PostedDep, no: str, name: str
) -> Response:
    """Takes an action, once for the key in the form."""
    key = text(form, "key")
    try:
        _, action, words, _ = await _action(services, viewer, no, name)
    except ActionNotAllowed:
        if not await taken(services, viewer.actor, f"act:{no}:{name}", key, no):
            raise
        return go(request, f"/disputes/{no}", {"tone": "ok", "text": "已提交，无需重复提交"})
    typed = {k.removeprefix(PREFIX): v for k, v in form.items() if k.startswith(PREFIX) and isinstance(v, str)}
    maker = Form(action["schema"], words)
    fields = maker.read(typed)
    draft = Draft(typed=maker.flat(fields))
    try:
        response = await post_action(services, viewer.actor, no, name, fields, key or None)
    except Unavailable as error:
        draft.banner, draft.status, draft.key = banner_of(problem(error)), error.status, key
        try:
            return await _show(request, services, viewer, no, name, draft)
        except ActionNotAllowed:  # perhaps because it was done
            return fault_page(request, error)
    body = json.loads(bytes(response.body))
    if response.status_code < 300:
        return go(request, f"/disputes/{no}", {"tone": "ok", "text": _told(action, body)})
    draft.status = response.status_code
    if body["code"] == "fields_invalid":
        draft.problems = body.get("errors", [])
    else:
        draft.banner = banner_of(body)
    return await _show(request, services, viewer, no, name, draft)


def _told(action: dict[str, Any], body: dict[str, Any]) -> str:
    if "change" in body:
        return f"已提交审批：{action['title']}，经上一级批准后生效"
    title = f"已提交“{action['title']}”"
    return f"{title}，纠纷按“{OUTCOMES[ENDINGS[action['name']]]}”办结" if action["name"] in ENDINGS else title


async def _action(
    services: Services, viewer: Viewer, no: str, name: str
) -> tuple[dict[str, Any], dict[str, Any], Vocabulary, Offices]:
    document = await whole(services, viewer.actor, no)
    action = next((a for a in document["actions"] if a["name"] == name), None)
    if action is None:
        raise ActionNotAllowed
    offices = await offices_of(services)
    return document, action, vocabulary(services, offices, document), offices


async def _show(request: Request, services: Services, viewer: Viewer, no: str, name: str, draft: Draft) -> Response:
    document, action, words, offices = await _action(services, viewer, no, name)
    return show(
        request,
        "action.html",
        viewer,
        status=draft.status,
        no=no,
        title=document["title"],
        colour=colour(document["colour"], document["colours"]),
        stage=document["stage_name"],
        action=action,
        ends=name in ENDINGS and name not in WAITING,
        approved=name in WAITING,
        drawn=draw(Form(action["schema"], words), draft.typed, draft.problems, {}),
        banner=draft.banner,
        organisations=offices.labels,
        prefix=PREFIX,
        key=draft.key or new_id(),
    )
