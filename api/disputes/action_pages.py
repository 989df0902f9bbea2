"""Actions on a case (withdraw, suspend, recolour …), with forms from their schemas."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from api.core.context import Services
from api.core.deps import ServicesDep
from api.disputes.endpoints import post_action, whole
from api.tasks.answer_pages import PREFIX, Draft
from api.web.errors import PageRoute
from api.web.formatting import colour
from api.web.forms import Form, draw
from api.web.old_submission import banner_of, earlier, next_key, reused, send
from api.web.organisation_labels import Offices, Vocabulary, offices_of, vocabulary
from api.web.rendering import go, show
from api.web.session import FilledDep, Viewer, ViewerDep
from domain.errors import ActionNotAllowed, BadCsrf, Unavailable
from domain.policy.catalogue import ACTIONS, ENDINGS, OUTCOMES

router = APIRouter(route_class=PageRoute)


@router.get("/disputes/{no}/actions/{name}")
async def action_page(request: Request, services: ServicesDep, viewer: ViewerDep, no: str, name: str) -> Response:
    """The form of an action."""
    return await _show(request, services, viewer, no, name, Draft())


@router.post("/disputes/{no}/actions/{name}")
async def act_page(
    request: Request, services: ServicesDep, viewer: ViewerDep, posted: FilledDep, no: str, name: str
) -> Response:
    """Takes an action, once for the key in the form; a refusal shows the form again with all that was typed."""
    action, words = await _read_by(services, viewer, no, name)
    typed = {k.removeprefix(PREFIX): v for k, v in posted.form.items() if k.startswith(PREFIX) and isinstance(v, str)}
    maker = Form(action["schema"], words)
    fields = maker.read(typed)
    draft = Draft(typed=maker.flat(fields))
    outcome = await send(services, viewer, posted, f"act:{no}:{name}",
                         lambda key: post_action(services, viewer.actor, no, name, fields, key))  # fmt: skip
    if outcome.done:
        return go(request, f"/disputes/{no}", {"tone": "ok", "text": _told(action, outcome.body)})
    draft.status, draft.problems, draft.key = outcome.status, outcome.errors, next_key(outcome, posted)
    if reused(outcome):
        first = "前一次提交已被受理"
        draft.banner = earlier(outcome, first, "现在填写的内容没有提交，都在下面；核对后再次提交，就按新的内容办理。")
    elif not outcome.errors:
        draft.banner = banner_of(outcome.body)
    try:
        return await _show(request, services, viewer, no, name, draft)
    except ActionNotAllowed as error:
        if posted.stale:
            raise BadCsrf from error
        if outcome.status == Unavailable.status:  # perhaps because it was done
            may = bool(outcome.body.get("may_take_effect"))
            raise Unavailable(outcome.detail, may_take_effect=may) from error
        raise


async def _read_by(services: Services, viewer: Viewer, no: str, name: str) -> tuple[dict[str, Any], Vocabulary]:
    """The action and the words by which its form is read; also where the action is not open any more: it may
    be this very form that has closed it.
    """
    if name not in ACTIONS:
        raise ActionNotAllowed
    document = await whole(services, viewer.actor, no)
    spec = ACTIONS[name]
    words = vocabulary(services, await offices_of(services), document)
    return {"name": name, "title": spec.title, "schema": spec.form.model_json_schema()}, words


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
        ends=bool(ACTIONS[name].outcome) and not ACTIONS[name].approved,
        approved=ACTIONS[name].approved,
        drawn=draw(Form(action["schema"], words), draft.typed, draft.problems, {}),
        banner=draft.banner,
        organisations=offices.labels,
        prefix=PREFIX,
        key=draft.key,
    )
