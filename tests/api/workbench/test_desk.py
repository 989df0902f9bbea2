"""督促台: what is taken by nobody and what lies idle, within one's sight, by town and by person."""

from __future__ import annotations

import pytest

from api.core.context import Services
from api.tasks.handover import claim
from api.workbench.desk import desk
from domain.errors import NotEntitled
from infra.database.engine import Session
from tests.api.engine import LivingEngine
from tests.api.support import asked, dispute, may_answer, somebody


async def test_what_nobody_has_taken_is_told_by_town_until_somebody_does(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    supervisor = await somebody(services, "supervisor", "county")
    number, other = await dispute(services), await dispute(services)
    await session.close()
    async with services.database.resume(session):
        found = await desk(services, session, supervisor, "unsigned", limit=1)
    assert found.counts == {"overdue": 0, "soon": 2, "red": 0, "unsigned": 2, "idle": 0}
    assert found.towns == [("town-gushan", "古山镇", 2)]
    assert (found.people, len(found.items)) == ([], 1)
    async with services.database.resume(session):
        rest = await desk(services, session, supervisor, "unsigned", limit=1, cursor=found.next_cursor)
    assert {item.dispute_no for item in (*found.items, *rest.items)} == {number, other}
    assert rest.next_cursor is None

    task = asked(engine, number, "confirm_triage")
    analyst = await may_answer(services, task)
    async with services.database.resume(session):
        await claim(services, session, analyst, task.task_id, None)
    await session.close()
    async with services.database.resume(session):
        now = await desk(services, session, supervisor, "soon", limit=9, person=analyst.person_id)
    assert (now.counts["unsigned"], now.people) == (1, [(analyst.person_id, analyst.name)])
    assert [item.dispute_no for item in now.items] == [number]


async def test_a_chief_sees_his_own_and_who_answers_for_nobody_sees_none(services: Services, session: Session) -> None:
    await dispute(services)
    elsewhere = await somebody(services, "station_chief", "station-baiyang")
    assert (await desk(services, session, elsewhere, "unsigned", limit=9)).items == []
    with pytest.raises(NotEntitled):
        await desk(services, session, await somebody(services, "mediator", "justice-baiyang"), "red", limit=9)
