"""A batch that is refused before anything of it is recorded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from api.core.context import Services
from api.hazards.schemas import BatchIn
from api.hazards.service import send_batch
from domain.errors import FieldsInvalid
from infra.database.engine import Session
from tests.api.support import somebody


@pytest.mark.parametrize("days", [-1, 400, 60_000])
async def test_no_item_is_due_in_the_past_nor_beyond_a_year(services: Services, session: Session, days: int) -> None:
    """“推动实现风险隐患动态清零目标”: what never falls due is never cancelled off."""
    sender = await somebody(services, "supervisor", "county")
    due = datetime.now(UTC) + timedelta(days=days)
    asked = BatchIn.model_validate({"to": "fire_rescue", "items": [{"no": 1, "aspect": "fire", "due": due}]})
    with pytest.raises(FieldsInvalid) as refusal:
        await send_batch(services, session, sender, asked, None)
    assert [error["field"] for error in refusal.value.errors] == ["items.0.due"]
