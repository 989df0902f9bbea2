"""Actions on a case (withdraw, suspend, recolour …), with forms from their schemas."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.core.context import Services
from api.core.deps import ServicesDep, SessionDep
from api.core.schemas import schema_of
from api.disputes.action_words import consequence, waits
from api.disputes.actions import take_action
from api.disputes.case_view import report_named
from api.disputes.schemas import Acted, WholeCase
from api.disputes.service import whole_case
from api.drafts.service import kept
from api.drafts.view import form_of, told
from api.look_back.service import look_back_on
from api.web import formatting as w
from api.web.errors import PageRoute
from api.web.form_draft import PREFIX, Draft, typed_fields
from api.web.formatting import colour
from api.web.forms import Form, draw
from api.web.grounds import grounded
from api.web.organisation_labels import Offices, Options, Vocabulary, offices_of, vocabulary
from api.web.rendering import go, show
from api.web.session import FilledDep, Viewer, ViewerDep, text
from api.web.submission import banner_if_refused, next_key, send
from domain.errors import ActionNotAllowed, BadCsrf, Unavailable
from domain.policy.action_catalogue import ACTIONS, ENDINGS, SPLIT
from domain.policy.catalogue import OUTCOMES
from domain.transitions.assignments.promoting import form_asked
from infra.database.engine import Session

router = APIRouter(route_class=PageRoute)


@router.get("/disputes/{no}/actions/{name}")
async def action_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, no: str, name: str
) -> Response:
    """The form of an action; of taking out a report with the one that was clicked."""
    clicked = request.query_params.get("incident_id", "")
    typed = {"incident_id": clicked} if name == SPLIT and clicked else {}
    draft = Draft(typed)
    if not typed and (left := await kept(session, viewer.actor, _draft(no, name))):
        draft = Draft(typed_fields(form_of(left)), key=left.key, restored=told(left, f"/disputes/{no}/actions/{name}"))
    return await _show(request, services, session, viewer, no, name, draft)


@router.post("/disputes/{no}/actions/{name}")
async def act_page(
    request: Request,
    services: ServicesDep,
    session: SessionDep,
    viewer: ViewerDep,
    posted: FilledDep,
    no: str,
    name: str,
) -> Response:
    """Takes an action, once for the key in the form; a refusal shows the form again with all that was typed."""
    form = await _form(services, session, viewer, no, name)
    typed = typed_fields(posted.form)
    fields = form.read(typed)
    if (more := text(posted.form, "add")) and not posted.stale:  # a button that sends nothing
        return await _show(request, services, session, viewer, no, name, Draft(typed), add=more)
    outcome = await send(
        services, session, viewer, posted, f"act:{no}:{name}",
        lambda key: take_action(services, session, viewer.actor, no, name, fields, key),
    )  # fmt: skip
    if outcome.answer is not None:
        return go(request, f"/disputes/{no}", {"tone": "ok", "text": _done(name, outcome.answer.body)})
    draft = Draft(form.flat(fields), outcome.errors, status=outcome.status, key=next_key(outcome, posted))
    then = "现在填写的内容没有提交，都在下面；核对后再次提交，就按新的内容办理。"
    draft.banner = banner_if_refused(outcome, "前一次提交已被受理", then)
    try:
        async with services.database.resume(session):
            return await _show(request, services, session, viewer, no, name, draft)
    except ActionNotAllowed as error:
        if posted.stale:
            raise BadCsrf from error
        if isinstance(outcome.error, Unavailable):  # perhaps it is not allowed any more because it was done
            raise Unavailable(outcome.detail, may_take_effect=outcome.error.may_take_effect) from error
        raise


def _draft(no: str, name: str) -> str:
    """The name under which the form of an action is kept while somebody types."""
    return f"action:{no.lower()}:{name}"


async def _form(services: Services, session: Session, viewer: Viewer, no: str, name: str) -> Form:
    """The form of an action, also of one that is not open any more: it may have been closed by this very form."""
    if name not in ACTIONS:
        raise ActionNotAllowed
    case = await whole_case(services, session, viewer.actor, no)
    words = _words(services, await offices_of(services, session), case)
    return Form(schema_of(form_asked(name, case.demands)), words)


def _words(services: Services, offices: Offices, case: WholeCase) -> Vocabulary:
    """What the form of an action on this case chooses from."""
    words = vocabulary(services, offices, case.colours)
    words.reports = [(each.incident_id, report_named(each, w.present(case.ahead))) for each in case.incidents[1:]]
    words.parties = [(party.name, party.name) for party in case.parties]
    return words


async def _alike(services: Services, session: Session, viewer: Viewer, no: str) -> Options:
    """The open disputes of the same people or place, one of which this one is likely to be: number, and what it is."""
    found = await look_back_on(services, session, viewer.actor, no)
    return [
        (each.dispute_no, f"{each.category_name}，{each.stage_name}")
        for each in (*found.people, *found.namesakes, *found.here)
        if each.outcome is None
    ]


def _done(name: str, acted: Acted) -> str:
    title = ACTIONS[name].title
    if acted.change:
        return f"已提交审批：{title}，经上一级批准后生效"
    if acted.into:
        return f"已移出该警情，由{acted.into}单独办理" + ("" if acted.published else "（正在立案，稍后可查）")
    said = f"已提交“{title}”"
    return f"{said}，纠纷按“{OUTCOMES[ENDINGS[name]]}”办结" if name in ENDINGS else said


async def _show(
    request: Request,
    services: Services,
    session: Session,
    viewer: Viewer,
    no: str,
    name: str,
    draft: Draft,
    *,
    add: str = "",
) -> Response:
    case = await whole_case(services, session, viewer.actor, no)
    action = next((choice for choice in case.actions if choice.name == name), None)
    if action is None:
        raise ActionNotAllowed
    offices = await offices_of(services, session)
    words = _words(services, offices, case)
    if name == "merge_into":
        words.disputes = await _alike(services, session, viewer, no)
    form = Form(action.schema_, words)
    drawn = draw(form, draft.typed, draft.problems, {}, add=add)
    grounded(drawn.controls, name, services.policy.playbook.code)
    return show(
        request,
        "action.html",
        viewer,
        status=draft.status,
        no=no,
        title=case.title,
        colour=colour(case.colour, case.colours),
        stage=case.stage_name,
        action={"name": name, "title": action.title},
        ends=name in ENDINGS and not waits(case, name),
        approved=waits(case, name),
        then=consequence(case, name),
        drawn=drawn,
        banner=draft.banner,
        organisations=offices.labels,
        prefix=PREFIX,
        key=draft.key,
        draft=_draft(no, name),
        restored=draft.restored,
    )
