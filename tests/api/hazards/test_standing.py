"""How items stand: the report's own number of them, and what is cancelled off, in time or not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import update
from sqlmodel import col

from api.core.context import Services
from api.hazards import reading
from api.hazards.schemas import BatchIn, Outstanding
from api.hazards.service import send_batch
from domain.people.organisation import Actor
from infra.database.engine import Session
from infra.database.tables.read_model import HazardItemRow
from infra.read_model.hazards.items import By, ItemFilter
from tests.api.support import answered, somebody

BATCHES, ITEMS = 35, 5426
BODIES = ["fire_rescue", "education", "housing"]


async def sent(services: Services, session: Session, sizes: list[int], bodies: list[str]) -> Actor:
    """Batches of so many items, in every aspect that the mechanism has; answers who sent them."""
    sender = await somebody(services, "centre_dispatcher", "centre")
    hazards = services.policy.playbook.hazards
    assert hazards
    aspects, due = list(hazards.aspects), datetime.now(UTC) + timedelta(days=9)
    for size in sizes:
        items = [{"no": n, "aspect": aspects[n % len(aspects)], "to": bodies[n % len(bodies)], "due": due}
                 for n in range(1, size + 1)]  # fmt: skip
        async with services.database.resume(session):
            await send_batch(services, session, sender, BatchIn.model_validate({"items": items}), None)
    return sender


async def stand(services: Services, session: Session, who: Actor, by: By = "aspect") -> Outstanding:
    async with services.database.resume(session):
        return await reading.outstanding(services, session, who, ItemFilter(), by)


async def test_5426_items_in_35_batches_of_17_aspects(services: Services, session: Session) -> None:
    """“发送风险隐患提示函35批次,涉及风险隐患线索17个方面、5426项” (R-063)."""
    sizes = [ITEMS // BATCHES + (n < ITEMS % BATCHES) for n in range(BATCHES)]
    sender = await sent(services, session, sizes, BODIES)
    found = {by: await stand(services, session, sender, by) for by in ("batch", "aspect", "organisation")}
    total = found["batch"].total
    assert (total.batches, total.aspects, total.sent, total.cancelled) == (BATCHES, 17, ITEMS, 0)
    assert [len(each.groups) for each in found.values()] == [BATCHES, 17, len(BODIES)]
    assert {sum(group.sent for group in each.groups) for each in found.values()} == {ITEMS}
    assert {group.batches for group in found["batch"].groups} == {1}


async def test_cancelled_off_in_time_is_told_apart_from_cancelled_off(services: Services, session: Session) -> None:
    """“问题整改动态销号”: 销号率 is of all that were sent, and so is what was rectified by its day."""
    sender = await sent(services, session, [8], ["education"])
    [batch] = (await stand(services, session, sender, "batch")).groups
    await answered(services, batch.key, "rectify", "rectified", items=[1, 2, 3, 4, 5, 6])
    await answered(services, batch.key, "verify", "cancelled_off", items=[1, 2, 3, 4, 5])
    async with services.database.write() as writing:  # two of them, and one not verified yet, were due the day before
        late = col(HazardItemRow.no).in_([4, 5, 6])
        await writing.execute(update(HazardItemRow).where(late).values(due_at=datetime.now(UTC) - timedelta(days=1)))
        await writing.commit()
    found = await stand(services, session, sender)
    assert (found.total.sent, found.total.rectified, found.total.cancelled, found.total.in_time) == (8, 1, 5, 3)
    assert (found.total.rate, found.total.in_time_rate) == (62.5, 37.5)
    assert {"rate": "已销号数 ÷ 发出项数"}.items() <= {each.code: each.formula for each in found.definitions}.items()
