"""Notices in words: in a list, and beside their case."""

from __future__ import annotations

from datetime import datetime

from api.notices.schemas import NoticeInCase
from api.web.formatting import due, stamp
from api.web.organisation_labels import Offices
from api.web.rendering import View

STATES = {"open": "等待反馈", "answered": "已反馈", "unanswered": "未反馈", "withdrawn": "已撤回"}


def heading(notice: NoticeInCase) -> str:
    """What a notice is called in its unit: `提示函〔2026〕第1号`."""
    year, _, count = (notice.number or "").rpartition("-")
    return f"{notice.kind_name}〔{year.rpartition('-')[2]}〕第{int(count)}号" if count.isdigit() else notice.kind_name


def notice_view(notice: NoticeInCase, offices: Offices, now: datetime) -> View:
    """A notice in a list, and beside its case."""
    return {
        "href": f"/notices/{notice.number}" if notice.number else "",
        "number": notice.number or "编号待生成",
        "heading": heading(notice),
        "kind": notice.kind_name,
        "state": STATES[notice.state],
        "code": notice.state,
        "from": offices.label(notice.organisation),
        "to": offices.label(notice.to),
        "text": notice.text,
        "sent": stamp(notice.sent_at, now),
        "due": due(notice.due_at, notice.overdue, now) if notice.state == "open" else None,
        "late": notice.overdue,
        "seen": stamp(notice.seen_at, now),
        "answer": notice.answer,
        "decision": notice.decision_name or "",
        "answered": " · ".join(filter(None, (notice.answered_by, stamp(notice.answered_at, now)))),
    }
