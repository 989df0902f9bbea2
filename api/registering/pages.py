"""The pages 登记: the form, what stands beside it while it is filled in, and what became of a report."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from starlette.datastructures import FormData

from api.core.context import Services
from api.core.deps import ServicesDep, SessionDep
from api.core.idempotency import first_answer
from api.core.schemas import JsonObject
from api.drafts.service import Kept, all_kept, sent_under
from api.drafts.view import form_of, told
from api.intake.schemas import IncidentIn, NumberConflict, Received
from api.intake.service import check_may_report, take_in
from api.registering.beside_view import beside_of, source_of
from api.registering.confirming import Verdict, confirm, task_to_confirm
from api.registering.form import Typed, placed, read_form, report_of
from api.registering.form_view import form_view
from api.registering.photographs import come_so_far, take_with_report
from api.registering.receipts import Became, became_of, reported_by
from api.registering.sources import sources_for
from api.tasks.schemas import AcceptedFor
from api.web.errors import PageRoute
from api.web.formatting import colour, present, source, stage_short, stamp
from api.web.organisation_labels import offices_of
from api.web.rendering import View, go, show
from api.web.session import FilledDep, Posted, Viewer, ViewerDep, text
from api.web.submission import Outcome, banner_if_refused, next_key, send
from domain.errors import FieldsInvalid, Refused, Unavailable
from infra.database.engine import Session
from infra.database.ids import new_id

router = APIRouter(route_class=PageRoute)
OPERATION = "incident"
"""What a form does by its key, as `take_in` names it."""
NEW, DRAFT = "/incidents/new", "incident."
"""Where the form is, and how the names begin under which it is kept while somebody types: each form by its own key, for
who takes a second call has two.
"""


OPENING = 24
"""Characters by which a form that was left is known again."""


@dataclass
class Draft:
    """The form as it is shown: what is filled in, what is wrong with it, what stands beside it."""

    typed: Typed = field(default_factory=Typed)
    errors: list[JsonObject] = field(default_factory=list)
    verdict: Verdict = field(default_factory=Verdict)
    banner: dict[str, str] | None = None
    status: int = 200
    key: str = field(default_factory=new_id)
    name: str = ""
    """under which it is kept, where that is not by its key: a form that was refused stays the same draft"""
    restored: dict[str, str] | None = None
    others: list[View] = field(default_factory=list)
    """forms that were left and not sent"""
    files: list[View] = field(default_factory=list)
    """what came with it so far"""
    registered: str = ""
    """the report that this form has made already"""
    chosen_again: bool = False
    """files came with the form itself, and are to be chosen once more"""


@router.get("/incidents/new")
async def register_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep,
    left: Annotated[str, Query(alias="draft", max_length=100)] = "",
) -> Response:  # fmt: skip
    """An empty form, or one as the person left it; and which others he left."""
    draft, waiting = Draft(), await all_kept(session, viewer.actor, DRAFT)
    if found := next((each for each in waiting if each.name == f"{DRAFT}{left}"), None):
        form = form_of(found)
        draft = Draft(
            read_form(form), verdict=_verdict(form), key=found.key, name=found.name, restored=told(found, NEW),
            files=await come_so_far(services, viewer, form),
        )  # fmt: skip
    elif left:
        draft = await _sent_before(services, session, viewer, f"{DRAFT}{left}") or draft
    draft.others = [_left(each) for each in waiting if each is not found]
    return await _show(request, services, session, viewer, draft)


async def _sent_before(services: Services, session: Session, viewer: Viewer, name: str) -> Draft | None:
    """A form that was sent and is found again with Back. It keeps its key, and when it was begun, by which it makes no
    second report: the browser may have brought back what was typed in it.
    """
    key = await sent_under(session, viewer.actor, name)
    first = await first_answer(session, viewer.actor, OPERATION, key) if key else None
    if first is None or "incident_id" not in first.body:
        return None
    banner = {"title": f"这份登记已经受理，编号 {first.body['dispute_no']}", "detail": "", "tone": "soft-warn",
              "advice": "不必再次提交；内容有改动的，修改后提交，会请您核对。"}  # fmt: skip
    made = await became_of(services, session, viewer.actor, first.body["incident_id"])
    typed = Typed({"begun": made.incident.reported_at.isoformat()})
    return Draft(typed, key=key, name=name, banner=banner, registered=made.incident.incident_id)


def _left(kept: Kept) -> View:
    """A form that waits to be gone on with."""
    said = str(form_of(kept).get("narrative") or form_of(kept).get("address") or "")
    return {**told(kept, NEW), "href": f"{NEW}?draft={kept.name.removeprefix(DRAFT)}",
            "said": said if len(said) <= OPENING else f"{said[:OPENING]}…"}  # fmt: skip


@router.post("/incidents/new")
async def registered_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, posted: FilledDep
) -> Response:
    """Takes a report in, once for the key in the form; a refusal shows the form again with all that was typed."""
    draft = Draft(read_form(posted.form), key=text(posted.form, "key") or new_id(), name=text(posted.form, "draft"))
    draft.verdict = _verdict(posted.form)
    draft.files = await come_so_far(services, viewer, posted.form)
    draft.chosen_again = any(not isinstance(file, str) and file.filename for file in posted.form.getlist("files"))
    code = source_of(services, viewer, draft.typed)
    if text(posted.form, "do") == "look" or text(posted.form, "add"):
        if text(posted.form, "add"):
            draft.typed.rows[max(draft.typed.rows, default=1) + 1] = {}
        return await _show(request, services, session, viewer, draft)
    directory = await services.directory.read(session)
    report, draft.errors = report_of(draft.typed, code, draft.key, directory, present())
    judged = viewer.desk and text(posted.form, "do") != "register"
    draft.errors += draft.verdict.errors if judged else []
    if report is None or draft.errors:
        draft.status = 422
        return await _show(request, services, session, viewer, draft)
    return await _registered(request, services, session, viewer, posted, draft, report, judged=judged)


async def _registered(
    request: Request,
    services: Services,
    session: Session,
    viewer: Viewer,
    posted: Posted,
    draft: Draft,
    report: IncidentIn,
    *,
    judged: bool,
) -> Response:
    outcome = await send(services, session, viewer, posted, OPERATION,
                         lambda key: take_in(services, session, viewer.actor, report, key))  # fmt: skip
    if outcome.answer is not None:
        body = outcome.answer.body
        to, said = f"/incidents/{body.incident_id}", _announced(body)
        if wrong := await take_with_report(services, session, viewer, body.dispute_no, posted.form):
            said = {"tone": "warn", "text": f"{said['text']}；{len(wrong)} 个文件没有收下：{'；'.join(wrong)}"}
        if judged and not body.joined and body.published:
            to, said = await _judged(services, session, viewer, draft, body.dispute_no, to, said)
        return go(request, to, said)
    draft.status, draft.key = outcome.status, next_key(outcome, posted)
    draft.errors = placed(outcome.errors, draft.typed, report.source)
    draft.banner = _refusal(outcome)
    if outcome.reused and outcome.first:
        draft.registered = outcome.first.body["incident_id"]
    async with services.database.resume(session):
        return await _show(request, services, session, viewer, draft)


async def _judged(
    services: Services, session: Session, viewer: Viewer, draft: Draft, number: str, to: str, said: dict[str, str]
) -> tuple[str, dict[str, str]]:
    """Confirms or corrects the triage with the report, where it is the person's to say: what is told, and where."""
    async with services.database.resume(session):
        task_id = await task_to_confirm(session, viewer.actor, number)
        if task_id is None:
            return to, {**said, "text": f"{said['text']}；研判由属地的研判岗位确认"}
        try:
            answer = await confirm(services, session, viewer.actor, task_id, draft.verdict, draft.key)
        except (Refused, Unavailable) as error:
            why = (
                "；".join(each["message"] for each in error.errors)
                if isinstance(error, FieldsInvalid)
                else error.detail
            )
            return f"/tasks/{task_id}", {"tone": "warn", "text": f"{said['text']}；研判没有一并确认，请在此办理：{why}"}
    if isinstance(answer.body, AcceptedFor):
        return to, {"tone": "warn", "text": f"{said['text']}；研判意见已受理，稍后生效"}
    done = "，更正须经上一级批准" if answer.body.change else ""
    return to, {**said, "text": f"{said['text']}；研判已{'更正' if draft.verdict.corrects else '确认'}{done}"}


