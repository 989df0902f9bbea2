"""What several pages of auditing show: their tabs, and a job as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from api.audit.schemas import JobItem
from api.core.context import Services
from api.core.permissions import holds_at_root
from api.web import formatting as w
from api.web.rendering import View
from api.web.session import Viewer
from domain.base import china
from domain.people.permissions import ACCESS_LOG_READERS, AUDITORS, PERSONAL_LOG_READERS, own_places
from infra.database.engine import Session

STATES = {"queued": "等待开始", "running": "正在重放", "done": "已完成", "failed": "未能完成"}


async def tabs(services: Services, session: Session, viewer: Viewer, here: str) -> list[View]:
    """The pages of auditing that this person may open."""
    reads_log = await holds_at_root(services, session, viewer.actor, ACCESS_LOG_READERS)
    reads_log = reads_log or bool(own_places(viewer.actor, PERSONAL_LOG_READERS))
    pages = [("/audit", "重放核对", viewer.actor.has_role(*AUDITORS)), ("/audit/access", "访问日志", reads_log)]
    return [{"href": href, "name": name, "current": href == here} for href, name, open_ in pages if open_]


def job_view(job: JobItem, now: datetime) -> View:
    """A job as lists show it."""
    took = (job.finished_at - job.asked_at).total_seconds() if job.finished_at else None
    return {
        "id": job.job_id,
        "href": "/audit?" + urlencode({"job": job.job_id}),
        "about": _about(job.request),
        "state": STATES[job.state],
        "code": job.state,
        "running": job.state in ("queued", "running"),
        "done": job.done,
        "total": job.total,
        "asked": w.stamp(job.asked_at, now),
        "took": "" if took is None else f"{took:.1f} 秒",
        "error": job.error,
    }


def _about(request: Mapping[str, str]) -> str:
    """What was asked: a dispute, or what began in a period."""
    if "dispute_no" in request:
        return request["dispute_no"]
    since, until = (china(datetime.fromisoformat(request[name])).date() for name in ("since", "until"))
    last: date = until - timedelta(days=1)
    return f"{since} 至 {last} 受理" if since != last else f"{since} 受理"
