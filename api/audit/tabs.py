"""The tabs of the audit's pages."""

from __future__ import annotations

from api.core.context import Services
from api.core.permissions import holds_at_root
from api.web.rendering import View
from api.web.session import Viewer
from domain.people.permissions import ACCESS_LOG_READERS, AUDITORS, PERSONAL_LOG_READERS, own_places
from infra.database.engine import Session


async def tabs(services: Services, session: Session, viewer: Viewer, here: str) -> list[View]:
    """The pages of auditing that this person may open."""
    reads_log = await holds_at_root(services, session, viewer.actor, ACCESS_LOG_READERS)
    reads_log = reads_log or bool(own_places(viewer.actor, PERSONAL_LOG_READERS))
    pages = [("/audit", "重放核对", viewer.actor.has_role(*AUDITORS)), ("/audit/access", "访问日志", reads_log)]
    return [{"href": href, "name": name, "current": href == here} for href, name, open_ in pages if open_]
