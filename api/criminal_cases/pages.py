"""The pages 刑事案件: the register with its figures, a case with the disputes before it, and putting one on record."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from pydantic import ValidationError

from api.core.context import Services
from api.core.deps import CursorDep, ServicesDep, SessionDep
from api.core.schemas import JsonObject
from api.criminal_cases import service
from api.criminal_cases.schemas import (
    CrimeFigures,
    CriminalCase,
    CriminalCaseIn,
    CriminalCaseItem,
    OriginIn,
    WithdrawnIn,
)
from api.indicators.parameters import TypedDay, typed_day
from api.look_back.look_back_view import look_back_view
from api.web.errors import PageRoute
from api.web.formatting import SIDES, present, stamp
from api.web.organisation_labels import offices_of
from api.web.rendering import View, go, show
from api.web.session import FilledDep, Viewer, ViewerDep, text
from api.web.submission import banner_if_refused, next_key, send
from domain.errors import FieldsInvalid
from domain.people.organisation import within
from domain.people.permissions import CRIME_REGISTRARS, own_places
from domain.validation_messages import field_errors
from infra.database.engine import Session
from infra.database.ids import new_id

router = APIRouter(route_class=PageRoute)
ROWS = 6
"""Lines for people on the form; a report with more is sent over HTTP."""
LONGEST = 9000
PERSON = ("name", "phone", "id_number", "side")
TITLES = {
    name: field.title or ""
    for form in (CriminalCaseIn, OriginIn, WithdrawnIn)
    for name, field in form.model_fields.items()
}
FIELDS = ("case_no", "registered_on", "organisation", "address", "summary", "from_dispute", "homicide")


@router.get("/criminal-cases")
async def criminal_cases_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep,
    first: Annotated[TypedDay, Query(alias="from")] = "", last: Annotated[TypedDay, Query(alias="to")] = "",
    cursor: CursorDep = None,
) -> Response:  # fmt: skip
    """The cases of a period, and what it came to beside the year before; nothing typed is lost."""
    typed, errors = {"from": first, "to": last}, list[str]()
    try:
        begin, end = typed_day(first, "from", "首日"), typed_day(last, "to", "末日")
        service.period(begin, end)
    except FieldsInvalid as error:
        errors, begin, end = [str(e["message"]) for e in error.errors], None, None
    told = await service.compared(services, session, viewer.actor, begin, end)
    found = await service.listed(services, session, viewer.actor, begin, end, 50, cursor)
    return show(
        request, "criminal_cases.html", viewer, status=422 if errors else 200, typed=typed, errors=errors,
        period=f"{told.first} 至 {told.last}",
        figures=_figures(told.now, told.year_before),
        changes=[(name, f"{change:+.0%}") for name, change in (("民转刑案件", told.change),
                                                            ("命案", told.homicide_change)) if change is not None],
        items=[_item(each) for each in found.items],
        more=f"/criminal-cases?{urlencode({**typed, 'cursor': found.next_cursor})}" if found.next_cursor else "",
        may_register=bool(own_places(viewer.actor, CRIME_REGISTRARS)),
    )  # fmt: skip


@router.get("/criminal-cases/new")
async def new_criminal_case_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep
) -> Response:
    """The form by which a case is put on record, for whoever may."""
    service.entitled(services, viewer.actor, own_places(viewer.actor, CRIME_REGISTRARS))
    return await _form(request, services, session, viewer, {"from_dispute": "yes"}, [])


@router.post("/criminal-cases/new")
async def register_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, posted: FilledDep
) -> Response:
    """Puts a case on record, once for the key in the form, and shows the disputes before it."""
    typed: JsonObject = {name: text(posted.form, name)[:LONGEST] for name in FIELDS}
    typed["people"] = [
        {name: text(posted.form, f"parties.{row}.{name}")[:200] for name in PERSON} for row in range(ROWS)
    ]
    said = [each for each in typed["people"] if any(each[part] for part in PERSON if part != "side")]
    named = [{part: value or None for part, value in each.items()} for each in said]
    content = {
        **{name: typed[name] for name in ("case_no", "registered_on", "address", "summary")},
        "organisation": typed["organisation"] or None,
        "from_dispute": typed["from_dispute"] == "yes",
        "homicide": typed["homicide"] == "yes",
        "parties": [{**each, "name": each["name"] or "", "side": each["side"] or "other"} for each in named],
    }
    try:
        asked = CriminalCaseIn.model_validate(content, strict=False)
    except ValidationError as error:
        return await _form(request, services, session, viewer, typed, field_errors(error), status=422)
    outcome = await send(services, session, viewer, posted, service.REGISTER,
                         lambda key: service.register(services, session, viewer.actor, asked, key))  # fmt: skip
    if outcome.answer is not None:
        words = {"tone": "ok", "text": "已登记，请逐件核对此前的纠纷"}
        return go(request, f"/criminal-cases/{outcome.answer.body.case_id}", words)
    banner = banner_if_refused(outcome, "前一次的登记已经生效", "需要另行登记的，核对后请再次提交。")
    async with services.database.resume(session):
        return await _form(request, services, session, viewer, typed, outcome.errors, status=outcome.status,
                           banner=banner, key=next_key(outcome, posted))  # fmt: skip


@router.get("/criminal-cases/{case_id}")
async def criminal_case_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, case_id: str
) -> Response:
    """A case, the disputes before it, and what was said of them."""
    return await _case(request, services, session, viewer, case_id, {}, [])


@router.post("/criminal-cases/{case_id}/origins")
async def word_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, posted: FilledDep, case_id: str
) -> Response:
    """Takes somebody's word on a dispute, once for the key in the form."""
    typed = {name: text(posted.form, name)[:LONGEST] for name in ("dispute_no", "grew", "reason")}
    try:
        grew = {"yes": True, "no": False}.get(typed["grew"])
        asked = OriginIn.model_validate({**typed, "grew": grew}, strict=False)
    except ValidationError as error:
        return await _case(request, services, session, viewer, case_id, typed, field_errors(error), status=422)
    outcome = await send(services, session, viewer, posted, service.WORD,
                         lambda key: service.say(services, session, viewer.actor, case_id, asked, key))  # fmt: skip
    if outcome.answer is not None:
        return go(request, f"/criminal-cases/{case_id}", {"tone": "ok", "text": f"已记录对 {asked.dispute_no} 的认定"})
    banner = banner_if_refused(outcome, "前一次的认定已经生效，见下面", "需要再改的，核对后请再次提交。")
    async with services.database.resume(session):
        return await _case(request, services, session, viewer, case_id, typed, outcome.errors, status=outcome.status,
                           banner=banner, key=next_key(outcome, posted))  # fmt: skip


