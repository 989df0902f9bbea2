"""An edition is published by the county's administrator, told to every open dispute, and what begins counts by it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from api.calendar.service import in_effect, listed, publish, tried
from api.calendar.telling import told
from api.core.context import Services
from api.intake.service import take_in
from domain.base import china
from domain.errors import FieldsInvalid, NotEntitled
from domain.policy.calendars.editions import NewEdition
from infra.database.engine import Session
from infra.records.jobs import find_job
from tests.api.engine import LivingEngine
from tests.api.intake.test_service import report
from tests.api.support import dispute, somebody


def edition(services: Services, name: str = "2027-01") -> NewEdition:
    shipped = services.policy.calendar
    this_day, holidays = china(datetime.now(UTC)).date(), list(shipped.holidays)
    extra = next(d for n in range(30, 60) if (d := this_day + timedelta(days=n)).weekday() == 2 and d not in holidays)
    return NewEdition(edition=name, holidays=[*holidays, extra], workdays=shipped.workdays, reason="节假日安排通知")


async def test_it_is_in_effect_at_once_and_every_open_dispute_is_told(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    numbers = [await dispute(services) for _ in range(3)]
    admin = await somebody(services, "admin_system", "county")
    assert (await in_effect(services, session)).edition == services.policy.calendar.edition
    answer = await publish(services, session, admin, edition(services), "k")
    assert (answer.status, answer.body.edition) == (202, "2027-01")
    async with services.database.resume(session):
        again = await publish(services, session, admin, edition(services), "k")
        assert again.body.job_id == answer.body.job_id
    async with services.database.resume(session):
        now = await in_effect(services, session)
        job = await find_job(session, answer.body.job_id)
    assert job
    assert (now.edition, now.published_by, now.telling and now.telling.state) == ("2027-01", admin.name, "queued")
    request = job.sealed["request"]
    for _ in range(2):  # a job that was killed is begun again
        results = [each async for each in told(engine, services.database, request, settles_after=0)]
        assert {each.dispute_no for each in results} >= set(numbers)
        assert all(each.told for each in results)
    for number in numbers:
        state = engine.state(number)
        assert state.calendar.edition == "2027-01"
        assert [e.title for e in state.timeline if e.kind == "calendar_edition"] == ["工作日历更新为2027-01"]


async def test_what_is_reported_then_counts_by_it(services: Services, session: Session, engine: LivingEngine) -> None:
    admin = await somebody(services, "admin_system", "county")
    await publish(services, session, admin, edition(services), None)
    taker = await somebody(services, "call_taker", "bureau")
    async with services.database.resume(session):
        taken = await take_in(services, session, taker, report(), None)
    assert engine.state(taken.body.dispute_no).calendar.edition == "2027-01"


async def test_nobody_else_publishes_and_no_name_is_used_twice(services: Services, session: Session) -> None:
    for role in ("supervisor", "admin_security"):
        other = await somebody(services, role, "county")
        async with services.database.resume(session):
            with pytest.raises(NotEntitled):
                await publish(services, session, other, edition(services), None)
    admin = await somebody(services, "admin_system", "county")
    async with services.database.resume(session):
        await publish(services, session, admin, edition(services, "a"), None)
    async with services.database.resume(session):
        await publish(services, session, admin, edition(services, "b"), None)
    async with services.database.resume(session):
        with pytest.raises(FieldsInvalid) as refusal:
            await publish(services, session, admin, edition(services, "a"), None)
    assert refusal.value.errors == [{"field": "edition", "message": "已发布过“a”，请另取版本号"}]
    async with services.database.resume(session):
        page = await listed(session, 1, None)
        rest = await listed(session, 1, page.next_cursor)
    assert [e.edition for e in (*page.items, *rest.items)] == ["b", "a"]


async def test_what_an_edition_comes_to_is_told_before_it_is_published(services: Services, session: Session) -> None:
    await dispute(services)
    admin = await somebody(services, "admin_system", "county")
    new = edition(services, "2027-02")
    found = await tried(services, session, admin, new)
    assert found.off == [day for day in new.holidays if day not in services.policy.calendar.holidays]
    assert (found.on, found.told >= 1) == ([], True)
    async with services.database.resume(session):
        assert (await listed(session, 5, None)).items == []
        with pytest.raises(NotEntitled):
            await tried(services, session, await somebody(services, "supervisor", "county"), new)
