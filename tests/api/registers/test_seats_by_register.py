"""Whom a session's form offers first: whom the registers name for the township and the matter."""

from __future__ import annotations

from api.core.context import Services
from api.people.resolving import people_to_name
from domain.people.duties import Concern, Duty
from infra.database.engine import Session
from infra.database.tables.people import PostRow
from infra.records.duties import duties
from tests.api.support import somebody

TOWN = "town-gushan"
LEADERS = {"any_of": ["township_leader"], "path": f"/county/{TOWN}", "at_least": 1, "name": "镇街分管领导"}
HEADS = {"any_of": ["department_leader"], "at_least": 1, "name": "部门分管领导"}
STATION = "/county/bureau/station-gushan"
CHIEF = {"any_of": ["station_chief"], "path": STATION, "at_least": 1, "name": "派出所所长"}


async def seated(session: Session, line: dict[str, object], category: str, group: str, *having: str) -> tuple[str, ...]:
    """The username of who is offered for a line first, and what he is known for."""
    concern = Concern(townships=[TOWN], organisations=list(having), category=category, group=group)
    [person, *_] = [who for who, line in await people_to_name(session, [line], [], concern=concern) if line]
    return (person.username, *person.known_for)


async def test_the_leader_whose_line_of_work_it_is_is_offered_first(services: Services, session: Session) -> None:
    """“镇街分管领导、部门分管领导”: who is in charge of the matter, not whoever leads."""
    land = await seated(session, LEADERS, "land_boundary", "land_village")
    wages = await seated(session, LEADERS, "labor_wage_arrears", "labor")
    assert land == ("town-gushan-leader-2", "分管农业农村、自然资源、城建")
    assert wages == ("town-gushan-leader-1", "分管政法、综治、信访")
    assert await seated(session, HEADS, "labor_wage_arrears", "labor", "hrss") == ("hrss-leader-1", "分管矛盾纠纷化解")


async def test_of_two_station_chiefs_the_one_bound_to_the_township_is_offered_first(
    services: Services, session: Session
) -> None:
    """“派出所所长、司法所所长、法庭庭长‘三长’联手”"""
    [bound] = await duties(session, kinds=[Duty.POLICE_CHIEF], subjects=[TOWN])
    newcomer = await somebody(services, "station_chief", "station-baiyang")
    async with services.database.write() as writing:
        writing.add(PostRow(post_id="post-a", person_id=newcomer.person_id, role="station_chief",
                            organisation_code="station-gushan", path=STATION))  # fmt: skip
    async with services.database.read() as fresh:
        assert await seated(fresh, CHIEF, "land_boundary", "land_village") == (bound.person.username, "三长")


async def test_a_gold_mediator_is_told_as_one_where_people_are_chosen(services: Services, session: Session) -> None:
    """“会同市场监管部门、金牌调解员等对两人开展矛盾调解”"""
    line = {"any_of": ["mediator"], "path": "/county/justice/justice-gushan", "at_least": 1, "name": "调解员"}
    offered = await people_to_name(session, [line], [], concern=Concern(townships=[TOWN]))
    assert [set(person.known_for) for person, _ in offered] == [{"金牌调解员", "专职调解员"}, {"专职调解员"}]
