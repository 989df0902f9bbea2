"""Duties over a real database: entrusted once for a key, by whom it may be, to one at a time; the check of beats."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col

from api.core.context import Services
from api.core.idempotency import Answer
from api.people.beats import beat_of
from api.registers import beat_service, duty_service, task_force_service
from api.registers.duty_schemas import DutyItem
from api.registers.duty_service import list_duties
from domain.errors import Conflict, FieldsInvalid, KeyReused, NotEntitled, NotFound
from domain.people.duties import Duty, Entrusting
from domain.people.organisation import Actor
from domain.people.task_forces import Forming
from infra.database.engine import Session
from infra.database.tables.people import DutyRow, FormerPostRow, PostRow, TaskForceRow
from infra.demo.duties import FORCE, VACANT_BEATS
from infra.records.access_log.reading import Wanted, accesses
from infra.records.people import actor_named
from tests.api.support import somebody

STATION = "station-daping"
VACANT = VACANT_BEATS[0]
HELD = "beat-451"
DAY = timedelta(days=1)
NOBODY = Actor(person_id="x", name="x", posts=[])
"""Somebody who sees no dispute: registers are open to all."""


async def give(services: Services, by: Actor, who: Actor, key: str | None = None, **more: Any) -> Answer[DutyItem]:
    """The vacant beat, or something else, entrusted as a request of its own."""
    asked = {"kind": Duty.BEAT_OFFICER, "subject": VACANT, "person": who.person_id, **more}
    async with services.database.read() as session:
        return await duty_service.entrust(services, session, by, Entrusting.model_validate(asked), key)


async def who_has(services: Services, beat: str, at: datetime | None = None) -> list[str]:
    """The ids of those who have a beat."""
    async with services.database.read() as session:
        page = await list_duties(services, session, NOBODY, kinds=[Duty.BEAT_OFFICER], subject=beat, at=at)
    return [item.person.person_id for item in page.items]


async def beat_here(services: Services, grid: str) -> str:
    """Whose beat a dispute in a grid is, as intake asks."""
    directory = await services.directory.read()
    listed = directory.get(grid)
    assert listed
    beat = await beat_of(services, {"grid": listed.ref()})
    return beat.officer.person_id if beat.officer else ""


async def test_a_vacant_beat_is_entrusted_once_and_intake_knows_whose_it_is_from_then_on(services: Services) -> None:
    chief, officer = (
        await somebody(services, "station_chief", STATION),
        await somebody(services, "responsible_officer", STATION),
    )
    grid = VACANT.replace("beat", "grid")
    assert await beat_here(services, grid) == ""
    first = await give(services, chief, officer, "k")
    assert (first.status, first.body.state, first.body.kind_name) == (201, "current", "社区民警")
    assert (first.body.subject_name, first.body.named_by) == ("乌石村第1警格", chief.person_id)
    assert await beat_here(services, grid) == officer.person_id
    assert (await give(services, chief, officer, "k")).body == first.body
    with pytest.raises(KeyReused):
        await give(services, chief, officer, "k", detail="另一内容")
    async with services.database.read() as session:
        vacant = (await beat_service.list_vacancies(services, session, tier=3, limit=50, cursor=None)).items
    assert VACANT not in {each.beat.code for each in vacant if each.beat}


async def test_a_beat_has_one_officer_and_the_next_replaces_him_at_once_or_on_a_day(services: Services) -> None:
    chief = await somebody(services, "station_chief", STATION)
    [held] = await who_has(services, HELD)
    async with services.database.read() as session:
        [before] = (await list_duties(services, session, NOBODY, subject=HELD, kinds=[Duty.BEAT_OFFICER])).items
    other = next(p for p in [await officer(services, n) for n in (1, 2, 3)] if p.person_id != held)
    with pytest.raises(Conflict, match="只能由一人承担"):
        await give(services, chief, other, subject=HELD)
    tomorrow = datetime.now(UTC) + DAY
    ahead = await give(services, chief, other, subject=HELD, replaces=before.duty_id, since=tomorrow)
    assert ahead.body.state == "ahead"
    assert await who_has(services, HELD) == [held], "until then it stays his"
    assert await who_has(services, HELD, tomorrow + DAY) == [other.person_id]
    assert await who_has(services, HELD, tomorrow) == [other.person_id], "never without, never two"
    with pytest.raises(Conflict):
        await give(services, chief, other, subject=HELD, replaces=ahead.body.duty_id)


async def officer(services: Services, ordinal: int) -> Actor:
    """One of the station's responsible officers."""
    async with services.database.read() as session:
        found = await actor_named(session, f"daping-officer-{ordinal}")
    assert found
    return found


