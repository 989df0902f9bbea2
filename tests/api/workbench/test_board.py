"""The dispatcher's board: what waits, with whom it was suggested to go, and several sent on with one refused."""

from __future__ import annotations

import pytest

from api.core.context import Services
from api.workbench.board import assign_each, board
from api.workbench.schemas import Wish
from domain.errors import NotEntitled
from infra.database.engine import Session
from tests.api.engine import LivingEngine
from tests.api.support import answered, asked, dispute, may_answer, somebody


async def waiting(services: Services, engine: LivingEngine) -> str:
    """A dispute that waits to be sent on."""
    number = await dispute(services)
    await answered(services, number, "confirm_triage", "confirm")
    await answered(services, number, "handle_on_scene", "unsettled")
    await answered(
        services, number, "follow_up_responsibly", "request_third_push", suggested=["natural_res", "housing"]
    )
    await answered(services, number, "approve_third_push", "approve")
    return number


async def test_several_are_sent_on_each_by_itself_and_one_refused_holds_up_no_other(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    first, second = [await waiting(services, engine) for _ in range(2)]
    tasks = {number: asked(engine, number, "dispatch") for number in (first, second)}
    dispatcher = await may_answer(services, tasks[first])
    found = await board(services, session, dispatcher)
    shown = {each.task.dispute_no: each for each in found.waiting}
    assert {first, second} <= {*shown}
    offers = shown[first].offers
    assert [offer.lead for offer in offers].count(True) == 1
    assert sum(stand.open for stand in found.stands) >= 2
    assert {first, second} <= {card.dispute_no for card in found.cards}

    lead, other = offers[0].code, offers[1].code
    wishes = [Wish(tasks[first].task_id, lead, [lead], "请办理"), Wish(tasks[second].task_id, lead, [other], "请办理")]
    sent = await assign_each(services, session, dispatcher, wishes, "once")
    assert [each.done for each in sent] == [False, True], "a lead that is its own helper is refused, and alone"
    assert "牵头单位不得同时为配合单位" in sent[0].said
    assert asked(engine, first, "dispatch").state == "open"
    again = await assign_each(services, session, dispatcher, wishes[1:], "once")
    assert [each.done for each in again] == [True]
    assert [t.kind for t in engine.state(second).tasks].count("accept_assignment") == 2, "once for the key"


async def test_who_sends_nothing_on_reads_no_board(services: Services, session: Session) -> None:
    officer = await somebody(services, "responsible_officer", "station-gushan")
    with pytest.raises(NotEntitled):
        await board(services, session, officer)