@router.post("/criminal-cases/{case_id}/withdraw")
async def withdraw_criminal_case_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, posted: FilledDep, case_id: str
) -> Response:
    """Takes a case out of the figures, once for the key in the form."""
    typed = {"why": text(posted.form, "reason")[:LONGEST]}
    try:
        asked = WithdrawnIn(reason=typed["why"])
    except ValidationError as error:
        return await _case(request, services, session, viewer, case_id, typed, field_errors(error), status=422)
    outcome = await send(
        services, session, viewer, posted, service.WITHDRAW,
        lambda key: service.withdraw(services, session, viewer.actor, case_id, asked, key),
    )  # fmt: skip
    if outcome.answer is not None:
        return go(request, f"/criminal-cases/{case_id}", {"tone": "ok", "text": "已撤回登记"})
    banner = banner_if_refused(outcome, "前一次的撤回已经生效", "核对后请再次提交。")
    async with services.database.resume(session):
        return await _case(request, services, session, viewer, case_id, typed, outcome.errors, status=outcome.status,
                           banner=banner)  # fmt: skip


async def _form(
    request: Request, services: Services, session: Session, viewer: Viewer, typed: JsonObject,
    problems: list[dict[str, str]], *, status: int = 200, banner: dict[str, str] | None = None, key: str = "",
) -> Response:  # fmt: skip
    paths = own_places(viewer.actor, CRIME_REGISTRARS)
    offices, directory = await offices_of(services, session), await services.directory.read(session)
    listed = [o for o in directory.organisations if any(within(o.path, path) for path in paths)]
    nobody, people = dict.fromkeys(PERSON, ""), typed.get("people") or []
    return show(
        request, "criminal_case_new.html", viewer, status=status, banner=banner, key=key or new_id(),
        typed={**dict.fromkeys(FIELDS, ""), **typed},
        wrong=_told(problems),
        people=[*people, *[nobody] * (ROWS - len(people))], sides=SIDES, today=str(present().date()),
        offices=[(o.code, offices.label(o.code)) for o in listed],
    )  # fmt: skip