async def test_it_is_refused_to_whom_it_is_not_and_nothing_is_written(services: Services, session: Session) -> None:
    chief = await somebody(services, "station_chief", STATION)
    stranger = await somebody(services, "station_chief", "station-baiyang")
    mine = await somebody(services, "responsible_officer", STATION)
    theirs = await somebody(services, "responsible_officer", "station-baiyang")
    with pytest.raises(NotEntitled):
        await give(services, stranger, mine)
    with pytest.raises(NotEntitled):
        await give(services, mine, mine)
    with pytest.raises(FieldsInvalid) as refused:
        await give(services, chief, theirs)
    assert "不是乌石村第1警格所属单位的责任民警" in refused.value.errors[0]["message"]
    with pytest.raises(FieldsInvalid) as refused:
        await give(services, chief, mine, subject="beat-999", person="nobody")
    assert {error["field"] for error in refused.value.errors} == {"subject", "person"}
    assert await who_has(services, VACANT) == []


async def test_a_duty_is_ended_by_who_may_once_and_stays_on_record(services: Services, session: Session) -> None:
    chief = await somebody(services, "station_chief", STATION)
    stranger = await somebody(services, "station_chief", "station-baiyang")
    [item] = (await list_duties(services, session, NOBODY, subject=HELD, kinds=[Duty.BEAT_OFFICER])).items
    with pytest.raises(NotFound):
        await duty_service.end_duty(services, session, chief, "no-such-duty", None)
    with pytest.raises(NotEntitled):
        await duty_service.end_duty(services, session, stranger, item.duty_id, None)
    ended = await duty_service.end_duty(services, session, chief, item.duty_id, "k")
    assert (ended.body.state, ended.body.ended_by) == ("over", chief.person_id)
    assert (await duty_service.end_duty(services, session, chief, item.duty_id, "k")).body == ended.body
    with pytest.raises(Conflict):
        await duty_service.end_duty(services, session, chief, item.duty_id, None)
    assert await who_has(services, HELD) == []
    kept = await list_duties(services, session, NOBODY, subject=HELD, kinds=[Duty.BEAT_OFFICER], history=True)
    assert [each.duty_id for each in kept.items] == [item.duty_id]