def _announced(body: NumberConflict | Received) -> dict[str, str]:
    if isinstance(body, NumberConflict):
        said = "该来源编号此前已用于另一起警情，内容不同；本次填写的内容没有丢失，已另行受理"
        return {"tone": "warn", "text": f"{said}（{body.dispute_no}）"}
    said = f"已登记，并入此前同一事项 {body.dispute_no}" if body.joined else f"已登记，编号 {body.dispute_no}"
    if not body.published:
        return {"tone": "warn", "text": f"{said}；系统繁忙，稍后自动转交办理"}
    return {"tone": "ok", "text": said}


def _refusal(outcome: Outcome[NumberConflict | Received]) -> dict[str, str] | None:
    number = outcome.first.body["dispute_no"] if outcome.first else ""
    first = f"前一次登记已经受理，编号 {number}，见“我登记的”"
    return banner_if_refused(outcome, first, "确需另行登记的，核对后请再次提交。")


@router.get("/incidents")
async def my_reports_page(request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep) -> Response:
    """What somebody registered, and what became of it."""
    check_may_report(viewer.actor)
    found = await reported_by(services, session, viewer.actor)
    return show(request, "receipts.html", viewer, items=[_item(services, each) for each in found])


@router.get("/incidents/{incident_id:uuid}")
async def receipt_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, incident_id: UUID
) -> Response:
    """The receipt of a report: its number, what became of it, who has it now."""
    found = await became_of(services, session, viewer.actor, str(incident_id))
    offices = await offices_of(services, session)
    view = _item(services, found)
    view |= {
        "narrative": found.incident.narrative,
        "number": found.incident.source_no,
        "parties": "、".join(party.name for party in found.incident.parties),
        "with_whom": list(dict.fromkeys(offices.holding(post.path, post.role) for post in found.asked)),
        "area": "、".join(found.area),
    }
    return show(request, "receipt.html", viewer, item=view)


