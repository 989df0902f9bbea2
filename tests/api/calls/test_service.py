"""警源分析: where calls come from, a department's trade, and no place for who sees nothing there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.calls.schemas import Calls, Origin
from api.calls.service import analysed
from api.core.context import Services
from api.intake.schemas import IncidentIn
from api.intake.service import take_in
from domain.base import CHINA
from domain.errors import FieldsInvalid, NotEntitled
from domain.people.organisation import Actor, Post
from infra.database.engine import Session
from tests.api.support import somebody

NIGHT = datetime(2026, 3, 2, 23, 40, tzinfo=CHINA)
MORNING = NIGHT.replace(hour=8)
NOISE, WAGES = "楼上半夜装修噪声扰民，多次交涉无果", "工地拖欠农民工工资，包工头拒不支付"
DAY = NIGHT.date()


async def called(services: Services, session: Session, no: str, house: int, at: datetime, text: str = NOISE) -> str:
    """A call from a house of Gushan; the number of its dispute."""
    content: dict[str, Any] = {
        "source": "110", "source_no": no, "occurred_at": at, "reported_at": at, "narrative": text,
        "place": {"address": f"古山镇金江龙村{house}号"}, "parties": [{"name": f"甲{house}", "side": "a"}],
    }  # fmt: skip
    who = await somebody(services, "call_taker", "bureau")
    body = (await take_in(services, session, who, IncidentIn.model_validate(content), None)).body
    return body.dispute_no


@pytest.fixture
async def calls(services: Services, session: Session) -> str:
    """Three calls of one house, two by night, and one of another; the number of the first dispute."""
    number = await called(services, session, "c1", 301, MORNING)
    assert await called(services, session, "c2", 301, NIGHT) == number
    assert await called(services, session, "c3", 301, NIGHT + timedelta(minutes=5)) == number
    await called(services, session, "c4", 302, NIGHT, WAGES)
    return number


async def asked(services: Services, session: Session, by: Actor, **more: Any) -> Calls:
    """The analysis of that day."""
    async with services.database.resume(session):
        return await analysed(services, session, by, **{"first": DAY, "last": DAY, "organisation": None, **more})


def told(rows: list[Origin]) -> dict[str, tuple[int, int, int]]:
    return {row.code: (row.reports, row.repeats, row.matters) for row in rows if row.reports}


async def test_calls_are_counted_by_source_category_hour_and_place(
    services: Services, session: Session, calls: str
) -> None:
    supervisor = await somebody(services, "supervisor", "county")
    found = await asked(services, session, supervisor)
    assert (found.total.reports, found.total.repeats, found.total.matters, found.total.handled) == (4, 2, 2, None)
    assert told(found.by_source) == {"110": (4, 2, 2)}
    assert list(told(found.by_category).values()) == [(3, 2, 1), (1, 0, 1)], "the most first"
    assert told(found.by_hour) == {"08": (1, 0, 1), "23": (3, 2, 2)}
    assert [row.code for row in found.by_hour] == [f"{hour:02d}" for hour in range(24)]
    [place] = found.places
    assert (place.address, place.reports, place.dispute_nos) == ("古山镇金江龙村301号", 3, [calls])
    assert (await asked(services, session, supervisor, source="12345")).total.reports == 0
    assert (await asked(services, session, supervisor, first=DAY + timedelta(days=1), last=None)).total.reports == 0


async def test_a_department_asks_about_its_trade_whoever_has_it_and_sees_no_place(
    services: Services, session: Session, calls: str
) -> None:
    lexicon = services.policy.lexicon_at(datetime.now(UTC))
    supervisor = await somebody(services, "supervisor", "county")
    wages = (await asked(services, session, supervisor)).by_category[1].code
    lead = lexicon.categories[wages].lead
    leader = await somebody(services, "department_leader", lead)
    assert (await asked(services, session, leader)).total.reports == 0, "it had no part in any of it"
    trade = await asked(services, session, leader, trade=lead)
    assert (trade.total.reports, trade.total.matters, trade.total.handled) == (1, 1, 0)
    assert told(trade.by_category) == {wages: (1, 0, 1)}
    assert lead != "housing"
    with pytest.raises(NotEntitled):
        await asked(services, session, leader, trade="housing")


async def test_who_sees_only_what_he_was_asked_reads_none(services: Services, session: Session, calls: str) -> None:
    mediator = Actor(person_id="m", name="", posts=[Post(role="mediator", path="/county")])
    with pytest.raises(NotEntitled):
        await asked(services, session, mediator)


async def test_a_unit_that_leads_nothing_has_no_trade(services: Services, session: Session) -> None:
    supervisor = await somebody(services, "supervisor", "county")
    with pytest.raises(FieldsInvalid, match="填写"):
        await asked(services, session, supervisor, trade="centre")
