"""What desks merge teaches the county two names of a place; what is said against one takes it out of service."""

from __future__ import annotations

import pytest

from api.core.context import Services
from api.learning.aliases import PlaceAlias, WithdrawIn, learned, listed, withdraw
from api.tasks.schemas import Answering
from api.tasks.service import decide
from domain.errors import FieldsInvalid, NotEntitled
from infra.database.engine import Session
from infra.database.tables.read_model import DisputeRow
from tests.api.engine import LivingEngine
from tests.api.intake.test_repeats import report, taken
from tests.api.support import asked, may_answer, somebody

OLD, NEW = "古山镇老供销社2栋", "古山镇华联超市2栋"
SAID = "封某的电动车停在楼道里，瞿某不让过，两人在吵"
MORE = "门面转让费谈不拢，砸了柜台玻璃"


async def merge(services: Services, session: Session, engine: LivingEngine, number: str, said: str) -> str:
    """A matter told twice, under both names, put together by the desk; answers the dispute that was merged."""
    first = await taken(services, session, report(f"{number}a", said, days_ago=20, address=OLD))
    other = await taken(services, session, report(f"{number}b", said, days_ago=9, address=NEW))
    assert not other.joined  # nothing says that they are one place
    task = asked(engine, other.dispute_no, "confirm_triage")
    joining = Answering(decision="duplicate_of", fields={"dispute_no": first.dispute_no})
    async with services.database.resume(session):
        await decide(services, session, await may_answer(services, task), task.task_id, joining, f"{number}k")
    approval = asked(engine, other.dispute_no, "approve_change")
    chief = await may_answer(services, approval)
    async with services.database.resume(session):
        await decide(services, session, chief, approval.task_id, Answering(decision="approve"), f"{number}l")
    assert engine.state(other.dispute_no).outcome == "merged"
    return other.dispute_no


async def known(services: Services) -> list[PlaceAlias]:
    """The aliases after a night's learning."""
    await learned(services.database)
    services.aliases.forget()
    async with services.database.read() as reading:
        return (await listed(reading)).items


async def test_two_mergers_teach_an_alias_by_which_the_next_report_joins_and_a_supervisor_ends_it(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    number = await merge(services, session, engine, "1", SAID)
    [once] = await known(services)
    assert (once.one, once.other, once.standing) == ("华联超市", "老供销社", "gathering")
    assert [(said.dispute_no, said.same) for said in once.said] == [(number, True)]
    assert once.said[0].by
    await merge(services, session, engine, "2", MORE)
    [twice] = await known(services)
    assert (twice.standing, len(twice.said)) == ("serves", 2)
    assert [await known(services)] == [[twice]]  # learned again, the same

    fresh = "一楼烧烤店油烟直排，封小民家晚上开不了窗，吵了好几回"
    first = await taken(services, session, report("3", fresh, "封小民", "瞿大伟", days_ago=8, address=OLD))
    again = await taken(services, session, report("4", fresh, "封小民", "瞿大伟", days_ago=2, address=NEW))
    assert (again.joined, again.dispute_no) == (True, first.dispute_no)
    next_door = await taken(
        services, session, report("5", fresh, "封小民", "瞿大伟", days_ago=1, address="古山镇华联超市3栋")
    )
    assert not next_door.joined  # another building stays another, whatever it is called

    analyst, supervisor = [
        await somebody(services, *who) for who in (("call_taker", "bureau"), ("supervisor", "county"))
    ]
    why = WithdrawIn(reason="老供销社是另一处")
    with pytest.raises(NotEntitled):
        await withdraw(services, session, analyst, twice.alias_id, why, None)
    async with services.database.resume(session):
        await withdraw(services, session, supervisor, twice.alias_id, why, None)
    [ended] = await known(services)
    assert (ended.standing, ended.said[-1].by, ended.said[-1].same) == ("withdrawn", supervisor.name, False)
    with pytest.raises(FieldsInvalid):
        await withdraw(services, session, supervisor, twice.alias_id, why, None)
    assert (await services.aliases.serving()).keys(OLD) == []


async def test_one_merger_that_was_parted_ends_an_alias_for_good(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    number = await merge(services, session, engine, "1", SAID)
    await merge(services, session, engine, "2", MORE)
    assert [each.standing for each in await known(services)] == ["serves"]
    async with services.database.write("dispute") as writing:
        row = await writing.get(DisputeRow, number)
        assert row
        row.outcome = None
    for _ in range(2):
        [ended] = await known(services)
        assert (ended.standing, ended.said[-1].same, ended.said[-1].dispute_no) == ("contradicted", False, number)
