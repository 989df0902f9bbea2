"""What lies before whoever judges: the round's own answers, what is new in it, what an earlier round had."""

from __future__ import annotations

from api.core.context import Services
from api.workbench.evidence import evidence_of
from infra.database.engine import Session
from tests.api.engine import LivingEngine
from tests.api.support import answered, asked, dispute


async def test_a_round_is_judged_by_its_own_answers_and_told_from_those_before(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    number = await dispute(services)
    await answered(services, number, "confirm_triage", "confirm")
    await answered(services, number, "handle_on_scene", "unsettled")
    await answered(services, number, "follow_up_responsibly", "settled", summary="双方握手言和")
    first = asked(engine, number, "evaluate")
    found = await evidence_of(session, number, first.round, "nobody")
    assert [(each.task.kind, each.changed) for each in found.now] == [("follow_up_responsibly", None)]
    assert (found.before, found.fresh) == ([], set())
    await session.close()

    await answered(services, number, "evaluate", "return", reason="thin_evidence")
    await answered(services, number, "follow_up_responsibly", "settled", summary="补签协议后和解")
    second = asked(engine, number, "evaluate")
    async with services.database.read() as later:
        found = await evidence_of(later, number, second.round, "nobody")
    assert second.round == first.round + 1
    assert [(each.round, each.changed) for each in found.now] == [(second.round, {"summary"})]
    assert [each.decision.fields["summary"] for each in found.before] == ["双方握手言和"]
