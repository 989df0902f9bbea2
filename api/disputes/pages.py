"""The page of a case: where it stands, who must act until when, and all that happened; its button 关注."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from api.attachments.schemas import Attachment
from api.core.context import Services
from api.core.deps import ServicesDep, SessionDep
from api.disputes.case_view import case_view
from api.disputes.schemas import Comment, WholeCase
from api.disputes.service import whole_case, whole_timeline
from api.disputes.watching import unwatch_dispute, watch_dispute
from api.handling.handling_view import handling_view
from api.handling.service import handling_of
from api.look_back.look_back_view import look_back_view
from api.look_back.service import look_back_on
from api.notices.notice_view import notice_view
from api.unmasking.service import may_unmask
from api.villages.service import contacts_of
from api.villages.view import contacts_view
from api.web import formatting as w
from api.web.errors import PageRoute
from api.web.organisation_labels import Offices, offices_of, vocabulary
from api.web.rendering import View, go, show
from api.web.session import PostedDep, Viewer, ViewerDep, text
from api.web.timeline import by_days
from domain.people.duties import RULES, Duty
from domain.people.permissions import AUDITORS, INTAKE_ROLES, may_see_readers
from domain.policy.action_catalogue import CONVERSION, SPLIT
from infra.database.engine import Session
from infra.database.ids import new_id
from infra.records.attachments import PENDING_FOR
from infra.records.events import last_event
from infra.records.people import with_a_part

router = APIRouter(route_class=PageRoute)
KINDS_OF_FILE = {"image": "图片", "video": "视频", "audio": "录音"}
CRIMINAL = ("criminal_case", "police_case")
"""Outcomes that call for a look back at what the same people were reported for before (“举一反三”, Q-063)."""
DOCUMENTS = {"pdf": "PDF", "word": "文档", "excel": "表格", "spreadsheet": "表格"}
"""By a word of its media type."""


@router.get("/disputes/{no}")
async def case_page(
    request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep, no: str
) -> Response:
    """One dispute."""
    return await show_case(request, services, session, viewer, no)


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
    request: Request, services: Services, session: Session, viewer: Viewer, no: str, *, status: int = 200, **draft: Any
) -> Response:
    """The page of a case; `draft` holds the comment form as it was filled in, and what it was refused for."""
    heard = await last_event(session)  # before anything is read: what happens meanwhile is sent to the page
    case = await whole_case(services, session, viewer.actor, no)
    entries = await whole_timeline(services, session, viewer.actor, no)
    offices = await offices_of(services, session)
    words = vocabulary(services, offices, case.colours, case.demands)
    now = w.present(case.ahead)
    asked = any(change.action == CONVERSION for change in case.changes)
    criminal = asked or case.criminal_risk or case.outcome in CRIMINAL
    names = not case.closed_at and viewer.actor.has_role(*RULES[Duty.CONTRACTING].entrusted_by)
    hears = viewer.actor.has_role(*INTAKE_ROLES)
    before = await look_back_on(services, session, viewer.actor, no) if criminal else None
    handling = None if case.closed_at or case.batch else await handling_of(services, session, viewer.actor, no)
    view = {
        "handling": handling_view(handling, now) if handling else None,
        "before": look_back_view(before, now) if before else None,
        "heard": heard,
        "batch": case.batch,
        **case_view(case, entries, words, now),
        "watched": case.watched,
        "may_unmask": await may_unmask(session, viewer.actor, no),
        "files": [_file(a, now) for a in case.attachments if not a.pending],
        "waiting": [_file(a, now) for a in case.attachments if a.pending],
        "kept_for": int(PENDING_FOR.total_seconds()) // 3600,
        "may_attach": case.may_attach,
        "limit": services.files.limit,
        "comments": [_comment(c, case, now) for c in case.comments],
        "split": f"/disputes/{no}/actions/{SPLIT}" if any(a.name == SPLIT for a in case.actions) else "",
        "actions": [
            *({"href": f"/disputes/{no}/actions/{a.name}", "title": a.title} for a in case.actions),
            *([{"href": f"/disputes/{no}/notes", "title": "转来情况"}] if hears and not case.closed_at else []),
            *(
                [{"href": f"/registers/contracting?at={no}", "title": "明确包保领导"}]
                if names and not case.closed_at
                else []
            ),
        ],
        "notices": [notice_view(n, offices, now) for n in case.notices],
        "days": by_days(entries, words, now),
        "history": viewer.actor.has_role(*AUDITORS),
        "readers": may_see_readers(viewer.actor, {p for t in case.tasks for p in (t.assignee, t.delegate) if p}),
        "people": await _people(session, no, offices),
        "network": contacts_view(await contacts_of(services, session, viewer.actor, no)),
        "key": new_id(),
        "comment_banner": None,
        "comment_error": "",
        "comment_text": "",
        "comment_mentions": "",
        "comment_attached": [],
    }
    return show(request, "case.html", viewer, status=status, **{**view, **draft})


async def _people(session: Session, no: str, offices: Offices) -> list[View]:
    """Who has a part and can be mentioned: username, and who that is."""
    found = await with_a_part(session, no)
    return [{"username": p.username, "who": f"{p.name} · {offices.holding(p.path, p.role)}"} for p in found]


def _comment(c: Comment, case: WholeCase, now: datetime) -> View:
    names = {a.attachment_id: a.name for a in case.attachments}
    return {
        "by": c.by,
        "at": w.stamp(c.at, now),
        "text": c.text,
        "mentions": c.mentions,
        "files": [(f"/attachments/{i}", names[i]) for i in c.attachments if i in names],
    }


def _file(a: Attachment, now: datetime) -> View:
    return {
        "id": a.attachment_id,
        "href": f"/attachments/{a.attachment_id}",
        "name": a.name,
        "picture": a.thumbnail,
        "kind": KINDS_OF_FILE.get(a.media_type.partition("/")[0]) or _document(a.media_type),
        "about": f"{a.by} · {w.stamp(a.at, now)} · {w.size(a.size)}",
    }


def _document(media_type: str) -> str:
    """A document's kind, as the tile in place of a thumbnail shows it."""
    return next((name for word, name in DOCUMENTS.items() if word in media_type), "文件")
