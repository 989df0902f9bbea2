"""Who should handle it and what became of alike ones: over a real database, with cases that were lived and closed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import update
from sqlmodel import col

from api.core.context import Services
from api.disputes.actions import take_action
from api.handling.schemas import Handling
from api.handling.service import handling_on
from api.intake.schemas import IncidentIn
from api.intake.service import take_in
from domain.errors import NotFound
from infra.database.engine import Session
from infra.database.tables.read_model import DisputeRow
from infra.read_model.handling.load import Load, in_hand, loads
from tests.api.engine import LivingEngine
from tests.api.support import answered, somebody

GUSHAN, BAIYANG = "古山镇金江龙村三组{}号", "白洋街道万石院新村二组{}号"
WALL = "两户因宅基地边界争执，砌墙被拦，双方各不相让"
_HOUSES = count(100, 7)


async def reported(services: Services, session: Session, address: str, narrative: str = WALL, phone: str = "") -> str:
    """A quarrel of people of its own, unless a telephone is given."""
    taker, n, at = await somebody(services, "command_room", "station-gushan"), next(_HOUSES), datetime.now(UTC)
    report = IncidentIn.model_validate({
        "source": "walk_in", "source_no": f"w{n}", "occurred_at": at, "reported_at": at, "narrative": narrative,
        "place": {"address": address.format(n)},
        "parties": [{"name": f"周{n}", "side": "a", "phone": phone or f"138{n:08d}"}],
    })  # fmt: skip
    async with services.database.resume(session):
        return str((await take_in(services, session, taker, report, None)).body.dispute_no)


async def ended(services: Services, session: Session, number: str, *, settled: bool = True) -> str:
    """Settled on the scene and found good, then closed; or withdrawn before anybody settled it."""
    await answered(services, number, "confirm_triage", "confirm")
    if settled:
        await answered(services, number, "handle_on_scene", "settled", terms=["各退一步"])
        await answered(services, number, "evaluate", "accept")
    by = await somebody(services, "supervisor", "county")
    async with services.database.resume(session):
        await take_action(services, session, by, number, "withdraw", {"reason": "双方已和好"}, None)
    await answered(services, number, "approve_change", "approve")
    return number


async def read(services: Services, session: Session, number: str, role: str, organisation: str) -> Handling:
    async with services.database.resume(session):
        return await handling_on(services, session, await somebody(services, role, organisation), number)


@pytest.fixture
async def lived(services: Services, session: Session, engine: LivingEngine) -> list[str]:
    """Six settled in Gushan two days after they came in, one in Baiyang, and one withdrawn unsettled."""
    numbers = [await reported(services, session, GUSHAN) for _ in range(6)]
    elsewhere, unsettled = (await reported(services, session, BAIYANG), await reported(services, session, GUSHAN))
    engine.at += timedelta(days=2)
    for number in (*numbers, elsewhere):
        await ended(services, session, number)
    await ended(services, session, unsettled, settled=False)
    return [*numbers, elsewhere, unsettled]


async def test_what_became_of_alike_ones_is_counted_and_the_nearest_are_told_to_who_sees_them(
    services: Services, session: Session, lived: list[str]
) -> None:
    number = await reported(services, session, GUSHAN, "邻居砌墙占了宅基地边界，双方争执，各不相让")
    found = await read(services, session, number, "supervisor", "county")
    alike = found.alike.same_category
    assert (alike.counted, alike.settled, alike.relapsed, alike.capped) == (8, 7, 0, False)
    assert [(each.code, each.count) for each in alike.outcomes] == [("withdrawn", 8)]
    assert alike.days
    assert alike.days.lower == alike.days.median == alike.days.upper == 2.0
    assert alike.by_unit
    assert [(each.code, each.count) for each in alike.by_unit] == [("station-gushan", 6), ("station-baiyang", 1)]
    assert [(each.name, each.count) for each in alike.by_place] == [("派出所", 7)]
    assert found.alike.out_of_sight == 0
    assert {each.dispute_no for each in found.alike.nearest} <= set(lived)
    nearest = found.alike.nearest[0]
    assert "同为村组" in nearest.shares
    assert any("宅基地边界" in word for word in nearest.words)
    assert number not in found.alike.model_dump_json(), "it is not like itself"


async def test_another_station_s_are_counted_and_not_named(
    services: Services, session: Session, lived: list[str]
) -> None:
    *here, elsewhere, unsettled = lived
    number = await reported(services, session, GUSHAN)
    found = await read(services, session, number, "station_chief", "station-gushan")
    assert found.alike.near_in_words.counted == 8
    assert found.alike.out_of_sight == 1
    assert elsewhere not in found.model_dump_json()
    assert {each.dispute_no for each in found.alike.nearest} <= {*here, unsettled}
    assert len(found.alike.nearest) == 5


async def test_what_the_same_people_had_is_history_and_no_likeness(services: Services, session: Session) -> None:
    before = await ended(services, session, await reported(services, session, BAIYANG, phone="13700001111"))
    number = await reported(services, session, GUSHAN, phone="13700001111")
    found = await read(services, session, number, "supervisor", "county")
    assert found.alike.same_category.counted == 1
    assert found.alike.same_category.days is None, "one case is no median"
    assert found.alike.near_in_words.counted == 0
    assert before not in found.model_dump_json()


async def test_of_a_class_without_closed_cases_nothing_is_told(
    services: Services, session: Session, lived: list[str]
) -> None:
    number = await reported(services, session, GUSHAN, "老板拖欠三个月工资，工人上门讨要")
    alike = (await read(services, session, number, "supervisor", "county")).alike
    assert (alike.same_category.counted, alike.near_in_words.counted, alike.nearest) == (0, 0, [])


async def test_units_are_told_with_reasons_and_what_they_have_in_hand(services: Services, session: Session) -> None:
    number = await reported(services, session, GUSHAN)
    found = await read(services, session, number, "command_room", "station-gushan")
    assert [reason.ground for reason in found.because] == ["words", "list"]
    lead, *others = found.units
    assert lead.lead
    assert not any(unit.lead for unit in others)
    assert {reason.ground for reason in lead.because} == {"list"}
    assert any(reason.ground == "place" for unit in others for reason in unit.because)
    assert lead.load
    assert (lead.load.open, lead.load.overdue, lead.load.at_least) == (0, 0, False)


async def test_what_waits_for_a_unit_is_its_load(services: Services, session: Session) -> None:
    for _ in range(2):
        await reported(services, session, GUSHAN)
    await reported(services, session, BAIYANG)
    path = (await services.directory.read()).named("station-gushan").path
    assert await loads(services.database, [path, "/county/none"]) == {
        path: Load(open=2, overdue=0, more=False),
        "/county/none": Load(open=0, overdue=0, more=False),
    }


async def test_of_a_person_nothing_is_counted_that_the_reader_does_not_see(
    services: Services, session: Session
) -> None:
    """Whoever has the beats of two stations is told of by each with its own alone."""
    numbers = [await reported(services, session, place) for place in (GUSHAN, BAIYANG)]
    async with services.database.write() as writing:
        officer = (await somebody(services, "responsible_officer", "station-gushan")).person_id
        await writing.execute(update(DisputeRow).where(col(DisputeRow.dispute_no).in_(numbers)).values(officer=officer))
    county, chief = [
        await somebody(services, *post) for post in (("supervisor", "county"), ("station_chief", "station-gushan"))
    ]
    async with services.database.resume(session):
        assert (await in_hand(session, county, officer), await in_hand(session, chief, officer)) == (2, 1)


async def test_whoever_only_handles_is_told_no_loads_and_no_units(
    services: Services, session: Session, lived: list[str]
) -> None:
    number = await reported(services, session, GUSHAN)
    found = await read(services, session, number, "township_leader", "town-gushan")
    assert all(unit.load is None and unit.answers is None for unit in found.units)
    assert found.alike.same_category.by_unit is None
    assert found.alike.same_category.by_place


async def test_who_may_not_see_the_dispute_is_told_nothing(services: Services, session: Session) -> None:
    number = await reported(services, session, GUSHAN)
    with pytest.raises(NotFound):
        await read(services, session, number, "station_chief", "station-baiyang")
