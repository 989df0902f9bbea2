"""Repeats at intake: one joins by itself, one is proposed to the desk, which joins it or leaves it apart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from api.core.context import Services
from api.intake.schemas import IncidentIn, Received
from api.intake.service import take_in
from api.tasks.schemas import Answering
from api.tasks.service import decide, whole_task
from infra.database.engine import Session
from tests.api.engine import LivingEngine
from tests.api.support import asked, may_answer, somebody

FIRST = "楼上封某半夜拖铁架子，吵得睡不着"


def report(number: str, narrative: str, *names: str, days_ago: int, address: str = "古山镇翠苑南区3幢") -> IncidentIn:
    at = datetime.now(UTC) - timedelta(days=days_ago, hours=1)
    content: dict[str, Any] = {
        "source": "110", "source_no": number, "occurred_at": at, "reported_at": at, "place": {"address": address},
        "narrative": narrative, "parties": [{"name": name} for name in names],
    }  # fmt: skip
    return IncidentIn.model_validate(content)


async def taken(services: Services, session: Session, given: IncidentIn) -> Received:
    """A report as it was taken in."""
    who = await somebody(services, "call_taker", "bureau")
    body = (await take_in(services, session, who, given, None)).body
    assert isinstance(body, Received)
    return body


async def test_the_same_people_s_next_quarrel_joins_after_weeks_and_whoever_calls_keeps_his_demand(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    first = await taken(services, session, report("1", FIRST, "封小民", "瞿大伟", days_ago=60))
    said = "瞿某又嫌楼上噪音扰民，拿棍子捅天花板，骂我家拖铁架子"
    again = await taken(services, session, report("2", said, "封小民", "瞿大伟", days_ago=2, address="翠苑南区三栋"))
    assert (again.joined, again.dispute_no) == (True, first.dispute_no)
    [shown] = again.triage.similar
    assert "拖铁架子" in shown.words
    assert {"title", "adds"} == set(shown.parts[0])


async def test_what_may_be_the_same_matter_is_proposed_to_the_desk_with_the_words_and_stays_apart_if_it_says_so(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    first = await taken(services, session, report("1", FIRST, "封小民", "瞿大伟", days_ago=20))
    said = "封某的电动车停在楼道里，瞿某不让过，两人在吵"
    other = await taken(services, session, report("2", said, "封小民", days_ago=2))
    assert not other.joined
    task = asked(engine, other.dispute_no, "confirm_triage")
    desk = await may_answer(services, task)
    async with services.database.resume(session):
        brief = (await whole_task(services, session, desk, task.task_id)).brief
    [shown] = brief.similar
    assert shown.dispute_no == first.dispute_no
    assert "封小民" not in shown.why
    async with services.database.resume(session):
        await decide(services, session, desk, task.task_id, Answering(decision="confirm"), "k")
    assert len(engine.state(first.dispute_no).incidents) == 1
    assert engine.state(other.dispute_no).stage != "triage"


async def test_another_building_s_same_words_are_neither_joined_nor_proposed(
    services: Services, session: Session
) -> None:
    await taken(services, session, report("1", FIRST, days_ago=20))
    other = await taken(services, session, report("2", FIRST, days_ago=2, address="古山镇翠苑北区3幢"))
    assert (other.joined, other.triage.similar) == (False, [])


async def test_who_calls_again_about_a_dispute_that_was_merged_is_heard_where_it_goes_on(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    first = await taken(services, session, report("1", FIRST, "封小民", "瞿大伟", days_ago=20))
    said = "封某的电动车停在楼道里，瞿某不让过，两人在吵"
    other = await taken(services, session, report("2", said, "封小民", days_ago=9))
    task = asked(engine, other.dispute_no, "confirm_triage")
    desk = await may_answer(services, task)
    joining = Answering(decision="duplicate_of", fields={"dispute_no": first.dispute_no})
    async with services.database.resume(session):
        await decide(services, session, desk, task.task_id, joining, "k")
    approval = asked(engine, other.dispute_no, "approve_change")
    async with services.database.resume(session):
        await decide(
            services,
            session,
            await may_answer(services, approval),
            approval.task_id,
            Answering(decision="approve"),
            "l",
        )
    assert engine.state(other.dispute_no).outcome == "merged"
    again = await taken(services, session, report("3", said, "封小民", days_ago=1))
    assert (again.joined, again.dispute_no) == (True, first.dispute_no)
    assert len(engine.state(first.dispute_no).incidents) == 3
