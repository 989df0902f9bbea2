"""Drafts: kept for their writer alone, sealed, gone when the form is sent, discarded or old."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from api.core.context import Services
from api.drafts.service import LARGEST, discard, keep, kept
from domain.errors import NotFound, TooLarge
from infra.database.engine import Session
from infra.records.drafts.kept import KEPT, MOST, draft_of, keep_draft, sent, sweep_drafts
from tests.api.support import somebody

SAID = [("narrative", "邻居持刀"), ("p.0.phone", "13800001234"), ("p.0.phone", "13800005678")]


async def test_a_draft_is_its_writer_s_alone_and_lies_sealed(services: Services, session: Session) -> None:
    who, other = await somebody(services, "call_taker", "bureau"), await somebody(services, "leader", "county")
    await keep(services, who, "incident", "k1", SAID)
    left = await kept(session, who, "incident")
    assert left
    assert (left.key, left.fields) == ("k1", SAID)
    assert await kept(session, other, "incident") is None
    assert await kept(session, who, "incident2") is None
    [(stored,)] = (await session.execute(text("SELECT sealed FROM draft"))).all()
    assert "邻居".encode() not in bytes(stored)
    assert b"1380000" not in bytes(stored)
    await session.close()
    await discard(services, who, "incident")
    async with services.database.resume(session):
        assert await kept(session, who, "incident") is None


async def test_what_is_saved_too_late_does_not_come_back(services: Services, session: Session) -> None:
    who, now = await somebody(services, "call_taker", "bureau"), datetime.now(UTC)
    await keep(services, who, "incident", "k1", SAID)
    await sent(services.database, who.person_id, "incident", "k1", now)
    await keep(services, who, "incident", "k1", SAID)
    assert await kept(session, who, "incident") is None
    await session.close()
    await keep(services, who, "incident", "k2", SAID)
    async with services.database.resume(session):
        left = await kept(session, who, "incident")
    assert left
    assert left.key == "k2"


async def test_drafts_are_bounded_in_size_number_and_time(services: Services, session: Session) -> None:
    who, now = await somebody(services, "call_taker", "bureau"), datetime.now(UTC)
    with pytest.raises(TooLarge):
        await keep(services, who, "incident", "k", [("narrative", "字" * LARGEST)])
    with pytest.raises(NotFound):
        await keep(services, who, "Kein Name", "k", SAID)
    for number in range(MOST + 2):
        at = now - timedelta(minutes=MOST - number)
        await keep_draft(services.database, who.person_id, f"form-{number}", "k", SAID, at)
    names = (await session.execute(text("SELECT name FROM draft"))).scalars().all()
    assert sorted(names) == sorted(f"form-{number}" for number in range(2, MOST + 2))
    later = now + KEPT - timedelta(minutes=30)
    assert await draft_of(session, who.person_id, "form-2", later) is None
    await session.close()
    swept = await sweep_drafts(services.database, later)
    async with services.database.resume(session):
        assert len((await session.execute(text("SELECT name FROM draft"))).all()) == MOST - swept
    assert 0 < swept < MOST
