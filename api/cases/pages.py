"""The page of a case in tabs, each at an address of its own and reading only what it shows; its button 关注."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from api.cases import views
from api.cases.course import course_view
from api.cases.materials import materials_view
from api.cases.mechanism import mechanism_of
from api.cases.service import CaseRead, course_of, latest_in, read_case
from api.core.context import Services
from api.core.deps import ServicesDep, SessionDep
from api.criminal_cases.service import grown_out_of
from api.disputes.case_view import case_view, steps_of
from api.disputes.watching import unwatch_dispute, watch_dispute
from api.handling.handling_view import handling_view
from api.handling.service import handling_in
from api.look_back.look_back_view import look_back_view
from api.look_back.service import look_back
from api.notices.notice_view import notice_view
from api.unmasking.service import may_unmask
from api.villages.service import contacts_in
from api.villages.view import contacts_view
from api.web import formatting as w
from api.web.errors import PageRoute
from api.web.organisation_labels import Vocabulary, offices_of, vocabulary
from api.web.rendering import View, go, show
from api.web.session import PostedDep, Viewer, ViewerDep, text
from domain.people.need_to_know import PURPOSES
from domain.policy.action_catalogue import CONVERSION, SPLIT
from infra.database.engine import Session
from infra.database.ids import new_id
from infra.records.attachments import PENDING_FOR
from infra.records.events import last_event
from infra.records.people import with_a_part

router = APIRouter(route_class=PageRoute)
CRIMINAL = ("criminal_case", "police_case")
"""Outcomes that call for a look back at what the same people were reported for before (“举一反三”, Q-063)."""
TABS = {"": "概况", "course": "经过", "materials": "材料", "agreements": "协议与履约", "links": "关联"}
"""The tabs by the end of their addresses."""


@dataclass(frozen=True)
class Look:
    """Somebody's look at a case: what each tab is laid out from."""

    request: Request
    services: Services
    session: Session
    viewer: Viewer
    read: CaseRead
    words: Vocabulary


@router.get("/disputes/{no}")
async def case_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, no: str
) -> Response:
    """One dispute: where it stands."""
    return await show_case(request, services, session, viewer, no)


@router.get("/disputes/{no}/course")
async def course_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, no: str
) -> Response:
    """All that happened, of one kind or by one person, the newest or the oldest first."""
    return await show_case(request, services, session, viewer, no, "course")


@router.get("/disputes/{no}/materials")
async def materials_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, no: str
) -> Response:
    """Its photographs, recordings and documents."""
    return await show_case(request, services, session, viewer, no, "materials")


@router.get("/disputes/{no}/agreements")
async def agreements_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, no: str
) -> Response:
    """What was agreed and judged, what is owed, who was visited."""
    return await show_case(request, services, session, viewer, no, "agreements")


@router.get("/disputes/{no}/links")
async def links_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, no: str
) -> Response:
    """Earlier matters, what it was merged with or split from, letters and whistles."""
    return await show_case(request, services, session, viewer, no, "links")


@router.get("/disputes/{no}/watch")
async def watch_reread(request: Request, viewer: ViewerDep, no: str) -> Response:
    """The address of the form, read again: the case."""
    return go(request, f"/disputes/{no}")


@router.post("/disputes/{no}/watch")
async def watch_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, form: PostedDep, no: str
) -> Response:
    """Watches a case, or no more."""
    begins = text(form, "watch") == "1"
    await (watch_dispute if begins else unwatch_dispute)(services, session, viewer.actor, no, None)
    said = "已关注，该纠纷的待办会出现在“关注”中" if begins else "已取消关注"
    return go(request, f"/disputes/{no}", {"tone": "ok", "text": said})


