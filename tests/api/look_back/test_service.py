"""The look-back and the brief: who was where before, how sure that is, and what of it the reader is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from api.core.context import Services
from api.intake.schemas import IncidentIn
from api.intake.service import take_in
from api.look_back.schemas import LookBack
from api.look_back.service import look_back, look_back_on
from api.tasks.service import whole_task
from domain.case.records import Party
from domain.errors import NotFound
from domain.triage.places import Kind
from infra.database.engine import Session
from infra.database.tables.audit import AccessRow
from infra.read_model.disputes import dispute_row
from tests.api.engine import LivingEngine
from tests.api.support import answered, asked, dispute, may_answer, somebody

LUO = Party(name="罗建国", side="b", phone="13812345678", id_number="11010519491231002X")
LI = Party(name="李伟民", side="a", phone="13900001234")
SMASH = "有人在新村门口闹事，扬言要砸了他的车，双方因货款纠纷争执，民警当场劝解"
ELSEWHERE = "白洋街道万石院新村8号"


async def read(services: Services, session: Session, number: str, role: str, organisation: str) -> LookBack:
    return await look_back_on(services, session, await somebody(services, role, organisation), number)


async def test_push_1_tells_the_officer_what_he_goes_to(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    """“一推送处警民警,智能研判现场办”: the masks' quarrel again, and what its people did elsewhere."""
    earlier = await dispute(services, narrative=SMASH, parties=[LI, LUO])
    await answered(services, earlier, "confirm_triage", "confirm")
    number = await dispute(services, narrative=SMASH, parties=[LUO.model_copy(update={"side": "a"})])
    await answered(services, number, "confirm_triage", "confirm")
    task = asked(engine, number, "handle_on_scene")
    brief = (await whole_task(services, session, await may_answer(services, task), task.task_id)).brief
    assert brief.phase.name == "初期"
    assert (brief.repeats.reports, brief.repeats.within_30_days) == (1, 1)
    assert brief.look_back
    [matter] = brief.look_back.people
    assert (matter.dispute_no, matter.outcome, matter.same_place) == (earlier, None, False)
    [who] = matter.matched
    assert (who.party, who.side, who.side_there, who.by) == ("罗建国", "a", "b", ["id_number", "phone", "name"])
    assert not who.verify
    assert "扬言" in [cue.text for cue in brief.cues]
    assert brief.law
    assert brief.law.legal_basis
    [threat] = [duty for duty in brief.duties if duty.kind == "threat_extreme"]
    assert "公安先期处置" in threat.required
    assert "不得仅以电话联系视为“介入处置”" in threat.forbidden
    shown = brief.look_back.model_dump_json()
    assert "13812345678" not in shown
    assert "1949" not in shown


async def test_a_name_alone_is_said_to_be_one(services: Services, session: Session) -> None:
    before = await dispute(services, parties=[Party(name="张伟", side="b")])
    number = await dispute(services, parties=[Party(name="张伟", side="a", phone="13700001111")])
    found = await read(services, session, number, "supervisor", "county")
    assert found.people == []
    [matter] = found.namesakes
    assert matter.dispute_no == before
    assert [(who.by, who.verify) for who in matter.matched] == [(["name"], True)]


async def test_who_has_another_identity_number_is_somebody_else(services: Services, session: Session) -> None:
    await dispute(services, parties=[Party(name="张伟", side="b", id_number="330784199001011234")])
    number = await dispute(services, parties=[Party(name="张伟", side="a", id_number="11010519491231002X")])
    assert (await read(services, session, number, "supervisor", "county")).namesakes == []


async def test_the_same_place_is_told_apart_from_the_same_people(services: Services, session: Session) -> None:
    """Two quarrels at one door, of other people about other things."""
    taker = await somebody(services, "call_taker", "bureau")
    at = datetime.now(UTC) - timedelta(hours=1)

    async def reported(narrative: str, name: str) -> str:
        report = IncidentIn.model_validate({
            "source": "110", "source_no": name, "occurred_at": at, "reported_at": at, "narrative": narrative,
            "place": {"address": "古山镇金江龙村301号"}, "parties": [{"name": name, "side": "a"}],
        })  # fmt: skip
        async with services.database.resume(session):
            answer = await take_in(services, session, taker, report, None)
        return str(answer.body.dispute_no)

    before = await reported("老板拖欠三个月工资，工人上门讨要", "王建设")
    number = await reported("两户因宅基地边界争执，砌墙被拦", "周大海")
    assert before != number
    async with services.database.resume(session):
        found = await read(services, session, number, "supervisor", "county")
    assert (found.people, found.namesakes) == ([], [])
    [matter] = found.here
    assert (matter.dispute_no, matter.same_place, matter.matched) == (before, True, [])