def _item(services: Services, found: Became) -> View:
    at = present()
    names = {code: rule.name for code, rule in services.policy.playbook.process.colours.items()}
    return {
        "id": found.incident.incident_id,
        "no": found.dispute_no,
        "joined": found.joined,
        "sees": found.sees,
        "source": source(found.incident.source),
        "at": stamp(found.received_at, at),
        "address": found.incident.address,
        "category": found.category_name,
        "colour": colour(found.colour, names),
        "stage": "已办结" if found.closed else stage_short(found.stage),
        "closed": found.closed,
    }


async def _show(request: Request, services: Services, session: Session, viewer: Viewer, draft: Draft) -> Response:
    check_may_report(viewer.actor)  # who may not is told so before he fills anything in
    process = services.policy.playbook.process
    sources = sources_for(viewer.actor, process)
    code = source_of(services, viewer, draft.typed)
    directory = await services.directory.read(session)
    beside = await beside_of(services, session, viewer, draft.typed)
    form = form_view(draft.typed, code, sources, viewer.actor, directory, process, draft.errors, present())
    return show(request, "register.html", viewer, status=draft.status, form=form, banner=draft.banner,
                registered=draft.registered, key=draft.key, verdict=draft.verdict,
                draft=draft.name or f"{DRAFT}{draft.key}", restored=draft.restored,
                others=draft.others, files=draft.files, chosen_again=draft.chosen_again,
                limit=services.files.limit, video_limit=services.files.video_limit,
                beside=beside, judging=_judging(services, viewer))  # fmt: skip


def _verdict(form: FormData) -> Verdict:
    return Verdict(category=text(form, "judge.category")[:60], reason=text(form, "judge.reason"),
                   colour=text(form, "judge.colour")[:60])  # fmt: skip


def _judging(services: Services, viewer: Viewer) -> View | None:
    """What whoever judges may put right; none for all others."""
    if not viewer.desk:
        return None
    process, lexicon = services.policy.playbook.process, services.policy.lexicon
    return {
        "categories": [(row.code, row.name) for row in lexicon.categories.values()],
        "colours": [(code, rule.name) for code, rule in process.colours.items()],
    }
