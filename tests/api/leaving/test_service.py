"""Who leaves hands his work on first; the posts end with their day, and cases go on with whoever is there."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, select
from sqlmodel import col

from api.core.context import Services
from api.leaving import service
from api.leaving.service import leave, preview
from api.leaving.sweeping import Sweeper, tell_leavings
from api.tasks.handover import claim, delegate
from api.tasks.schemas import DelegateIn
from domain.case.records import Beat, Named
from domain.errors import FieldsInvalid, NotEntitled, NotFound, WorkLeftOpen
from domain.people.duties import Duty
from domain.people.organisation import Actor
from domain.people.separation import APART
from domain.transitions.leaving.handing_on import Leaving, What
from infra.database.engine import Session
from infra.database.tables.people import DeputyRow, DutyRow, FormerPostRow, HandingOnRow, LeavingRow, PersonRow, PostRow
from tests.api.engine import LivingEngine
from tests.api.people.deputyships import name_now
from tests.api.support import answered, asked, confirming, dispute, somebody

STATION = "station-gushan"
CONFIRM = "confirm_triage"


def order(**more: object) -> Leaving:
    """A leaving."""
    return Leaving.model_validate({"reason": "调任他处", **more})


async def security(services: Services) -> Actor:
    """The administrator of security of the county."""
    return await somebody(services, "admin_security", "county")


async def in_hand(services: Services, session: Session, engine: LivingEngine) -> tuple[str, str, Actor]:
    """A dispute whose first task somebody has claimed who has nothing else: its number, the task, who has it."""
    async with services.database.write() as writing:
        await writing.execute(delete(DutyRow).where(col(DutyRow.kind) == Duty.TASK_FORCE))
    number, task, actor = await confirming(services, engine)
    await claim(services, session, actor, task.task_id, key=None)
    return number, task.task_id, actor


async def _username(services: Services, person_id: str) -> str:
    async with services.database.read() as session:
        return (await session.get_one(PersonRow, person_id)).username


async def _rows(services: Services, table: type, **where: object) -> list:  # type: ignore[type-arg]
    async with services.database.read() as session:
        return list((await session.execute(select(table).filter_by(**where))).scalars())


# --- what is left behind


async def test_a_leaver_and_those_above_him_see_what_he_leaves_behind(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    number, task_id, actor = await in_hand(services, session, engine)
    for who in (actor, await security(services), await somebody(services, "supervisor", "county")):
        seen = await preview(services, session, who, actor.person_id, None)
        [work] = [item for item in seen.items if item.what == What.IN_HAND]
        assert (work.item, work.dispute_no, work.task_id) == (f"task:{task_id}", number, task_id)
        assert work.ways == ["person", "colleagues", "up"]
        assert actor.person_id not in {one.person_id for one in work.candidates}
        assert work.candidates
        assert (seen.must, seen.nobody, all(post.leaves for post in seen.posts)) == (1, 0, True)


async def test_others_do_not_see_it(services: Services, session: Session, engine: LivingEngine) -> None:
    _, _, actor = await in_hand(services, session, engine)
    for who in (await somebody(services, "station_chief", STATION), await somebody(services, "auditor", "county")):
        with pytest.raises(NotEntitled):
            await preview(services, session, who, actor.person_id, None)
    with pytest.raises(NotFound):
        await preview(services, session, await security(services), "nobody", None)
    with pytest.raises(FieldsInvalid):
        await preview(services, session, await security(services), actor.person_id, ["no-post"])


async def test_the_system_says_whose_work_would_be_left_without_an_answerer(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    _, task, actor = await confirming(services, engine)
    others = (col(PostRow.role).in_([p.role for p in task.addressees]), col(PostRow.person_id) != actor.person_id)
    async with services.database.write() as writing:
        await writing.execute(delete(PostRow).where(*others))
    seen = await preview(services, session, await security(services), actor.person_id, None)
    [work] = [item for item in seen.items if item.what == What.ONLY_HIS]
    assert (work.item, work.ways, seen.nobody) == (f"task:{task.task_id}", ["up"], 1)


async def test_the_list_has_pages(services: Services, session: Session, engine: LivingEngine) -> None:
    officer = await somebody(services, "responsible_officer", STATION)
    whole = await preview(services, session, officer, officer.person_id, None, limit=200)
    assert len(whole.items) > 3, "his beats"
    first = await preview(services, session, officer, officer.person_id, None, limit=2)
    second = await preview(services, session, officer, officer.person_id, None, limit=200, cursor=first.next_cursor)
    assert [*first.items, *second.items] == whole.items
    assert second.next_cursor is None


# --- leaving


async def test_nobody_leaves_before_his_work_is_handed_on(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    number, task_id, actor = await in_hand(services, session, engine)
    with pytest.raises(WorkLeftOpen) as refused:
        await leave(services, session, await security(services), actor.person_id, order(), "k")
    [error] = refused.value.errors
    assert error["field"] == f"task:{task_id}"
    assert number in error["message"]
    assert asked(engine, number, CONFIRM).assignee == actor.person_id
    assert await _rows(services, PostRow, person_id=actor.person_id)
    assert not await _rows(services, LeavingRow)


async def test_what_he_had_in_hand_is_his_who_takes_it_over_and_the_posts_end_with_their_day(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    number, task_id, actor = await in_hand(services, session, engine)
    seen = await preview(services, session, actor, actor.person_id, None)
    heir = seen.items[0].candidates[0]
    held = await _rows(services, PostRow, person_id=actor.person_id)
    by = await security(services)
    words = [{"item": f"task:{task_id}", "how": "person", "to": heir.username}]

    left = (await leave(services, session, by, actor.person_id, order(hand_over=words), "k")).body

    task, state = asked(engine, number, CONFIRM), engine.state(number)
    assert (task.assignee, task.state) == (heir.person_id, "claimed")
    [line] = [entry for entry in state.timeline if entry.kind == "named"]
    assert (line.actor_id, line.detail["reason"]) == (by.person_id, "调任他处")
    assert (left.to_people, left.up, left.cases, left.account_closed) == (1, 0, 1, True)
    former = await _rows(services, FormerPostRow, person_id=actor.person_id)
    assert {(row.post_id, row.role) for row in former} == {(row.post_id, row.role) for row in held}
    assert {row.until for row in former} == {left.at}
    assert not await _rows(services, PostRow, person_id=actor.person_id)
    assert not (await _rows(services, PersonRow, person_id=actor.person_id))[0].active
    assert [row.delivered_at is not None for row in await _rows(services, HandingOnRow)] == [True]


async def test_sent_once_for_a_key(services: Services, session: Session, engine: LivingEngine) -> None:
    number, _, actor = await in_hand(services, session, engine)
    by, up = await security(services), order(rest={"how": "up"})
    first = await leave(services, session, by, actor.person_id, up, "k")
    again = await leave(services, session, by, actor.person_id, up, "k")
    assert again.body == first.body
    assert len(await _rows(services, LeavingRow)) == 1
    assert [entry.kind for entry in engine.state(number).timeline].count("reassigned") == 1


@pytest.mark.parametrize("rest", ["colleagues", "up"])
async def test_the_rest_goes_back_to_the_post_or_up(
    services: Services, session: Session, engine: LivingEngine, rest: str
) -> None:
    number, _, actor = await in_hand(services, session, engine)
    await leave(services, session, await security(services), actor.person_id, order(rest={"how": rest}), None)
    task = asked(engine, number, CONFIRM)
    assert (task.state, task.assignee, task.level) == ("open", None, 1 if rest == "up" else 0)


async def test_while_the_engine_is_away_the_leaving_stands_and_the_case_is_told_later(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    number, _, actor = await in_hand(services, session, engine)
    engine.mode = "away"
    by = await security(services)
    left = (await leave(services, session, by, actor.person_id, order(rest={"how": "up"}), "k")).body
    assert left.cases == 1
    assert asked(engine, number, CONFIRM).assignee == actor.person_id
    engine.mode = "up"
    assert await Sweeper(services).sweep() == 1
    assert asked(engine, number, CONFIRM).level == 1
    assert await tell_leavings(services) == 0


async def test_one_post_of_several_leaves_the_others_and_the_account(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    room = await somebody(services, "command_room", STATION)
    posts = await _rows(services, PostRow, person_id=room.person_id)
    second = next(row for row in posts if row.role != "command_room")
    by = await security(services)
    left = (await leave(services, session, by, room.person_id, order(posts=[second.post_id]), None)).body
    assert not left.account_closed
    assert [row.role for row in await _rows(services, PostRow, person_id=room.person_id)] == ["command_room"]


async def test_nobody_puts_his_own_leaving_on_record_and_no_chief_anybodys(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    room = await somebody(services, "command_room", STATION)
    for who in (room, await somebody(services, "station_chief", STATION)):
        with pytest.raises(NotEntitled):
            await leave(services, session, who, room.person_id, order(rest={"how": "up"}), None)
    by = await security(services)
    with pytest.raises(NotEntitled):
        await leave(services, session, by, by.person_id, order(), None)


# --- what is entrusted by name


async def test_a_beat_is_handed_on_or_expressly_left_vacant(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    officer = await somebody(services, "responsible_officer", STATION)
    seen = await preview(services, session, officer, officer.person_id, None, limit=200)
    beats = [item for item in seen.items if item.what == What.DUTY]
    assert beats[0].ways == ["person", "up"]
    to = beats[0].candidates[0]
    words = [{"item": item.item, "how": "person", "to": to.person_id} for item in beats[1:]]
    by = await security(services)
    with pytest.raises(WorkLeftOpen):
        await leave(services, session, by, officer.person_id, order(hand_over=words), None)
    words.append({"item": beats[0].item, "how": "up"})
    left = (await leave(services, session, by, officer.person_id, order(hand_over=words), None)).body
    assert (left.to_people, left.up) == (len(beats) - 1, 1)
    ended = await _rows(services, DutyRow, person_id=officer.person_id)
    assert all(row.ended_at and row.ended_by == by.person_id for row in ended)
    vacant = next(row.subject for row in ended if f"duty:{row.duty_id}" == beats[0].item)
    running = [r for r in await _rows(services, DutyRow, kind=Duty.BEAT_OFFICER) if r.ended_at is None]
    assert vacant not in {row.subject for row in running}
    assert {row.subject for row in ended} - {vacant} <= {r.subject for r in running if r.person_id == to.person_id}


async def test_a_case_that_names_him_turns_to_whom_the_beat_was_handed_on(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    """“将这起纠纷…推送到了管区民警汤荣那里”: who has the beat by then."""
    officer = await somebody(services, "responsible_officer", STATION)
    beats = await _rows(services, DutyRow, person_id=officer.person_id, kind=Duty.BEAT_OFFICER)
    beat = Beat(code=beats[0].subject, officer=Named(person_id=officer.person_id, name=officer.name))
    pushed, fresh = await dispute(services, beat=beat), await dispute(services, beat=beat)
    await answered(services, pushed, CONFIRM, "confirm")
    await answered(services, pushed, "handle_on_scene", "unsettled", urgent=False)
    seen = await preview(services, session, officer, officer.person_id, None, limit=200)
    assert {item.dispute_no for item in seen.items if item.what == What.NAMED} == {pushed, fresh}
    to = next(item for item in seen.items if item.what == What.DUTY).candidates[0]
    rest = {"how": "person", "to": to.person_id}
    task = asked(engine, pushed, "follow_up_responsibly")
    words = [{"item": f"task:{task.task_id}", "how": "colleagues"}]

    await leave(services, session, await security(services), officer.person_id, order(hand_over=words, rest=rest), None)

    assert asked(engine, pushed, "follow_up_responsibly").assignee == to.person_id
    for number in (pushed, fresh):
        now = engine.state(number).beat.officer
        assert now
        assert now.person_id == to.person_id
    assert "暂无人接任" not in "".join(entry.title for entry in engine.state(fresh).timeline)


async def test_deputyships_end_and_what_he_prepared_for_others_is_back(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    number, task_id, actor = await in_hand(services, session, engine)
    seen = await preview(services, session, actor, actor.person_id, None)
    helper = await somebody_with_id(services, seen.items[0].candidates[0].person_id)
    await delegate(services, session, actor, task_id, DelegateIn(to=await _username(services, helper.person_id)), None)
    await name_now(services, actor, helper)
    told = {item.what for item in (await preview(services, session, helper, helper.person_id, None)).items}
    assert told >= {What.HELPS, What.DEPUTYSHIP}

    await leave(services, session, await security(services), helper.person_id, order(rest={"how": "up"}), None)

    task = asked(engine, number, CONFIRM)
    assert (task.assignee, task.delegate) == (actor.person_id, None)
    assert all(row.ended_at for row in await _rows(services, DeputyRow, deputy_id=helper.person_id))


async def somebody_with_id(services: Services, person_id: str) -> Actor:
    """A person as he is now."""
    found = await services.actors.acting(person_id, datetime.now(UTC))
    assert found
    return found


# --- successors


async def test_a_successor_holds_the_post_from_then_on_and_what_only_the_leaver_could_answer_is_his(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    chief = await somebody(services, "station_chief", STATION)
    heir = await somebody(services, "station_deputy", STATION)
    [post] = await _rows(services, PostRow, person_id=chief.person_id)
    by = await security(services)
    to = await _username(services, heir.person_id)
    asked_for = order(successors=[{"post_id": post.post_id, "to": to}], rest={"how": "person", "to": to})
    with pytest.raises(NotEntitled):
        await leave(
            services, session, await somebody(services, "supervisor", "county"), chief.person_id, asked_for, "s"
        )

    await leave(services, session, by, chief.person_id, asked_for, "k")

    [now] = [row for row in await _rows(services, PostRow, role="station_chief") if row.path == post.path]
    assert (now.person_id, now.since is not None) == (heir.person_id, True)


async def test_administration_stays_apart_from_the_work(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    chief, admin = await somebody(services, "station_chief", STATION), await somebody(services, "admin_audit", "county")
    [post] = await _rows(services, PostRow, person_id=chief.person_id)
    asked_for = order(successors=[{"post_id": post.post_id, "to": admin.person_id}], rest={"how": "up"})
    with pytest.raises(FieldsInvalid) as refused:
        await leave(services, session, await security(services), chief.person_id, asked_for, None)
    assert refused.value.errors[0]["field"] == "successors.0.to"
    assert service.operation("x") == "leave:x"


# --- moving


async def test_who_moves_takes_his_new_post_at_the_moment_he_leaves_the_old_one(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    """What his new post answers for stays his; what it does not has to go somewhere, the empty chair too."""
    chief = await somebody(services, "station_chief", STATION)
    by = await security(services)
    there = [{"role": "station_chief", "organisation": "station-daping"}]
    with pytest.raises(WorkLeftOpen) as refused:
        await leave(services, session, by, chief.person_id, order(takes=there), None)
    assert {error["message"].split("：")[0] for error in refused.value.errors} >= {"无人接任的岗位"}
    left = (await leave(services, session, by, chief.person_id, order(takes=there, rest={"how": "up"}), "k")).body
    assert not left.account_closed
    [now] = await _rows(services, PostRow, person_id=chief.person_id)
    assert (now.organisation_code, now.since) == ("station-daping", left.at)
    [former] = await _rows(services, FormerPostRow, person_id=chief.person_id)
    assert (former.organisation_code, former.until) == (STATION, left.at)


async def test_no_move_joins_two_powers_and_a_supervisor_gives_no_post(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    """三员分立, by whatever way somebody comes to a post."""
    room = await somebody(services, "command_room", STATION)
    [first, *_] = await _rows(services, PostRow, person_id=room.person_id)
    audit = order(posts=[first.post_id], takes=[{"role": "admin_audit", "organisation": "county"}], rest={"how": "up"})
    with pytest.raises(FieldsInvalid) as refused:
        await leave(services, session, await security(services), room.person_id, audit, None)
    assert refused.value.errors == [{"field": "takes.0.role", "message": APART}]
    onward = order(takes=[{"role": "command_room", "organisation": "station-daping"}], rest={"how": "up"})
    with pytest.raises(NotEntitled):
        await leave(services, session, await somebody(services, "supervisor", "county"), room.person_id, onward, None)


async def test_nobody_leaves_a_post_at_the_county_itself_without_a_successor(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    """Above it is nobody to whom anything could go up."""
    leader, by = await somebody(services, "leader", "county"), await security(services)
    [post] = await _rows(services, PostRow, role="leader", person_id=leader.person_id)
    others = (col(PostRow.role) == "leader", col(PostRow.person_id) != leader.person_id)
    async with services.database.write() as writing:
        await writing.execute(delete(PostRow).where(*others))
    with pytest.raises(WorkLeftOpen) as refused:
        await leave(services, session, by, leader.person_id, order(rest={"how": "up"}), None)
    assert refused.value.errors[0]["message"].endswith("请指定接任人")
    heir = await somebody(services, "bureau_analyst", "bureau")
    succession = [{"post_id": post.post_id, "to": heir.person_id}]
    await leave(services, session, by, leader.person_id, order(rest={"how": "up"}, successors=succession), None)
    assert [row.person_id for row in await _rows(services, PostRow, role="leader")] == [heir.person_id]