async def test_of_a_dispute_that_he_may_not_see_an_officer_learns_that_there_is_one(
    services: Services, session: Session
) -> None:
    hidden = await dispute(services, address=ELSEWHERE, parties=[LUO])
    await dispute(services, address=ELSEWHERE, parties=[Party(name="罗建国", side="b")])
    number = await dispute(services, parties=[LUO])
    found = await read(services, session, number, "station_chief", "station-gushan")
    assert (found.people, found.namesakes, found.more) == ([], [], 0)
    assert found.out_of_sight
    assert (found.out_of_sight.sure, found.out_of_sight.name_only) == (1, 1)
    assert hidden not in found.model_dump_json()
    county = await read(services, session, number, "supervisor", "county")
    assert hidden in [matter.dispute_no for matter in county.people]


async def test_a_department_is_not_told_what_the_police_know(services: Services, session: Session) -> None:
    """治安管理处罚法 138: what was learnt of people is given on for no other purpose."""
    await dispute(services, address=ELSEWHERE, parties=[LUO])
    number = await dispute(services, parties=[LUO])
    handler = await somebody(services, "department_handler", "market_reg")
    found = await look_back(session, handler, await dispute_row(session, number))
    assert (found.people, found.out_of_sight) == ([], None)


async def test_who_may_not_see_the_dispute_gets_no_look_back_and_the_reading_is_noted(
    services: Services, session: Session
) -> None:
    number = await dispute(services, parties=[LUO])
    with pytest.raises(NotFound):
        await read(services, session, number, "department_handler", "market_reg")
    await read(services, session, number, "supervisor", "county")
    await services.access.write()
    async with services.database.resume(session):
        noted = (await session.execute(select(AccessRow).where(col(AccessRow.dispute_no) == number))).scalars().all()
    assert "earlier" in {row.what for row in noted}


async def test_when_a_criminal_case_opens_what_there_was_before_is_found(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    """“针对辖区个别邻里纠纷演化成刑案的情况,举一反三”."""
    before = await dispute(services, parties=[LI, LUO])
    number = await dispute(services, narrative=SMASH, parties=[LUO])
    await answered(services, number, "confirm_triage", "confirm")
    await answered(services, number, "handle_on_scene", "criminal_case")
    task = asked(engine, number, "approve_change")
    brief = (await whole_task(services, session, await may_answer(services, task), task.task_id)).brief
    assert brief.look_back
    assert [matter.dispute_no for matter in brief.look_back.people] == [before]


async def test_the_brief_costs_one_statement_more(services: Services, session: Session, engine: LivingEngine) -> None:
    await dispute(services, parties=[LI, LUO])
    number = await dispute(services, parties=[LUO])
    task = asked(engine, number, "confirm_triage")
    reader = await may_answer(services, task)
    said: list[str] = []
    with services.database.heard(lambda statement, _: said.append(statement)):
        await whole_task(services, session, reader, task.task_id)
    assert len([statement for statement in said if "party_token" in statement]) == 1
    assert len(said) <= 9, said


async def test_the_beat_of_the_place_is_named(services: Services, session: Session, engine: LivingEngine) -> None:
    """Where the address names a grid: a beat for each (“457个警格,嵌入…457个一般网格”)."""
    directory = await services.directory.read()
    grid = directory.of_kind(Kind.GRID)[0]
    address = "".join(area.name for area in directory.areas_of(grid))
    number = await dispute(services, address=address)
    task = asked(engine, number, "confirm_triage")
    beat = (await whole_task(services, session, await may_answer(services, task), task.task_id)).brief.beat
    assert beat
    assert (listed := directory.get(beat.code))
    assert listed.serves(grid)
    assert beat.name == listed.name
