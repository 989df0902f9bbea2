"""Batches of hazards and their items in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from api.attachments.schemas import Attachment
from api.hazards.schemas import HazardItem, Standing
from api.web.formatting import due, stamp
from api.web.rendering import View
from domain.base import CHINA
from infra.database.tables.notices import HazardBatchRow
from infra.database.tables.read_model import DisputeRow, HazardItemRow
from infra.read_model.hazards.items import DayOfItems


def standing_view(group: Standing, href: str) -> View:
    """How many items of a group stand how."""
    return {
        "href": href,
        "name": group.name or group.key,
        "option": (group.key, group.name or group.key),
        "sent": group.sent,
        "left": group.sent - group.cancelled,
        "open": group.open,
        "disowned": group.disowned,
        "rectified": group.rectified,
        "cancelled": group.cancelled,
        "overdue": group.overdue,
        "batches": group.batches,
        "aspects": group.aspects,
        "rate": "—" if group.rate is None else f"{group.rate}%",
        "in_time_rate": "—" if group.in_time_rate is None else f"{group.in_time_rate}%",
    }


def trend_view(days: Sequence[DayOfItems]) -> list[View]:
    """The days, newest first; of the outstanding how long its bar is, in per cent of the most."""
    most = max((each.outstanding for each in days), default=0)
    return [
        {"day": f"{each.day:%m-%d}", "sent": each.sent, "cancelled": each.cancelled, "left": each.outstanding,
         "most": most}
        for each in reversed(days)
    ]  # fmt: skip


def batch_view(case: DisputeRow, name: str, numbered: HazardBatchRow | None, now: datetime) -> View:
    """A batch's head."""
    batch = case.sealed["batch"]
    return {
        "no": case.dispute_no,
        "name": name,
        "number": numbered.number if numbered else "",
        "from": batch["by_name"],
        "by": batch["sender"],
        "sent": stamp(case.opened_at.astimezone(CHINA), now),
        "closed": stamp(case.closed_at, now) if case.closed_at else "",
        "ahead": case.ahead,
    }


def last_day(due_at: datetime, now: datetime) -> str:
    """By when: the day, where it is the end of one."""
    at = due_at.astimezone(CHINA)
    if (at.hour, at.minute) != (0, 0):
        return stamp(at, now)
    return stamp(at - timedelta(days=1), now).partition(" ")[0]


def item_view(item: HazardItem, now: datetime, files: Mapping[str, Attachment] | None = None) -> View:
    """An item in a row and on its own page, which shows the `files` of its batch that its answers brought."""
    known = files or {}
    return {
        "no": item.no,
        "batch": item.dispute_no,
        "href": f"/hazards/{item.dispute_no}/{item.no}",
        "aspect": item.aspect_name,
        "body": item.organisation_name,
        "text": item.text or "（未写明情况）",
        "state": item.state_name,
        "code": item.state,
        "late": item.overdue,
        "due": due(item.due_at, item.overdue, now) if item.state == "open" else None,
        "day": last_day(item.due_at, now),
        "sent": stamp(item.sent_at, now),
        "rectified": stamp(item.rectified_at, now),
        "cancelled": stamp(item.cancelled_at, now),
        "returned": item.returned,
        "answers": [
            {"at": stamp(a.at, now), "by": a.by, "text": a.text,
             "files": [known[each] for each in a.attachments if each in known],
             "verified": " · ".join(filter(None, (a.verified_by, stamp(a.verified_at, now)))), "returned": a.returned}
            for a in item.answers
        ],
        "disowned": [
            {"at": stamp(d.at, now), "by": d.by, "body": d.organisation_name, "ground": d.ground,
             "ruled": " · ".join(filter(None, (d.ruled_by, stamp(d.ruled_at, now)))), "moved": d.moved_to,
             "overruled": d.overruled}
            for d in item.disowned
        ],
    }  # fmt: skip


def choice_of(item: HazardItemRow, now: datetime) -> str:
    """An item in a form: its number and aspect, what it is, by when."""
    said = str(item.sealed["text"])[:80]
    parts = (
        f"第{item.no}项 {item.aspect_name}",
        said,
        f"{last_day(item.due_at, now)} 前" if item.state == "open" else "",
    )
    return " · ".join(filter(None, parts))
