"""Operations: when the system is ready, and a drill that moves one dispute's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from api.core.context import Services
from api.operations import drill_service, service
from api.operations.schemas import Advance
from domain.errors import FieldsInvalid, NotEntitled, NotFound
from infra.database.engine import Session
from infra.health.waiting import Waiting
from tests.api.engine import LivingEngine
from tests.api.support import dispute, somebody


async def test_what_is_stuck_counts_unless_only_the_parts_are_asked_for(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = {"temporal": True, "worker": True, "database": True}

    async def probed() -> dict[str, bool]:
        return parts

    monkeypatch.setattr(services.health, "parts", probed)
    assert (await service.readiness(services, parts_only=False)).status == "ready"
    since = datetime.now(UTC) - timedelta(hours=1)
    waits = [Waiting(what="dead_letters", count=2, since=since), Waiting(what="background", count=0)]
    monkeypatch.setattr(services.health, "waiting", lambda: waits)
    ready = await service.readiness(services, parts_only=False)
    assert (ready.status, [(stuck.what, stuck.count, stuck.since) for stuck in ready.stuck]) == (
        "stuck", [("dead_letters", 2, since)]
    )  # fmt: skip
    assert (await service.readiness(services, parts_only=True)).status == "ready"
    parts["worker"] = False
    assert (await service.readiness(services, parts_only=True)).status == "not_ready"


async def test_a_drill_moves_the_clock_and_shows_the_dispute_afterwards(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    number = await dispute(services)
    supervisor = await somebody(services, "supervisor", "county")
    moved = await drill_service.advance(services, session, supervisor, Advance(dispute_no=number, by="P3D"))
    assert (moved.advanced_by, moved.published, moved.dispute.ahead) == ("P3D", True, 3 * 86_400)
    assert engine.state(number).ahead == 3 * 86_400


async def test_a_drill_is_led_by_those_who_may_on_what_is_open(
    services: Services, session: Session, engine: LivingEngine
) -> None:
    number = await dispute(services)
    supervisor = await somebody(services, "supervisor", "county")
    analyst = await somebody(services, "bureau_analyst", "bureau")
    with pytest.raises(NotEntitled):
        await drill_service.advance(services, session, analyst, Advance(dispute_no=number, by="P3D"))
    with pytest.raises(NotEntitled):
        await drill_service.digest(services, session, analyst)
    for by in ("soon", "P401D", "-P1D"):
        with pytest.raises(FieldsInvalid):
            await drill_service.advance(services, session, supervisor, Advance(dispute_no=number, by=by))
    with pytest.raises(NotFound):
        await drill_service.advance(services, session, supervisor, Advance(dispute_no="D2026-999999", by="P1D"))
    assert engine.state(number).ahead == 0
