"""Taking an action: done, asked for, refused, repeated, in doubt; and reopening what is closed."""

from __future__ import annotations

import pytest

from api.core.context import Services
from api.disputes.actions import take_action
from domain.errors import ActionNotAllowed, FieldsInvalid, KeyReused, NotEntitled, NotFound, Unavailable
from infra.database.engine import Session
from tests.api.engine import LivingEngine
from tests.api.support import dispute, somebody

WHY = {"reason": "双方自行和解"}
MILD = "双方因停车发生争吵"
"""Of the mildest colour: it ends at once."""


async def test_an_action_is_taken_once_for_its_key(services: Services, session: Session, engine: LivingEngine) -> None:
    number = await dispute(services, narrative=MILD)
    chief = await somebody(services, "station_chief", "station-gushan")
    answer = await take_action(services, session, chief, number, "withdraw", WHY, "k")
    assert (answer.status, answer.body.action, answer.body.dispute.outcome) == (200, "withdraw", "withdrawn")
    assert answer.document().keys() == {"action", "dispute"}
    async with services.database.resume(session):
        again = await take_action(services, session, chief, number, "withdraw", WHY, "k")
    assert again.document() == answer.document()
    async with services.database.resume(session):
        with pytest.raises(KeyReused):
            await take_action(services, session, chief, number, "withdraw", {"reason": "另一理由"}, "k")
    assert [name for _, name, _ in engine.sent].count("act") == 1


async def test_what_needs_approval_says_which_change_waits(services: Services, session: Session) -> None:
    first, second = await dispute(services), await dispute(services)
    chief = await somebody(services, "station_chief", "station-gushan")
    fields = {"dispute_no": second, "reason": "同一起纠纷"}
    answer = await take_action(services, session, chief, first, "merge_into", fields, "k")
    assert answer.body.change
    assert (answer.body.change.state, answer.body.dispute.outcome) == ("pending", None)


async def test_a_dispute_is_merged_only_into_one_that_is_there_and_does_not_wait_to_be_merged_into_it(
    services: Services, session: Session
) -> None:
    first, second = await dispute(services), await dispute(services)
    chief = await somebody(services, "station_chief", "station-gushan")
    into = {number: {"dispute_no": number, "reason": "同一起纠纷"} for number in (first, second, "D2026-999999", "x")}
    for wrong in ("D2026-999999", "x"):
        async with services.database.resume(session):
            with pytest.raises(FieldsInvalid) as refusal:
                await take_action(services, session, chief, first, "merge_into", into[wrong], None)
        assert [error["field"] for error in refusal.value.errors] == ["dispute_no"]
    async with services.database.resume(session):
        await take_action(services, session, chief, first, "merge_into", into[second], None)
    async with services.database.resume(session):
        with pytest.raises(FieldsInvalid) as refusal:
            await take_action(services, session, chief, second, "merge_into", into[first], None)
    assert "不能互相并入" in refusal.value.errors[0]["message"]


async def test_who_may_not_is_refused_and_what_does_not_exist_is_named(services: Services, session: Session) -> None:
    number = await dispute(services)
    chief = await somebody(services, "station_chief", "station-gushan")
    with pytest.raises(ActionNotAllowed, match="没有“explode”这一操作"):
        await take_action(services, session, chief, number, "explode", {}, None)
    with pytest.raises(FieldsInvalid):
        await take_action(services, session, chief, number, "withdraw", {}, None)
    auditor = await somebody(services, "auditor", "county")
    async with services.database.resume(session):
        with pytest.raises(NotEntitled):
            await take_action(services, session, auditor, number, "withdraw", WHY, None)
    stranger = await somebody(services, "township_leader", "town-baiyang")
    async with services.database.resume(session):
        with pytest.raises(NotFound):
            await take_action(services, session, stranger, number, "withdraw", WHY, None)


async def test_an_answer_that_was_lost_is_found_under_its_key(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    number = await dispute(services, narrative=MILD)
    chief = await somebody(services, "station_chief", "station-gushan")
    engine.loses_answers = True
    with pytest.raises(Unavailable) as doubt:
        await take_action(services, session, chief, number, "withdraw", WHY, "k")
    assert doubt.value.may_take_effect
    engine.loses_answers = False
    async with services.database.resume(session):
        answer = await take_action(services, session, chief, number, "withdraw", WHY, "k")
    assert answer.body.dispute.outcome == "withdrawn"


async def test_without_a_worker_it_may_take_effect_and_what_is_not_published_is_answered_from_the_receipt(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    number = await dispute(services, narrative=MILD)
    chief = await somebody(services, "station_chief", "station-gushan")
    engine.mode = "no worker"
    with pytest.raises(Unavailable) as doubt:
        await take_action(services, session, chief, number, "withdraw", WHY, None)
    assert doubt.value.may_take_effect
    engine.mode, engine.publishes = "up", False
    async with services.database.resume(session):
        answer = await take_action(services, session, chief, number, "withdraw", WHY, "k")
    assert answer.document()["published"] is False
    assert "outcome" not in answer.document()["dispute"]


async def test_a_closed_dispute_is_reopened_once_by_who_may(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    number = await dispute(services, narrative=MILD)
    chief = await somebody(services, "station_chief", "station-gushan")
    with pytest.raises(ActionNotAllowed, match="尚未办结"):
        await take_action(services, session, chief, number, "reopen", {"reason": "再次发生"}, None)
    async with services.database.resume(session):
        await take_action(services, session, chief, number, "withdraw", WHY, None)
    auditor = await somebody(services, "auditor", "county")
    async with services.database.resume(session):
        with pytest.raises(NotEntitled):
            await take_action(services, session, auditor, number, "reopen", {"reason": "再次发生"}, None)
    async with services.database.resume(session):
        answer = await take_action(services, session, chief, number, "reopen", {"reason": "再次发生"}, "k")
    assert (answer.body.action, answer.body.dispute.outcome) == ("reopen", None)
    async with services.database.resume(session):
        again = await take_action(services, session, chief, number, "reopen", {"reason": "再次发生"}, "k")
    assert again.document() == answer.document()
    assert engine.state(number).round == 2