async def _case(
    request: Request, services: Services, session: Session, viewer: Viewer, case_id: str, typed: JsonObject,
    problems: list[dict[str, str]], *, status: int = 200, banner: dict[str, str] | None = None, key: str = "",
) -> Response:  # fmt: skip
    found = await service.whole(services, session, viewer.actor, case_id)
    now = present()
    said = {each.dispute_no for each in found.origins if each.latest}
    listed = [*found.earlier.people, *found.earlier.namesakes, *found.earlier.here]
    return show(
        request, "criminal_case.html", viewer, status=status, case=_whole(found), banner=banner,
        typed={**dict.fromkeys(("dispute_no", "grew", "reason", "why"), ""), **typed},
        wrong=_told(problems),
        earlier=look_back_view(found.earlier, now),
        choices=[(each.dispute_no, f"{each.dispute_no} {each.category_name}") for each in listed],
        left=sum(1 for each in listed if each.dispute_no not in said),
        may_say=bool(own_places(viewer.actor, CRIME_REGISTRARS)) and not found.withdrawn,
        keys=[key or new_id(), new_id()],
    )  # fmt: skip


def _told(problems: list[dict[str, str]]) -> list[str]:
    """What is wrong, each with the field's title: a message alone says only that something is missing."""
    told = []
    for problem in problems:
        name, *rest = problem["field"].split(".")
        which = str(int(rest[0]) + 1) if rest and rest[0].isdecimal() else ""
        told.append(f"{TITLES.get(name, '')}{which}：{problem['message']}")
    return list(dict.fromkeys(told))


def _item(each: CriminalCaseItem) -> View:
    return {
        "href": f"/criminal-cases/{each.case_id}",
        "case_no": each.case_no,
        "day": str(each.registered_on),
        "office": each.organisation_name,
        "marks": _marks(each),
    }


def _marks(each: CriminalCaseItem) -> list[str]:
    if each.withdrawn:
        return ["已撤回"]
    marks = [
        (each.homicide, "命案"),
        (not each.from_dispute, "起因非民间纠纷"),
        (each.grew, "民转刑"),
        (each.prior_known, "12个月内已掌握"),
        (each.from_dispute and not each.judged, "待核对此前纠纷"),
    ]
    return [name for holds, name in marks if holds]


def _whole(found: CriminalCase) -> View:
    return {
        **_item(found),
        "id": found.case_id,
        "address": found.address,
        "summary": found.summary,
        "people": [(each.name, each.phone or "", SIDES.get(each.side, each.side)) for each in found.parties],
        "noted": f"{found.noted_by} {stamp(found.noted_at, present())}",
        "withdrawn": found.withdrawn_why,
        "words": [(each.dispute_no, "由该纠纷激化引起" if each.grew else "与该纠纷无关", each.reason, each.by,
                   stamp(each.at, present()), each.latest) for each in found.origins],
    }  # fmt: skip


def _figures(now: CrimeFigures, before: CrimeFigures) -> list[View]:
    names = {
        "cases": "起因为民间纠纷的刑事案件",
        "homicides": "其中命案",
        "grew": "认定由平台内纠纷激化引起",
        "prior_known": "立案前12个月内已掌握",
        "converted": "办理中转刑事、尚未登记案号",
        "unjudged": "尚未核对此前纠纷",
    }
    return [{"name": name, "now": getattr(now, code), "before": getattr(before, code)} for code, name in names.items()]
