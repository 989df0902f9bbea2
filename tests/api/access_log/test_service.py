"""The access log's service: complete to the last moment, page by page, and for its readers only."""

from __future__ import annotations

import pytest

from api.access_log.service import accesses
from api.core.context import Services
from bench.looks import person
from domain.errors import NotEntitled
from infra.database.engine import Session
from tests.api.support import dispute, somebody


async def test_the_access_log_shows_also_what_was_just_noted(services: Services, session: Session) -> None:
    number = await dispute(services)
    keeper = await somebody(services, "admin_audit", "county")
    auditor = await somebody(services, "auditor", "county")
    services.access.note(auditor.person_id, number, "read")
    services.access.note(auditor.person_id, number, "history", "not_entitled")
    found = []
    cursor = None
    for _ in range(3):
        async with services.database.resume(session):
            page = await accesses(services, session, keeper, person=None, dispute_no=number,
                                                 refused=False, limit=2, cursor=cursor)  # fmt: skip
        found += [(item.what, item.outcome) for item in page.items]
        if (cursor := page.next_cursor) is None:
            break
    # Each page that is read is noted too; those of one millisecond have no order.
    assert sorted(set(found)) == [("access", "ok"), ("history", "not_entitled"), ("read", "ok")]
    username = person("auditor", "county").username
    async with services.database.resume(session):
        refused = await accesses(services, session, keeper, person=username, dispute_no=None,
                                                refused=True, limit=9, cursor=None)  # fmt: skip
        assert [(item.name, item.what) for item in refused.items] == [(auditor.name, "history")]
    async with services.database.resume(session):
        with pytest.raises(NotEntitled):
            await accesses(services, session, await somebody(services, "leader", "county"), person=None,
                                          dispute_no=None, refused=False, limit=9, cursor=None)  # fmt: skip
