"""日程: who is wanted at a session sees it though others are asked; who has no part in the case sees nothing of it."""

from __future__ import annotations

from datetime import timedelta

from api.agenda.service import Entry, agenda
from api.core.context import Services
from api.indicators.question import today
from domain.people.organisation import Actor
from infra.database.engine import Session
from tests.api.engine import LivingEngine
from tests.api.support import answered, asked, dispute, may_answer, somebody


async def sessions_of(
    services: Services, session: Session, actor: Actor, number: str, *, own: bool = False
) -> list[Entry]:
    """The sessions of a case in the next half year of somebody's 日程."""
    found = await agenda(services, session, actor, today(), today() + timedelta(days=180), late=False, own=own)
    return [each for each in found.entries if (each.kind, each.dispute_no) == ("mediate", number)]


async def test_who_is_wanted_at_a_session_sees_it_though_others_are_asked(services: Services, session: Session) -> None:
    engine, number = services.engine, await dispute(services)
    assert isinstance(engine, LivingEngine)
    await answered(services, number, "confirm_triage", "confirm")
    await answered(services, number, "handle_on_scene", "unsettled")
    officer = await may_answer(services, asked(engine, number, "follow_up_responsibly"))
    await answered(services, number, "follow_up_responsibly", "mediate")
    [own] = await sessions_of(services, session, officer, number)
    assert (own.begun, own.invited) == (True, False)
    await answered(services, number, "mediate", "promote")
    await answered(services, number, "approve_third_push", "approve", suggested=[])  # it leaves the police
    convenor = await may_answer(services, asked(engine, number, "mediate"))
    [own] = await sessions_of(services, session, convenor, number)
    assert (own.begun, own.invited) == (True, False)
    [beside] = await sessions_of(services, session, officer, number)
    assert (beside.begun, beside.invited, beside.overdue, beside.task_id) == (False, True, False, own.task_id)
    assert await sessions_of(services, session, officer, number, own=True) == []
    for role, place in (("responsible_officer", "station-baiyang"), ("mediator", "justice-gushan")):
        assert await sessions_of(services, session, await somebody(services, role, place), number) == []