async def test_the_list_goes_on_behind_its_cursor(services: Services, session: Session) -> None:
    seen: list[str] = []
    cursor = None
    while True:
        page = await list_duties(services, session, NOBODY, kinds=[Duty.BEAT_DEPUTY], limit=200, cursor=cursor)
        seen += [item.subject for item in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 456, "457 but one that is planted vacant"
    assert seen == sorted(seen)


async def test_the_check_of_the_demo_county_finds_no_gap_and_only_what_was_planted(
    services: Services, session: Session
) -> None:
    found = await beat_service.coverage(services, session)
    assert (found.whole, found.grids, found.beats, found.one_to_one, found.vacancies) == (True, 457, 457, 457, 3)
    first = await beat_service.list_vacancies(services, session, tier=None, limit=2, cursor=None)
    rest = await beat_service.list_vacancies(services, session, tier=None, limit=2, cursor=first.next_cursor)
    assert [each.beat.code for each in (*first.items, *rest.items) if each.beat] == ["beat-441", *VACANT_BEATS]
    assert rest.next_cursor is None


async def test_an_officer_who_lost_his_post_is_a_vacancy_by_name(services: Services, session: Session) -> None:
    [held] = await who_has(services, HELD)
    async with services.database.write() as writing:
        await writing.execute(update(PostRow).where(col(PostRow.person_id) == held).values(role="on_scene_officer"))
    told = (await beat_service.list_vacancies(services, session, tier=3, limit=200, cursor=None)).items
    assert held in {who.person_id for each in told if each.beat and each.beat.code == HELD for who in each.unfit}


async def test_the_beats_of_a_station_are_listed_with_their_three_tiers(services: Services, session: Session) -> None:
    page = await beat_service.list_beats(services, session, organisation="station-gushan", limit=200, cursor=None)
    assert {beat.station.code for beat in page.items if beat.station} == {"station-gushan"}
    assert all([c.tier for c in beat.counterparts] == [1, 2, 3] for beat in page.items)
    assert all(side for beat in page.items for c in beat.counterparts for side in (c.police, c.grid))
    village = await beat_service.list_beats(services, session, organisation="village-gushan-1", limit=3, cursor=None)
    assert {beat.village.code for beat in village.items if beat.village} == {"village-gushan-1"}
    more = await beat_service.list_beats(
        services, session, organisation="village-gushan-1", limit=3, cursor=village.next_cursor
    )
    assert more.items[0].code > village.items[-1].code
    with pytest.raises(FieldsInvalid):
        await beat_service.list_beats(services, session, organisation="nowhere", limit=3, cursor=None)


async def test_another_chief_is_bound_to_a_township(services: Services, session: Session) -> None:
    """“派出所所长、司法所所长、法庭庭长‘三长’联手”: a tribunal's new head is bound by the township's leader."""
    leader = await somebody(services, "township_leader", "town-gushan")
    [township] = (await beat_service.list_chiefs(services, session, limit=1, cursor=None, township="town-gushan")).items
    assert [(chief.role_name, chief.by) for chief in township.chiefs] == [
        ("派出所所长", "name"), ("司法所所长", "name"), ("法庭庭长", "name"),
    ]  # fmt: skip
    [bound] = (await list_duties(services, session, NOBODY, kinds=[Duty.COURT_CHIEF], subject="town-gushan")).items
    other = await somebody(services, "court_chief", "tribunal-longtan")
    with pytest.raises(FieldsInvalid):
        await give(services, leader, other, kind=Duty.COURT_CHIEF, subject="town-gushan", replaces=bound.duty_id)
    async with services.database.write() as writing:
        writing.add(PostRow(post_id="post-x", person_id=other.person_id, role="court_chief",
                            organisation_code="tribunal-gushan", path="/county/court/tribunal-gushan"))  # fmt: skip
    await give(services, leader, other, kind=Duty.COURT_CHIEF, subject="town-gushan", replaces=bound.duty_id)
    async with services.database.read() as fresh:
        [now] = (await beat_service.list_chiefs(services, fresh, limit=1, cursor=None, township="town-gushan")).items
    assert now.chiefs[2].person
    assert now.chiefs[2].person.person_id == other.person_id


async def test_a_card_says_what_somebody_is_qualified_for_and_since_when(services: Services, session: Session) -> None:
    mediator = await somebody(services, "mediator", "justice-gushan")
    card = await duty_service.person_card(services, session, NOBODY, mediator.person_id)
    assert card.posts[0].role == "mediator"
    assert {item.subject_name for item in card.duties} == {"金牌调解员", "专职调解员"}
    head = await somebody(services, "justice_chief", "justice-gushan")
    given = await give(services, head, mediator, kind=Duty.QUALIFICATION, subject="volunteer", detail="志愿者证 1号")
    with pytest.raises(Conflict, match="已承担此事项"):
        await give(services, head, mediator, kind=Duty.QUALIFICATION, subject="volunteer")
    assert given.body.detail == "志愿者证 1号"
    with pytest.raises(NotFound):
        await duty_service.person_card(services, session, NOBODY, "nobody")


async def test_a_card_tells_the_posts_of_before(services: Services, session: Session) -> None:
    mediator = await somebody(services, "mediator", "justice-gushan")
    until = datetime(2026, 3, 1, tzinfo=UTC)
    path = "/county/justice/justice-gushan"
    async with services.database.write() as writing:
        writing.add(FormerPostRow(post_id="post-f", person_id=mediator.person_id, role="legal_helper", path=path,
                                  organisation_code="justice-gushan", until=until, leaving_id="x"))  # fmt: skip
    [former] = (await duty_service.person_card(services, session, NOBODY, mediator.person_id)).former
    assert (former.role_name, former.organisation.code, former.until) == ("法律明白人", "justice-gushan", until)


async def test_a_task_force_has_members_a_purpose_and_an_end_that_comes_by_itself(
    services: Services, session: Session
) -> None:
    """“针对辖区个别邻里纠纷演化成刑案的情况,举一反三,成立工作专班”"""
    page = await task_force_service.list_task_forces(services, session, history=True, limit=50, cursor=None)
    [shown] = page.items
    assert (shown.force_id, shown.organisation.name) == (FORCE, "县公安局")
    assert {member.detail for member in shown.members} == {"组长", "成员"}
    analyst = await somebody(services, "bureau_analyst", "bureau")
    chief = await somebody(services, "station_chief", STATION)
    until = datetime.now(UTC) + 30 * DAY
    asked = Forming(name="邻里纠纷专班", purpose="举一反三，逐案回访", organisation="bureau", until=until)
    with pytest.raises(NotEntitled):
        await task_force_service.form_task_force(services, session, chief, asked, None)
    formed = (await task_force_service.form_task_force(services, session, analyst, asked, "k")).body
    assert (await task_force_service.form_task_force(services, session, analyst, asked, "k")).body == formed
    member = await give(services, analyst, chief, kind=Duty.TASK_FORCE, subject=formed.force_id, detail="成员")
    assert member.body.until == formed.until, "a part in it ends with it"
    assert member.body.subject_name == "邻里纠纷专班"
    yesterday = datetime.now(UTC) - DAY
    async with services.database.write() as writing:  # its day has come
        await writing.execute(
            update(TaskForceRow).where(col(TaskForceRow.force_id) == formed.force_id).values(until=yesterday)
        )
        await writing.execute(update(DutyRow).where(col(DutyRow.subject) == formed.force_id).values(until=yesterday))
    async with services.database.read() as fresh:
        open_now = await task_force_service.list_task_forces(services, fresh, history=False, limit=50, cursor=None)
        assert formed.force_id not in {force.force_id for force in open_now.items}
        mine = await list_duties(services, fresh, NOBODY, person=chief.person_id, kinds=[Duty.TASK_FORCE])
        assert mine.items == []
    with pytest.raises(FieldsInvalid):
        await give(services, analyst, chief, kind=Duty.TASK_FORCE, subject=formed.force_id)
    with pytest.raises(Conflict):
        await task_force_service.end_task_force(services, session, analyst, formed.force_id, None)


async def test_a_task_force_ended_before_its_time_ends_its_members_parts(services: Services, session: Session) -> None:
    analyst = await somebody(services, "bureau_analyst", "bureau")
    chief = await somebody(services, "station_chief", STATION)
    until = datetime.now(UTC) + 30 * DAY
    asked = Forming(name="专班", purpose="回访", organisation="bureau", until=until)
    formed = (await task_force_service.form_task_force(services, session, analyst, asked, None)).body
    await give(services, analyst, chief, kind=Duty.TASK_FORCE, subject=formed.force_id)
    with pytest.raises(NotEntitled):
        await task_force_service.end_task_force(services, session, chief, formed.force_id, None)
    ended = (await task_force_service.end_task_force(services, session, analyst, formed.force_id, "k")).body
    assert (ended.state, [member.state for member in ended.members]) == ("over", ["over"])
    mine = await list_duties(services, session, NOBODY, person=chief.person_id, kinds=[Duty.TASK_FORCE])
    assert mine.items == []


async def test_entrusting_is_in_the_access_log(services: Services, session: Session) -> None:
    chief = await somebody(services, "station_chief", STATION)
    mine = await somebody(services, "responsible_officer", STATION)
    await give(services, chief, mine)
    stranger = await somebody(services, "station_chief", "station-baiyang")
    with pytest.raises(NotEntitled):
        await give(services, stranger, mine)
    await services.access.write()
    page = await accesses(session, Wanted(), limit=50)
    noted = [(row.what, row.outcome) for row in (each.row for each in page)]
    assert {("entrust:beat_officer", "ok"), ("entrust:beat_officer", "not_entitled")} <= set(noted)
