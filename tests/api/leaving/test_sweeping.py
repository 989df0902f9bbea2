"""The sweep finds what nobody answers any more, tells the case once, and the case says what came of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, select, update
from sqlmodel import col

from api.core.context import Services
from api.leaving import sweeping
from api.leaving.sweeping import Sweeper
from api.tasks.handover import claim
from domain.case.records import Beat, Named
from domain.people.duties import Duty
from domain.people.organisation import Post
from infra.database.engine import Session
from infra.database.ids import new_id
from infra.database.tables.people import DutyRow, PersonRow, PostRow
from infra.database.tables.read_model import DisputeRow
from tests.api.engine import LivingEngine
from tests.api.support import answered, asked, confirming, dispute

STATION = "/county/bureau/station-gushan"


async def _without(services: Services, *posts: Post) -> None:
    """Nobody holds these posts any more."""
    async with services.database.write() as session:
        for post in posts:
            held = col(PostRow.role) == post.role, col(PostRow.path) == post.path
            await session.execute(delete(PostRow).where(*held))


async def _disabled(services: Services, person_id: str) -> None:
    async with services.database.write() as session:
        this = col(PersonRow.person_id) == person_id
        await session.execute(update(PersonRow).where(this).values(active=False))
    services.actors._remembered.clear()


async def test_a_task_of_a_vacant_post_goes_one_level_up_and_is_told_once(
    services: Services, engine: LivingEngine
) -> None:
    number, task, _ = await confirming(services, engine)
    sweeper = Sweeper(services)
    assert await sweeper.sweep() == 0
    await _without(services, *task.addressees)

    assert await sweeper.sweep() == 1
    assert await sweeper.sweep() == 0
    moved = asked(engine, number, "confirm_triage")
    assert moved.level == 1
    assert moved.former == task.former or moved.former
    lines = [entry.title for entry in engine.state(number).timeline if entry.kind == "reassigned"]
    assert lines == ["研判确认提级"]


async def test_a_sweep_after_a_restart_finds_nothing_more_to_do(services: Services, engine: LivingEngine) -> None:
    _, task, _ = await confirming(services, engine)
    await _without(services, *task.addressees)
    await Sweeper(services).sweep()

    assert await Sweeper(services).sweep() == 0


async def test_without_a_worker_a_case_is_told_once_and_moves_once(services: Services, engine: LivingEngine) -> None:
    number, task, _ = await confirming(services, engine)
    await _without(services, *task.addressees)
    sweeper = Sweeper(services)
    engine.mode = "no worker"
    await sweeper.sweep()
    await sweeper.sweep()
    await Sweeper(services).sweep()  # a process that began anew does not know what was told
    await engine.worker_back()

    assert [kind for _, kind, _ in engine.sent].count("unmanned") == 2
    assert asked(engine, number, "confirm_triage").level == 1


async def test_while_the_engine_is_away_nobody_is_told(services: Services, engine: LivingEngine) -> None:
    _, task, _ = await confirming(services, engine)
    await _without(services, *task.addressees)
    engine.mode = "away"
    sweeper = Sweeper(services)
    assert await sweeper.sweep() == 0
    engine.mode = "up"
    assert await sweeper.sweep() == 1


async def test_what_somebody_had_in_hand_who_is_gone_is_back_at_the_post(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    number, task, actor = await confirming(services, engine)
    await claim(services, session, actor, task.task_id, key=None)
    await _disabled(services, actor.person_id)

    assert await Sweeper(services).sweep() == 1
    back = asked(engine, number, "confirm_triage")
    assert (back.state, back.assignee, back.level) == ("open", None, 0)


async def _at_push_2(services: Services, beat: Beat | None = None) -> str:
    number = await dispute(services, beat=beat)
    await answered(services, number, "confirm_triage", "confirm")
    await answered(services, number, "handle_on_scene", "unsettled", urgent=False)
    return number


async def _officers(services: Services) -> list[str]:
    async with services.database.read() as session:
        held = select(col(PostRow.person_id)).where(
            col(PostRow.role) == "responsible_officer", col(PostRow.path) == STATION
        )
        return list((await session.execute(held)).scalars())


async def _beat(services: Services) -> Beat:
    """A beat of the station, and who has it."""
    officer = (await _officers(services))[0]
    async with services.database.read() as session:
        mine = col(DutyRow.kind) == Duty.BEAT_OFFICER, col(DutyRow.person_id) == officer
        code = (await session.execute(select(col(DutyRow.subject)).where(*mine).limit(1))).scalar_one()
    return Beat(code=code, officer=Named(person_id=officer, name="汤荣"))


async def test_one_that_nobody_can_answer_anywhere_is_left_alone_once_that_is_said(
    services: Services, engine: LivingEngine
) -> None:
    number, task, _ = await confirming(services, engine)
    sweeper = Sweeper(services)
    await _without(services, *task.addressees)
    for role in ("supervisor", "leader"):
        await _without(services, Post(role=role, path="/county"))
    for _ in range(6):
        await sweeper.sweep()
    lines = [entry for entry in engine.state(number).timeline if entry.kind == "unmanned"]

    assert len(lines) == 1
    assert await sweeper.sweep() == 0
    assert sweeping.NOBODY._value.get() == 1


@pytest.mark.parametrize("successor", [True, False], ids=["the beat has a new officer", "the beat is vacant"])
async def test_a_named_officer_who_is_gone_gives_way(
    services: Services, session: Session, engine: LivingEngine, successor: bool
) -> None:
    """“推送到了管区民警汤荣那里”: to whoever has the beat now, and where nobody has it the command room is asked."""
    beat = await _beat(services)
    assert beat.officer
    number = await _at_push_2(services, beat)
    assert asked(engine, number, "follow_up_responsibly").assignee == beat.officer.person_id
    row = (await session.execute(select(DisputeRow).where(col(DisputeRow.dispute_no) == number))).scalar_one()
    assert row.officer == beat.officer.person_id
    await session.close()
    other = (await _officers(services))[1]
    async with services.database.write() as writing:
        mine = col(DutyRow.kind) == Duty.BEAT_OFFICER, col(DutyRow.subject) == beat.code
        await writing.execute(update(DutyRow).where(*mine).values(ended_at=datetime.now(UTC)))
        if successor:
            writing.add(DutyRow(duty_id=new_id(), kind=Duty.BEAT_OFFICER, subject=beat.code, person_id=other,
                                since=datetime.now(UTC), named_at=datetime.now(UTC), named_by="t"))  # fmt: skip
    await _disabled(services, beat.officer.person_id)

    assert await Sweeper(services).sweep() == 1
    now, state = asked(engine, number, "follow_up_responsibly"), engine.state(number)
    if successor:
        assert (now.assignee, now.named) == (other, True)
        assert state.responsible
        assert state.responsible.person_id == other
    else:
        assert (now.assignee, state.responsible) == (None, None)
        assert state.pending("name_officer")
    assert await Sweeper(services).sweep() == 0


async def test_a_case_at_another_stage_forgets_whom_it_named(services: Services, engine: LivingEngine) -> None:
    beat = await _beat(services)
    assert beat.officer
    number = await dispute(services, beat=beat)
    await _disabled(services, beat.officer.person_id)

    assert await Sweeper(services).sweep() == 1
    assert engine.state(number).beat.officer is None
    assert await Sweeper(services).sweep() == 0
