"""A report that had joined by mistake begins a dispute of its own, whatever fails between the two halves of that."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from api.core.context import Services
from api.core.idempotency import Answer
from api.disputes.actions import take_action
from api.disputes.schemas import Acted
from api.disputes.service import whole_case
from api.intake.redelivery import deliver_due
from api.intake.schemas import Received
from api.intake.service import receipt
from api.tasks.schemas import Answering
from api.tasks.service import decide, whole_task
from domain.errors import DisputeClosed, FieldsInvalid, NotEntitled, Unavailable
from domain.people.organisation import Actor
from infra.database.engine import Session
from tests.api.engine import LivingEngine
from tests.api.intake.test_repeats import FIRST, report, taken
from tests.api.support import asked, may_answer, somebody

JOINS = "瞿某又嫌楼上噪音扰民，拿棍子捅天花板，骂我家拖铁架子"
PLACE = "翠苑南区三栋"


async def joined(services: Services, session: Session, *, times: int = 1) -> list[Received]:
    """A dispute, and reports that joined it."""
    told = [await taken(services, session, report("1", FIRST, "封小民", "瞿大伟", days_ago=9))]
    for n in range(times):
        async with services.database.resume(session):
            again = report(f"2{n}", JOINS, "封小民", f"瞿大伟{n or ''}", days_ago=2, address=PLACE)
            told.append(await taken(services, session, again))
    assert {each.dispute_no for each in told} == {told[0].dispute_no}
    return told


async def analyst(services: Services) -> Actor:
    return await somebody(services, "bureau_analyst", "bureau")


async def split(
    services: Services, session: Session, by: Actor, which: Received, key: str | None = "k", out_of: str = ""
) -> Answer[Acted]:
    async with services.database.resume(session):
        fields = {"incident_id": which.incident_id, "reason": "另一户的纠纷"}
        return await take_action(services, session, by, out_of or which.dispute_no, "split_off", fields, key)


async def sweep(services: Services) -> None:
    await deliver_due(services, datetime.now(UTC) + timedelta(seconds=1))


async def test_it_is_a_dispute_of_its_own_and_both_name_each_other(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    first, wrong, other = await joined(services, session, times=2)
    by = await analyst(services)
    answer = await split(services, session, by, wrong)
    into = answer.body.into
    assert into
    assert answer.body.published
    told, own = engine.state(first.dispute_no), engine.state(into)
    assert [each.incident_id for each in told.incidents] == [first.incident_id, other.incident_id]
    assert [each.dispute_no for each in told.split_off] == [into]
    assert [each.incident_id for each in own.incidents] == [wrong.incident_id]
    assert own.incidents[0].reported_at < own.opened_at - timedelta(days=1), (
        "as it was reported; its clocks run from now"
    )
    assert own.split_from
    assert (own.split_from.dispute_no, own.split_from.reason) == (first.dispute_no, "另一户的纠纷")
    assert "split_from" in [entry.kind for entry in own.timeline]
    async with services.database.resume(session):
        reported = await receipt(services, session, await somebody(services, "call_taker", "bureau"), wrong.incident_id)
    assert (reported.dispute_no, reported.joined) == (into, False)
    async with services.database.resume(session):
        assert (await whole_case(services, session, by, into)).split_from == own.split_from
    assert (await split(services, session, by, wrong)).document() == answer.document(), "the same click again"
    with pytest.raises(FieldsInvalid) as refusal:
        await split(services, session, by, wrong, key="another")
    assert refusal.value.errors[0]["message"] == f"该警情已移出，由{into}单独办理"


async def test_it_is_not_proposed_to_be_of_that_dispute_again_and_its_like_is_heard_where_it_is_now(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    first, wrong = await joined(services, session)
    into = (await split(services, session, await analyst(services), wrong)).body.into
    assert into
    task = asked(engine, into, "confirm_triage")
    async with services.database.resume(session):
        brief = (await whole_task(services, session, await may_answer(services, task), task.task_id)).brief
    assert brief.similar == []
    async with services.database.resume(session):
        again = await taken(services, session, report("3", JOINS, "封小民", "瞿大伟", days_ago=1, address=PLACE))
    assert again.dispute_no == into, "of the two that were told apart the likelier one"
    assert len(engine.state(first.dispute_no).incidents) == 1


async def test_two_who_take_it_out_at_once_make_one_dispute(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    first, wrong = await joined(services, session)
    by = [await analyst(services), await somebody(services, "station_chief", "station-gushan")]

    async def one(actor: Actor, key: str) -> Answer[Acted]:
        async with services.database.read() as own:
            return await split(services, own, actor, wrong, key)

    done = await asyncio.gather(*(one(actor, str(n)) for n, actor in enumerate(by)), return_exceptions=True)
    [answer] = [each for each in done if isinstance(each, Answer)]
    [refused] = [each for each in done if not isinstance(each, Answer)]
    assert isinstance(refused, Exception)
    assert len(engine.state(first.dispute_no).split_off) == 1
    assert [number for number, name, _ in engine.sent if name == "act"].count(first.dispute_no) <= 2
    assert answer.body.into
    async with services.database.resume(session):
        fresh = await taken(
            services, session, report("9", "另一处纠纷，因一笔工钱争执", days_ago=1, address="白洋街道1号")
        )
    count = int(first.dispute_no.rpartition("-")[2])
    assert [answer.body.into[-6:], fresh.dispute_no[-6:]] == [f"{count + 1:06d}", f"{count + 2:06d}"]


async def test_what_died_after_the_first_half_is_finished_by_the_redelivery_and_the_same_click_learns_it(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    first, wrong = await joined(services, session)
    by = await analyst(services)
    engine.loses_answers = True
    with pytest.raises(Unavailable):
        await split(services, session, by, wrong)
    engine.loses_answers = False
    await sweep(services)
    async with services.database.resume(session):
        caller = await somebody(services, "call_taker", "bureau")
        assert (await receipt(services, session, caller, wrong.incident_id)).dispute_no == first.dispute_no
    await engine.publish(first.dispute_no)  # as the orphan's case does by itself
    await sweep(services)
    await sweep(services)
    answer = await split(services, session, by, wrong, out_of=first.dispute_no)
    assert answer.body.into
    assert len(engine.state(answer.body.into).incidents) == 1


async def test_it_is_put_off_while_the_engine_is_away_and_begins_once(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    first, wrong = await joined(services, session)
    engine.mode = "away"
    with pytest.raises(Unavailable):
        await split(services, session, await analyst(services), wrong)
    engine.mode = "up"
    await sweep(services)
    assert len(engine.state(first.dispute_no).incidents) == 2
    answer = await split(services, session, await analyst(services), wrong)
    assert answer.body.into == f"{first.dispute_no[:-6]}{int(first.dispute_no[-6:]) + 1:06d}", "the number that it had"


async def test_who_may_not_and_what_can_not_be_is_refused(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    first, wrong = await joined(services, session)
    scene = await somebody(services, "on_scene_officer", "station-gushan")
    with pytest.raises(NotEntitled):
        await split(services, session, scene, wrong)
    chief = await somebody(services, "station_chief", "station-gushan")
    with pytest.raises(FieldsInvalid) as refusal:
        await split(services, session, chief, first)
    assert "本案由该警情立案" in refusal.value.errors[0]["message"]
    async with services.database.resume(session):
        await take_action(services, session, chief, first.dispute_no, "withdraw", {"reason": "双方已和好"}, "w")
    if waits := engine.state(first.dispute_no).pending("approve_change"):
        above = await may_answer(services, waits[0])
        async with services.database.resume(session):
            await decide(services, session, above, waits[0].task_id, Answering(decision="approve"), "a")
    assert engine.state(first.dispute_no).closed
    with pytest.raises(DisputeClosed, match="请先“重新启动”本纠纷再移出该警情"):
        await split(services, session, chief, wrong, key="late")


async def test_a_merger_is_undone_by_reopening_what_was_merged_and_taking_its_reports_out(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    told = [await taken(services, session, report(str(n), FIRST, days_ago=9, address=f"白洋街道{n}号")) for n in (1, 2)]
    first, second = told
    chief = await somebody(services, "station_chief", "station-baiyang")
    supervisor = await somebody(services, "supervisor", "county")
    fields = {"dispute_no": first.dispute_no, "reason": "同一起纠纷"}
    async with services.database.resume(session):
        await take_action(services, session, chief, second.dispute_no, "merge_into", fields, "m")
    approval = asked(engine, second.dispute_no, "approve_change")
    async with services.database.resume(session):
        by = await may_answer(services, approval)
        await decide(services, session, by, approval.task_id, Answering(decision="approve"), "a")
    assert len(engine.state(first.dispute_no).incidents) == 2
    with pytest.raises(FieldsInvalid) as refusal:
        await split(services, session, supervisor, second, out_of=first.dispute_no)
    assert f"请先将{second.dispute_no}“重新启动”，再从本案移出" in refusal.value.errors[0]["message"]
    async with services.database.resume(session):
        await take_action(services, session, supervisor, second.dispute_no, "reopen", {"reason": "并案有误"}, "r")
    answer = await split(services, session, supervisor, second, key="again", out_of=first.dispute_no)
    assert (answer.body.into, answer.body.published) == (second.dispute_no, True)
    assert [len(engine.state(each.dispute_no).incidents) for each in told] == [1, 1]
    assert not engine.state(second.dispute_no).closed
