"""Deputies: named by whom it may be, once for a key, listed to those they concern, ended before their time."""

from __future__ import annotations

import pytest

from api.core.context import Services
from api.people.deputy_service import confirm_deputyship, deputyships_of, end_deputyship, name_deputy
from domain.errors import Conflict, FieldsInvalid, KeyReused, NotEntitled, NotFound
from infra.database.engine import Session
from infra.read_model.messages import messages_of
from tests.api.people.deputyships import name_now, naming
from tests.api.support import somebody

STATION = "station-gushan"


async def test_a_deputy_is_named_once_for_a_key(services: Services, session: Session) -> None:
    chief = await somebody(services, "station_chief", STATION)
    deputy = await somebody(services, "station_deputy", STATION)
    body = naming(deputy)
    first = await name_deputy(services, session, chief, body, "k")
    assert (first.status, first.body.state, first.body.named_by) == (201, "current", chief.person_id)
    again = await name_deputy(services, session, chief, body, "k")
    assert again.body == first.body
    assert [item.deputyship_id for item in (await deputyships_of(session, chief, 50, None)).items] == [
        first.body.deputyship_id
    ]
    with pytest.raises(KeyReused):
        await name_deputy(services, session, chief, naming(deputy, days=4), "k")


async def test_a_refusal_is_repeated_for_its_key(services: Services, session: Session) -> None:
    chief = await somebody(services, "station_chief", STATION)
    body = naming(chief)
    for _ in range(2):
        with pytest.raises(FieldsInvalid) as refused:
            await name_deputy(services, session, chief, body, "k")
        assert refused.value.errors == [{"field": "deputy", "message": "不能由本人代班"}]


async def test_for_somebody_else_only_who_manages_deputies_names_one(services: Services) -> None:
    chief = await somebody(services, "station_chief", STATION)
    deputy = await somebody(services, "station_deputy", STATION)
    supervisor = await somebody(services, "supervisor", "county")
    with pytest.raises(NotEntitled):
        await name_now(services, deputy, deputy, chief)
    named = await name_now(services, supervisor, deputy, chief)
    assert (named.body.person.person_id, named.body.named_by) == (chief.person_id, supervisor.person_id)


async def test_the_same_deputy_is_not_named_twice_for_one_time(services: Services) -> None:
    chief = await somebody(services, "station_chief", STATION)
    deputy = await somebody(services, "station_deputy", STATION)
    await name_now(services, chief, deputy)
    with pytest.raises(Conflict):
        await name_now(services, chief, deputy)


async def test_deputyships_are_listed_to_those_they_concern_and_to_supervision(
    services: Services, session: Session
) -> None:
    chief = await somebody(services, "station_chief", STATION)
    deputy = await somebody(services, "station_deputy", STATION)
    stranger = await somebody(services, "station_chief", "station-baiyang")
    auditor = await somebody(services, "auditor", "county")
    named = await name_now(services, chief, deputy)
    for who, seen in ((chief, 1), (deputy, 1), (auditor, 1), (stranger, 0)):
        items = (await deputyships_of(session, who, 50, None)).items
        assert [item.deputyship_id for item in items] == [named.body.deputyship_id] * seen


async def test_the_list_goes_on_behind_its_cursor(services: Services, session: Session) -> None:
    chief = await somebody(services, "station_chief", STATION)
    older = await name_now(services, chief, await somebody(services, "station_deputy", STATION))
    newer = await name_now(services, chief, await somebody(services, "responsible_officer", STATION))
    page = await deputyships_of(session, chief, 1, None)
    assert [item.deputyship_id for item in page.items] == [newer.body.deputyship_id]
    rest = await deputyships_of(session, chief, 1, page.next_cursor)
    assert ([item.deputyship_id for item in rest.items], rest.next_cursor) == ([older.body.deputyship_id], None)


async def test_a_deputyship_is_ended_once_and_by_nobody_it_does_not_concern(
    services: Services, session: Session
) -> None:
    chief = await somebody(services, "station_chief", STATION)
    deputy = await somebody(services, "station_deputy", STATION)
    stranger = await somebody(services, "station_chief", "station-baiyang")
    deputyship_id = (await name_now(services, chief, deputy)).body.deputyship_id
    with pytest.raises(NotFound):
        await end_deputyship(services, session, stranger, deputyship_id, None)
    ended = await end_deputyship(services, session, deputy, deputyship_id, "k")
    assert (ended.status, ended.body.state, ended.body.ended_by) == (200, "over", deputy.person_id)
    assert (await end_deputyship(services, session, deputy, deputyship_id, "k")).body == ended.body
    with pytest.raises(Conflict):
        await end_deputyship(services, session, deputy, deputyship_id, None)


async def test_nobody_names_himself_another_s_deputy(services: Services) -> None:
    """“Never oneself”: not even who orders deputies for others."""
    chief = await somebody(services, "station_chief", STATION)
    supervisor = await somebody(services, "supervisor", "county")
    with pytest.raises(NotEntitled, match="代班人不得自行安排"):
        await name_now(services, supervisor, supervisor, chief)


async def test_who_would_stand_higher_waits_for_a_second_person_and_all_are_told(
    services: Services, session: Session
) -> None:
    leader, chief = await somebody(services, "leader", "county"), await somebody(services, "station_chief", STATION)
    supervisor = await somebody(services, "supervisor", "county")
    waiting = (await name_now(services, leader, chief)).body
    assert waiting.state == "waiting"
    assert not (await somebody(services, "station_chief", STATION)).deputises
    for who in (leader, chief):
        with pytest.raises(NotEntitled):
            await confirm_deputyship(services, session, who, waiting.deputyship_id, None)
    confirmed = (await confirm_deputyship(services, session, supervisor, waiting.deputyship_id, "k")).body
    assert (confirmed.state, confirmed.confirmed_by) == ("current", supervisor.person_id)
    [lent] = (await somebody(services, "station_chief", STATION)).deputises
    assert lent.person_id == leader.person_id
    for who, count in ((chief, 2), (supervisor, 1), (leader, 1)):
        told = [row.sealed["said"] for row in (await messages_of(session, who, unread=None, limit=9, cursor=None)).rows]
        assert len(told) == count
        assert all(f"{chief.name} 代 {leader.name}" in said for said in told)