async def show_case(
    request: Request, services: Services, session: Session, viewer: Viewer, no: str, tab: str = "", *,
    status: int = 200, **draft: Any,
) -> Response:  # fmt: skip
    """A tab of the page of a case; `draft` holds the comment form as it was filled in, and why it was refused."""
    heard = await last_event(session)  # before anything is read: what happens meanwhile is sent to the page
    filed = tab in ("", "materials")
    read = await read_case(services, session, viewer.actor, no, files=filed, comments=filed, letters=tab == "links")
    case = read.case
    words = vocabulary(services, await offices_of(services, session), case.colours, case.demands)
    now = w.present(case.ahead)
    look = Look(request, services, session, viewer, read, words)
    view = {
        "heard": heard,
        "tab": tab,
        "tabs": [{"href": f"/disputes/{no}{f'/{end}' if end else ''}", "name": name, "here": end == tab}
                 for end, name in TABS.items()],
        **case_view(case, read.entered, words, now),
        **views.frame(case, viewer.actor),
        "key": new_id(),
        **await _TABS[tab](look),
    }  # fmt: skip
    return show(request, "case.html", viewer, status=status, **{**view, **draft})


async def _overview(look: Look) -> View:
    services, session, actor, read = look.services, look.session, look.viewer.actor, look.read
    case, no, now = read.case, read.row.dispute_no, w.present(read.case.ahead)
    handled = not case.closed_at and not case.batch
    handling = await handling_in(services, session, actor, read.row) if handled else None
    latest = await latest_in(session, read)
    people = await with_a_part(session, no)
    return {
        "batch": case.batch,
        "split": f"/disputes/{no}/actions/{SPLIT}" if any(a.name == SPLIT for a in case.actions) else "",
        "handling": handling_view(handling, now) if handling else None,
        "why": views.why_this_colour(case, look.words, now),
        "next": views.what_comes_next(case),
        "drill": views.drilled(case, actor, now) if services.settings.drill else None,
        "latest": views.latest_lines(latest, look.words, now),
        "may_unmask": await may_unmask(session, actor, no),
        "purposes": PURPOSES,
        "network": contacts_view(await contacts_in(services, session, no)),
        "comments": [views.comment(c, case, now) for c in case.comments],
        "waiting": [views.file(a, now) for a in case.attachments if a.pending],
        "may_attach": case.may_attach,
        "limit": services.files.limit,
        "video_limit": services.files.video_limit,
        "people": [{"username": p.username, "who": f"{p.name} · {look.words.offices.holding(p.path, p.role)}"}
                   for p in people],
        "comment_banner": None,
        "comment_error": "",
        "comment_text": "",
        "comment_mentions": [],
        "comment_attached": [],
    }  # fmt: skip


async def _course(look: Look) -> View:
    asked = look.request.query_params
    case, entries = look.read.case, await course_of(look.session, look.read)
    went = [str(entry.detail.get("stage")) for entry in entries if entry.kind == "stage"]
    now = w.present(case.ahead)
    mechanism = mechanism_of(case, steps_of(case, look.read.entered), [case.stages[0].value, *went])
    shown = course_view(entries, look.words, now, kind=asked.get("kind", ""),
                        person=asked.get("person", ""), oldest=asked.get("order") == "oldest")  # fmt: skip
    return {**shown, "mechanism": mechanism}


async def _materials(look: Look) -> View:
    shown = await materials_view(look.session, look.viewer.actor, look.read)
    return {**shown, "kept_for": int(PENDING_FOR.total_seconds()) // 3600}


async def _agreements(look: Look) -> View:
    return {}


async def _links(look: Look) -> View:
    case, no, now = look.read.case, look.read.row.dispute_no, w.present(look.read.case.ahead)
    asked = any(change.action == CONVERSION for change in case.changes)
    crimes = await grown_out_of(look.services, look.session, look.viewer.actor, look.read.row)
    found = await look_back(look.session, look.viewer.actor, look.read.row)
    look.services.access.note(look.viewer.actor.person_id, no, "earlier")
    return {
        "before": look_back_view(found, now),
        "crimes": [
            {
                "href": f"/criminal-cases/{item.case_id}",
                "no": item.case_no,
                "day": f"{item.registered_on:%Y-%m-%d}",
                "office": item.organisation_name,
                "killed": item.homicide,
                "by": by,
            }
            for item, by in crimes
        ],
        "criminal": asked or case.criminal_risk or case.outcome in CRIMINAL,
        "notices": [notice_view(n, look.words.offices, now) for n in case.notices],
    }


_TABS: dict[str, Callable[[Look], Awaitable[View]]] = {
    "": _overview, "course": _course, "materials": _materials, "agreements": _agreements, "links": _links,
}  # fmt: skip
